#include "delivery/message_words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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
  return english_ ? words.english : words.chinese;
}

}  // namespace dsr
