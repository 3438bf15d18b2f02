#include "app/certificate_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "app/category_answer.h"
#include "app/message_words.h"
#include "dsr/base/crypto.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

bool IsStillOpen(const v1::Notice& notice) {
  switch (notice.state()) {
    case v1::Notice::STATE_OBJECTED:
      return notice.objection().state() == v1::Objection::STATE_WAITING ||
             notice.objection().state() == v1::Objection::STATE_REJECTED;
    case v1::Notice::STATE_COMPLETED:
    case v1::Notice::STATE_EXEMPT:
    case v1::Notice::STATE_CANCELLED:
    case v1::Notice::STATE_SUPERSEDED:
    case v1::Notice::STATE_IMPOSSIBLE:
      return false;
    default:
      return true;
  }
}

// What others wrote, on one line.
std::string Plain(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return line;
}

std::string DayText(const v1::Date& day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

// Writes one language.
class CertificateWriter {
 public:
  CertificateWriter(const CertificateFacts& facts, absl::string_view language)
      : facts_(facts), words_(language) {}

  std::string Write() {
    Head();
    Systems();
    Recipients();
    End();
    return std::move(text_);
  }

 private:
  const v1::DeletionCertificate& certificate() const { return facts_.certificate; }

  std::string Say(const char* chinese, const char* english) const {
    return words_.is_english() ? english : chinese;
  }

  void Line(absl::string_view text) { absl::StrAppend(&text_, text, "\n"); }

  // `label: value`, indented under what it is about.
  void Field(const char* chinese, const char* english, absl::string_view value, int indent = 0) {
    absl::StrAppend(&text_, std::string(static_cast<size_t>(indent), ' '), Say(chinese, english),
                    words_.is_english() ? ": " : "：", value, "\n");
  }

  std::string Moment(const google::protobuf::Timestamp& time) const {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", FromTimestamp(time), facts_.rulebook.zone);
  }

  std::string Laws(absl::string_view laws) const {
    return Plain(words_.Laws(facts_.rulebook.policy, laws));
  }

  std::string Category(const std::string& name) const {
    const v1::Category* category = facts_.rulebook.FindCategory(name);
    const std::string title = category == nullptr ? "" : words_.In(category->titles());
    return title.empty() ? Plain(name) : absl::StrCat(Plain(title), " (", name, ")");
  }

  template <class Names>
  std::string Categories(const Names& names) const {
    return absl::StrJoin(names, words_.separator(), [this](std::string* out, const auto& name) {
      out->append(Category(name));
    });
  }

  std::string NamesOf(const Strings& names) const {
    return absl::StrJoin(
        names, words_.separator(),
        [this](std::string* out, const std::string& name) { out->append(Who(name)); });
  }

  // A recipient by its title and name.
  std::string Who(const std::string& name) const {
    const auto found = facts_.recipients.find(name);
    return found == facts_.recipients.end()
               ? name
               : absl::StrCat(Plain(found->second.title()), " (", name, ")");
  }

  void Head() {
    Line(Say("删除证明", "Deletion certificate"));
    Line("");
    Field("公司", "Company", Plain(words_.In(facts_.rulebook.policy.company())));
    Field("签发系统", "Installation", facts_.installation);
    Field("请求编号", "Request", certificate().request());
    const std::string title = words_.In(facts_.rulebook.workflow.titles());
    Field("请求类型", "Type", absl::StrCat(Plain(title), " (", certificate().type(), ")"));
    Field("收到时间", "Received", Moment(certificate().receive_time()));
    if (certificate().has_response_time()) {
      Field("答复时间", "Answered",
            absl::StrCat(Moment(certificate().response_time()), words_.is_english() ? ", " : "，",
                         OutcomeWords(facts_.request.response().outcome())));
    } else {
      Field("答复时间", "Answered", Say("尚未答复", "not yet"));
    }
    Field("出具时间", "Certified", Moment(certificate().certify_time()));
    Line("");
  }

  std::string OutcomeWords(v1::Outcome outcome) const {
    switch (outcome) {
      case v1::OUTCOME_FULFILLED:
        return Say("已全部办理", "all of it done");
      case v1::OUTCOME_PARTLY_FULFILLED:
        return Say("已部分办理", "done in part");
      case v1::OUTCOME_REFUSED:
        return Say("已拒绝", "refused");
      case v1::OUTCOME_NOT_VERIFIED:
        return Say("未能核验身份", "identity could not be verified");
      case v1::OUTCOME_WITHDRAWN:
        return Say("请求人已撤回", "withdrawn by the requester");
      case v1::OUTCOME_DUPLICATE:
        return Say("与此前的请求相同", "the same as an earlier request");
      case v1::OUTCOME_FEE_NOT_PAID:
        return Say("费用未支付", "the fee was not paid");
      case v1::OUTCOME_ROLE_ENDED:
        return Say("因当事人去世而终止", "ended by the subject's death");
      case v1::OUTCOME_NOT_YET:
        return Say("条件尚不具备", "not possible yet");
      case v1::OUTCOME_SUPERSEDED:
        return Say("被后续请求取代", "superseded by a later request");
      default:
        return Say("其他", "otherwise");
    }
  }

  void Systems() {
    Line(Say("一、本公司系统", "In the company's own systems"));
    for (const v1::CategoryOutcome& outcome : certificate().outcomes()) {
      if (RefusalOf(facts_.request, outcome.category()) != nullptr) continue;
      Line(absl::StrCat("- ", Category(outcome.category()), ", ", outcome.system(),
                        words_.is_english() ? ": " : "：", OutcomeOf(outcome)));
    }
    for (const v1::PartialRefusal& refusal : facts_.request.partial_refusals()) {
      Line(absl::StrCat("- ", Categories(refusal.categories()), Say("：已拒绝：", ": refused: "),
                        words_.Ground(refusal.ground())));
    }
    if (certificate().outcomes().empty() && facts_.request.partial_refusals().empty()) {
      Line(Say("- 尚无结果。", "- Nothing yet."));
    }
    Line("");
  }

  std::string OutcomeOf(const v1::CategoryOutcome& outcome) const {
    std::vector<std::string> parts = {DispositionWords(outcome.disposition())};
    if (outcome.records() > 0) {
      parts.push_back(absl::StrCat(words_.Records(outcome.records()), Say("已处理", " done")));
    }
    const bool is_kept = outcome.disposition() == v1::DISPOSITION_RESTRICTED;
    if (is_kept || outcome.retained_records() > 0) {
      parts.push_back(absl::StrCat(Say("仅存储：", "kept in storage only: "),
                                   words_.Retained(outcome.retained_records())));
      if (!outcome.law().empty())
        parts.push_back(absl::StrCat(Say("依据", "by "), Laws(outcome.law())));
      if (outcome.has_retained_until()) {
        parts.push_back(absl::StrCat(Say("保存至", "until "), DayText(outcome.retained_until())));
      }
      if (!outcome.hard_reason().empty()) {
        parts.push_back(absl::StrCat(Say("技术上暂难删除：", "hard to erase by technical means: "),
                                     Plain(outcome.hard_reason())));
      }
    }
    return absl::StrJoin(parts, words_.separator());
  }

  std::string DispositionWords(v1::Disposition disposition) const {
    switch (disposition) {
      case v1::DISPOSITION_PROVIDED:
        return Say("已提供", "provided");
      case v1::DISPOSITION_CORRECTED:
        return Say("已更正", "corrected");
      case v1::DISPOSITION_ERASED:
        return Say("已删除", "erased");
      case v1::DISPOSITION_RESTRICTED:
        return Say("已限制处理", "restricted");
      case v1::DISPOSITION_NOT_HELD:
        return Say("未持有", "not held");
      case v1::DISPOSITION_REFUSED:
        return Say("已拒绝", "refused");
      default:
        return Say("未知", "unknown");
    }
  }

  void Recipients() {
    Line(Say("二、接收方", "Recipients"));
    if (certificate().notices().empty()) {
      Line(Say("- 没有需要通知的接收方。", "- There is none to be told."));
    }
    int number = 0;
    for (const v1::Notice& notice : certificate().notices()) NoticeLines(++number, notice);
    Line("");
  }

  void NoticeLines(int number, const v1::Notice& notice) {
    Line(absl::StrCat(number, ". ", Who(notice.recipient())));
    Field("通知编号", "Notice", notice.name(), kIndent);
    if (!notice.former_recipients().empty()) {
      Field("承继自", "In place of",
            absl::StrJoin(notice.former_recipients(), words_.separator(),
                          [this](std::string* out, const v1::FormerRecipient& former) {
                            out->append(Who(former.recipient()));
                          }),
            kIndent);
    }
    Field("通知内容", "Told to",
          absl::StrCat(KindWords(notice.kind()), Say("：", ": "), Categories(notice.categories())),
          kIndent);
    if (!notice.legal_basis().empty()) {
      Field("法律依据", "Legal basis", Plain(notice.legal_basis()), kIndent);
    }
    if (!notice.onward_recipients().empty()) {
      Field("其转交的接收方", "And to tell, to whom it passed the data on",
            NamesOf(notice.onward_recipients()), kIndent);
    }
    Field("发出时间", "Made", Moment(notice.create_time()), kIndent);
    if (notice.state() != v1::Notice::STATE_EXEMPT) Delivery(notice);
    State(notice);
  }

  void Delivery(const v1::Notice& notice) {
    if (notice.has_send_time()) {
      Field(
          "送达时间", "Delivered",
          absl::StrCat(Moment(notice.send_time()), words_.separator(), WayWords(notice.sent_way())),
          kIndent);
    } else {
      Field("送达时间", "Delivered", Say("尚未送达", "not yet"), kIndent);
    }
    if (notice.reminders() > 0) {
      Field("催告次数", "Reminded", absl::StrCat(notice.reminders(), Say("次", " times")), kIndent);
    }
    if (notice.has_acknowledge_time()) {
      Field("确认收到", "Acknowledged", Moment(notice.acknowledge_time()), kIndent);
    }
  }

  std::string WayWords(v1::NoticeWay way) const {
    switch (way) {
      case v1::NOTICE_WAY_WEBHOOK:
        return Say("网络回调", "by webhook");
      case v1::NOTICE_WAY_PULL:
        return Say("由接收方取走", "fetched by the recipient");
      case v1::NOTICE_WAY_PUSH:
        return Say("推送", "by push");
      case v1::NOTICE_WAY_LETTER:
        return Say("信函", "by letter");
      default:
        return Say("方式未记录", "by a way that is not on record");
    }
  }

  std::string KindWords(v1::NoticeKind kind) const {
    switch (kind) {
      case v1::NOTICE_KIND_DELETE:
        return Say("删除", "delete");
      case v1::NOTICE_KIND_CORRECT:
        return Say("更正", "correct");
      case v1::NOTICE_KIND_STOP_PROCESSING:
        return Say("停止处理", "stop processing");
      case v1::NOTICE_KIND_RESUME_PROCESSING:
        return Say("恢复处理", "go on processing");
      default:
        return Say("未知", "unknown");
    }
  }

  void State(const v1::Notice& notice) {
    switch (notice.state()) {
      case v1::Notice::STATE_COMPLETED:
        if (notice.has_objection()) Objection(notice);
        Field("完成", "Completed",
              absl::StrCat(Moment(notice.end_time()), words_.separator(), notice.records(),
                           Say("条记录", notice.records() == 1 ? " record" : " records")),
              kIndent);
        if (!notice.onward_told().empty()) {
          Field("其已告知", "It told", NamesOf(notice.onward_told()), kIndent);
        }
        Evidence(notice);
        return;
      case v1::Notice::STATE_OBJECTED:
        Objection(notice);
        Evidence(notice);
        return;
      case v1::Notice::STATE_EXEMPT:
        return Exemption(notice);
      case v1::Notice::STATE_CANCELLED:
        return Standing(Say("已取消，不再执行", "cancelled: not to be carried out any more"));
      case v1::Notice::STATE_SUPERSEDED:
        return Standing(
            absl::StrCat(Say("已由此通知取代：", "superseded by "), Plain(notice.superseded_by())));
      case v1::Notice::STATE_IMPOSSIBLE:
        Standing(absl::StrCat(Say("无法履行：", "impossible: "),
                              Plain(notice.impossibility().reason())));
        Field("证明", "Proof", Plain(notice.impossibility().proof()), kIndent);
        return;
      default:
        break;
    }
    if (notice.objection().state() == v1::Objection::STATE_REJECTED) Objection(notice);
    Standing(OpenWords(notice));
    if (notice.has_due_time()) {
      Field(notice.overdue() ? "已逾期，应完成时间" : "应完成时间",
            notice.overdue() ? "Overdue since" : "Due", Moment(notice.due_time()), kIndent);
    }
  }

  std::string OpenWords(const v1::Notice& notice) const {
    switch (notice.state()) {
      case v1::Notice::STATE_SENT:
        return Say("未结：已送达，接收方尚未确认",
                   "open: delivered, the recipient has not answered");
      case v1::Notice::STATE_ACKNOWLEDGED:
        return Say("未结：接收方已确认收到，尚未完成", "open: seen by the recipient, not done yet");
      case v1::Notice::STATE_FAILED:
        return Say("未结：送达失败，须由人工另寻途径",
                   "open: no delivery worked, a person must find another way");
      default:
        return Say("未结：待送达", "open: to be delivered");
    }
  }

  void Standing(absl::string_view words) { Field("状态", "State", words, kIndent); }

  void Objection(const v1::Notice& notice) {
    const v1::Objection& objection = notice.objection();
    std::string said =
        absl::StrCat(Plain(objection.ground()), words_.separator(), Laws(objection.law()));
    if (objection.has_until()) {
      absl::StrAppend(&said, words_.separator(), Say("至", "until "), DayText(objection.until()));
    }
    if (objection.has_object_time()) {
      said = absl::StrCat(Moment(objection.object_time()), words_.separator(), said);
    }
    Field("异议", "Objected", said, kIndent);
    const std::string reason = Plain(objection.decision_reason());
    switch (objection.state()) {
      case v1::Objection::STATE_WAITING:
        if (HasEnded(notice)) return;  // it was done without a decision
        return Field("决定", "Decision", Say("未结：待人工决定", "open: a person is to decide"),
                     kIndent);
      case v1::Objection::STATE_REJECTED:
        return Field("决定", "Decision", absl::StrCat(Say("不接受：", "rejected: "), reason),
                     kIndent);
      case v1::Objection::STATE_ACCEPTED:
        return Field("决定", "Decision", absl::StrCat(Say("接受：", "accepted: "), reason),
                     kIndent);
      default:
        // From the time before objections were decided.
        return Field("决定", "Decision", Say("视为接受", "stands as accepted"), kIndent);
    }
  }

  void Evidence(const v1::Notice& notice) {
    if (notice.has_receipt()) {
      const v1::Receipt& receipt = notice.receipt();
      Field("回执签署时间", "Receipt signed", Moment(receipt.sign_time()), kIndent);
      Field("回执公钥", "Receipt key", Plain(receipt.key()), kIndent);
      Field("回执签名", "Receipt signature", Base64Encode(receipt.signature()), kIndent);
    }
    if (!notice.answer_evidence().empty()) {
      Field("人工记录的依据", "Recorded by a person, by", Plain(notice.answer_evidence()), kIndent);
    }
  }

  void Exemption(const v1::Notice& notice) {
    const v1::Exemption& exemption = notice.exemption();
    std::string why = exemption.code() == v1::Exemption::CODE_LAW
                          ? Say("法律、行政法规另有规定", "a law or regulation says otherwise")
                          : Say("接收方持有本人的单独授权",
                                "the recipient holds the subject's own authorisation");
    if (!exemption.law().empty()) {
      absl::StrAppend(&why, words_.separator(), Laws(exemption.law()));
    }
    if (exemption.has_until()) {
      absl::StrAppend(&why, words_.separator(), Say("至", "until "), DayText(exemption.until()));
    }
    Field("未通知，豁免", "Not told, exempt", why, kIndent);
    Field("豁免证明", "Proof", Plain(exemption.proof()), kIndent);
    Field("豁免范围", "Scope", Categories(exemption.categories()), kIndent);
  }

  void End() {
    const OpenMatters open = OpenMattersOf(certificate(), facts_.request);
    if (open.empty()) {
      Line(Say("结论：以上各项均已办结。", "Conclusion: all of the above is complete."));
      return;
    }
    std::vector<std::string> parts;
    if (!open.is_answered) parts.push_back(Say("请求尚未答复", "the request is not answered"));
    if (open.tasks > 0) {
      parts.push_back(
          absl::StrCat(Say("本公司系统未完成的操作：", "operations of the company's own systems: "),
                       open.tasks));
    }
    if (open.notices > 0) {
      parts.push_back(
          absl::StrCat(Say("未结的接收方通知：", "notices to recipients: "), open.notices));
    }
    if (!open.restricted.empty()) {
      parts.push_back(absl::StrCat(Say("仍在保存：", "still kept: "), Categories(open.restricted)));
    }
    Field("结论：尚未办结", "Conclusion: still open",
          absl::StrJoin(parts, words_.is_english() ? "; " : "；"));
  }

  static constexpr int kIndent = 3;

  const CertificateFacts& facts_;
  const MessageWords words_;
  std::string text_;
};

}  // namespace

OpenMatters OpenMattersOf(const v1::DeletionCertificate& certificate, const v1::Request& request) {
  OpenMatters open;
  open.is_answered = certificate.has_response_time();
  open.tasks = request.progress().tasks_open() + request.progress().tasks_failed();
  open.notices = static_cast<int>(
      std::count_if(certificate.notices().begin(), certificate.notices().end(), IsStillOpen));
  for (const v1::CategoryOutcome& outcome : certificate.outcomes()) {
    if (outcome.disposition() == v1::DISPOSITION_RESTRICTED || outcome.retained_records() > 0) {
      open.restricted.insert(outcome.category());
    }
  }
  return open;
}

std::string CertificateText(const CertificateFacts& facts) {
  const std::string english = CertificateWriter(facts, "en").Write();
  if (MessageWords(facts.request.language()).is_english()) return english;
  return absl::StrCat(CertificateWriter(facts, "zh-CN").Write(), "\n", english);
}

}  // namespace dsr
