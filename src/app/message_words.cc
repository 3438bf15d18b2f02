#include "app/message_words.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "app/transfer_disclosure.h"
#include "dsr/base/civil_calendar.h"

namespace dsr {
namespace {

struct GroundWords {
  const char* chinese;
  const char* english;
};

GroundWords WordsOf(v1::RefusalGround ground) {
  switch (ground) {
    case v1::REFUSAL_GROUND_NOT_RELATED_TO_IDENTITY:
      return {"请求与您的身份无关", "the request is not related to your identity"};
    case v1::REFUSAL_GROUND_REPEATED:
      return {"无正当理由重复提出请求", "the request was repeated without reasonable grounds"};
    case v1::REFUSAL_GROUND_EXCESSIVE_TECHNICAL_MEANS:
      return {"办理请求需要过多的技术手段", "the request needs excessive technical means"};
    case v1::REFUSAL_GROUND_OTHERS_RIGHTS:
      return {"办理请求会给他人合法权益带来风险",
              "the request puts the lawful rights of others at risk"};
    case v1::REFUSAL_GROUND_UNREALISTIC:
      return {"请求不切实际", "the request is unrealistic"};
    case v1::REFUSAL_GROUND_NOT_VERIFIED:
      return {"无法核验身份或者代理权限",
              "identity, or the authority to act for another, could not be verified"};
    case v1::REFUSAL_GROUND_LAW_FORBIDS:
      return {"法律、行政法规或者保密义务不允许", "a law or a duty of confidentiality forbids it"};
    case v1::REFUSAL_GROUND_NO_DATA_HELD:
      return {"我们未持有相关个人信息", "we hold no such personal information"};
    case v1::REFUSAL_GROUND_UNRELATED:
      return {
          "请求与个人信息权利或者隐私政策无关",
          "the request is unrelated to the privacy policy or to rights in personal information"};
    case v1::REFUSAL_GROUND_UNSPECIFIED:
    case v1::RefusalGround_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::RefusalGround_INT_MAX_SENTINEL_DO_NOT_USE_:
      return {"", ""};
  }
  return {"", ""};
}

}  // namespace

std::string MessageWords::In(const google::protobuf::Map<std::string, std::string>& texts) const {
  auto found = texts.find(english_ ? "en" : "zh-CN");
  if (found == texts.end()) found = texts.find("zh-CN");
  return found == texts.end() ? std::string() : found->second;
}

std::string MessageWords::Day(absl::CivilDay day) const {
  if (!english_) return absl::StrCat(day.year(), "年", day.month(), "月", day.day(), "日");
  static constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};
  return absl::StrCat(day.day(), " ", kMonths[day.month() - 1], " ", day.year());
}

std::string MessageWords::Moment(absl::Time time, absl::TimeZone zone) const {
  return absl::StrCat(Day(DayOf(time, zone)), english_ ? ", " : "",
                      absl::FormatTime("%H:%M (UTC%Ez)", time, zone));
}

std::string MessageWords::Money(int64_t cents, const std::string& currency) {
  return absl::StrFormat("%d.%02d %s", cents / 100, cents % 100, currency);
}

std::string MessageWords::Ground(v1::RefusalGround ground) const {
  const GroundWords words = WordsOf(ground);
  return Choose(words.chinese, words.english);
}

std::string MessageWords::Ground(v1::CompanyDeletionGround ground) const {
  switch (ground) {
    case v1::COMPANY_DELETION_GROUND_RETENTION_OVER:
      return Choose("保存期限已届满", "the time for which we keep it is over");
    case v1::COMPANY_DELETION_GROUND_SERVICE_ENDED:
      return Choose("相关服务已停止提供", "the service that it was kept for has ended");
    case v1::COMPANY_DELETION_GROUND_PURPOSE_ENDED:
      return Choose("处理目的已实现、无法实现或者不再需要该信息",
                    "its purpose is achieved, cannot be achieved, or no longer needs it");
    case v1::COMPANY_DELETION_GROUND_UNLAWFUL_PROCESSING:
      return Choose("此前对该信息的处理不合法", "it had been processed unlawfully");
    case v1::COMPANY_DELETION_GROUND_MERGER:
      return Choose("公司合并或者被收购，承继方不需要该信息",
                    "the company was merged or taken over, and its successor does not need it");
    case v1::COMPANY_DELETION_GROUND_UNSPECIFIED:
    case v1::CompanyDeletionGround_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::CompanyDeletionGround_INT_MAX_SENTINEL_DO_NOT_USE_:
      return "";
  }
  return "";
}

std::string MessageWords::Records(int64_t count) const {
  if (count == 0) return "";
  return absl::StrCat(count, english_ ? (count == 1 ? " record" : " records") : "条");
}

std::string MessageWords::Retained(int64_t count) const {
  return count > 0 ? Records(count) : Choose("所持有的此类信息", "whatever we hold is");
}

std::string MessageWords::BlockerTitle(absl::string_view kind) const {
  if (kind == "open-order") return Choose("未完成的订单", "Open order");
  if (kind == "balance") return Choose("账户余额", "Balance");
  if (kind == "dispute") return Choose("未了结的争议", "Open dispute");
  return "";
}

std::string MessageWords::Laws(const v1::Policy& policy, absl::string_view laws) const {
  std::vector<std::string> called;
  for (const absl::string_view law : absl::StrSplit(laws, "; ", absl::SkipEmpty())) {
    const auto& titles = policy.laws();
    const auto found = std::find_if(titles.begin(), titles.end(), [law](const v1::LawTitle& title) {
      return title.law() == law;
    });
    called.push_back(found == titles.end() ? std::string(law) : In(found->titles()));
  }
  return absl::StrJoin(called, separator());
}

std::string MessageWords::OfDisclosure(const std::string& text) const {
  if (text == kTransferPurpose) return Choose("应您的请求转移", "transfer at your request");
  if (text == kTransferMethod) return Choose("数据包", "package");
  if (text == kTransferBasis) {
    return Choose("《中华人民共和国个人信息保护法》第四十五条第三款",
                  "Personal Information Protection Law, article 45(3)");
  }
  return text;
}

}  // namespace dsr
