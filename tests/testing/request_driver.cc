#include "testing/request_driver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/redactor.h"
#include "google/protobuf/util/message_differencer.h"
#include "testing/request_invariants.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using storage::v1::Event;
using storage::v1::PendingTimer;
using storage::v1::RequestRecord;

constexpr int kMostTimersAtOnce = 100;

// Puts something into every personal text field of `message`, at any depth.
void FillPersonal(Message& message) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->is_map()) continue;
    if (IsPersonal(*field)) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
      if (field->is_repeated()) {
        reflection.AddString(&message, field, "someone");
      } else if (field->real_containing_oneof() == nullptr) {
        reflection.SetString(&message, field, "someone");
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int k = 0; k < reflection.FieldSize(message, field); ++k) {
        FillPersonal(*reflection.MutableRepeatedMessage(&message, field, k));
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
               reflection.HasField(message, field)) {
      FillPersonal(*reflection.MutableMessage(&message, field));
    }
  }
}

absl::Status ReasonOfDecision(const Decision& decision) {
  const Rejected* rejected = std::get_if<Rejected>(&decision);
  return rejected == nullptr ? absl::OkStatus() : rejected->reason;
}

bool AreEqual(const Decision& a, const Decision& b) {
  if (a.index() != b.index() || ReasonOfDecision(a) != ReasonOfDecision(b)) return false;
  if (const Accepted* accepted = std::get_if<Accepted>(&a)) {
    if (accepted->content_event != std::get<Accepted>(b).content_event) return false;
  }
  return std::equal(
      EventsOf(a).begin(), EventsOf(a).end(), EventsOf(b).begin(), EventsOf(b).end(),
      [](const Event& x, const Event& y) { return MessageDifferencer::Equals(x, y); });
}

const PendingTimer* NextOverdue(const storage::v1::RequestState& state, absl::Time now) {
  const PendingTimer* next = nullptr;
  for (const PendingTimer& timer : state.timers()) {
    const absl::Time due = FromTimestamp(timer.due_time());
    if (due > now) continue;
    if (next == nullptr || std::make_pair(due, timer.name()) <
                               std::make_pair(FromTimestamp(next->due_time()), next->name())) {
      next = &timer;
    }
  }
  return next;
}

}  // namespace

const std::vector<Event>& EventsOf(const Decision& decision) {
  const Accepted* accepted = std::get_if<Accepted>(&decision);
  return accepted != nullptr ? accepted->events : std::get<Rejected>(decision).events;
}

RequestDriver::RequestDriver(absl::string_view type) : RequestDriver(ShopRulebook(type)) {}

RequestDriver::RequestDriver(std::shared_ptr<const Rulebook> rulebook)
    : rulebook_(std::move(rulebook)),
      now_(ShopTime(absl::CivilSecond(2026, 3, 2, 9, 0, 0))),
      facts_(ShopFacts()) {
  id_ = RequestId::Derive(now_, {"request", rulebook_->workflow.name()});
}

DecisionContext RequestDriver::ContextFor(const Actor& actor) const {
  return DecisionContext{.actor = actor,
                         .now = now_,
                         .request = id_,
                         .fresh_id = std::string(16, 'g'),
                         .facts = &facts_};
}

absl::Status RequestDriver::Do(const Command& command, const Actor& actor) {
  FireDueTimers();
  return Step(command, actor);
}

void RequestDriver::FireDueTimers() {
  for (int fired = 0; fired < kMostTimersAtOnce; ++fired) {
    const PendingTimer* next = NextOverdue(state(), now_);
    if (next == nullptr) return;
    const dsr::FireTimer timer{.name = next->name(), .due = FromTimestamp(next->due_time())};
    EXPECT_THAT(Step(timer, Scheduler()), IsOk());
    EXPECT_NE(TimerDueAt(timer.name), timer.due) << timer.name << " fired and is still pending";
  }
  ADD_FAILURE() << "timers set each other off without end";
}

void RequestDriver::FireTimer(absl::string_view name) {
  const absl::Time due = TimerDueAt(name);
  ASSERT_NE(due, absl::InfinitePast()) << "no timer " << std::string(name) << " is pending";
  now_ = std::max(now_, due);
  FireDueTimers();
}

absl::Status RequestDriver::Step(const Command& command, const Actor& actor) {
  const DecisionContext context = ContextFor(actor);
  const Decision decision = Decide(*rulebook_, record_, command, context);
  CheckDecision(command, context, decision);
  CheckEvents(*rulebook_, record_, EventsOf(decision), facts_);
  const bool is_filed = std::holds_alternative<Accepted>(decision) || state().version() > 0;
  EXPECT_TRUE(is_filed || EventsOf(decision).empty()) << "a refused filing left a trace";
  for (const Event& event : EventsOf(decision)) {
    Evolve(record_, event);
    events_.push_back(event);
  }
  if (!is_filed) return ReasonOfDecision(decision);
  CheckFold();
  CheckRecord(record_);
  if (checks_actions_) CheckAllowedActions(*rulebook_, record_, ContextFor(Visitor()));
  return ReasonOfDecision(decision);
}

void RequestDriver::CheckDecision(const Command& command, const DecisionContext& context,
                                  const Decision& decision) const {
  const std::string name(CommandName(command));
  EXPECT_TRUE(AreEqual(decision, Decide(*rulebook_, record_, command, context)))
      << name << ": equal arguments gave another decision";

  RequestRecord other = record_;
  ClearPersonal(other);
  EXPECT_TRUE(AreEqual(decision, Decide(*rulebook_, other, command, context)))
      << name << ": the decision depends on personal fields being there";
  FillPersonal(other);
  Facts filled = facts_;
  for (v1::Disclosure& disclosure : filled.disclosures) FillPersonal(disclosure);
  DecisionContext with_filled = context;
  with_filled.facts = &filled;
  EXPECT_TRUE(AreEqual(decision, Decide(*rulebook_, other, command, with_filled)))
      << name << ": the decision depends on what personal fields say";

  int64_t sequence = state().version();
  for (const Event& event : EventsOf(decision)) {
    EXPECT_EQ(event.sequence(), ++sequence);
    EXPECT_EQ(FromTimestamp(event.time()), context.now);
    EXPECT_EQ(event.actor(), context.actor.name);
    EXPECT_NE(event.payload_case(), Event::PAYLOAD_NOT_SET);
  }
}

void RequestDriver::CheckFold() const {
  RequestRecord folded;
  for (const Event& event : events_) Evolve(folded, event);
  std::string difference;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(record_, folded)) << difference;
}

storage::v1::RequestFiled RequestDriver::UsualFiling() const {
  storage::v1::RequestFiled filed;
  filed.set_type(rulebook_->workflow.name());
  filed.set_subject_id(std::string(ShopSubject().bytes()));
  filed.set_key_number(7);
  filed.mutable_requester()->set_relation(v1::RELATION_SUBJECT);
  filed.mutable_requester()->mutable_reply_to()->set_channel("email");
  filed.set_requester_key(std::string(16, static_cast<char>('a' + v1::RELATION_SUBJECT)));
  filed.set_content_key(std::string(16, 'c'));
  filed.set_channel("app");
  filed.set_language("en");
  switch (rulebook_->workflow.details()) {
    case v1::DETAILS_KIND_CORRECTION:
      for (const char* field : {"city", "street", "postcode"}) {
        v1::FieldCorrection& correction = *filed.mutable_correction()->add_fields();
        correction.set_category("addresses");
        correction.set_field(field);
      }
      break;
    case v1::DETAILS_KIND_DELETION:
      filed.mutable_deletion()->set_ground(v1::DELETION_GROUND_CONSENT_WITHDRAWN);
      break;
    case v1::DETAILS_KIND_DECISION_COMPLAINT:
      filed.mutable_decision_complaint()->set_decision_id("credit-17");
      break;
    case v1::DETAILS_KIND_CONSENT_CHANGE:
      filed.mutable_consent_change()->set_consent(kConsent);
      break;
    case v1::DETAILS_KIND_COMPLAINT:
      filed.mutable_complaint();
      break;
    case v1::DETAILS_KIND_TEXT:
      filed.mutable_text();
      break;
    case v1::DETAILS_KIND_TRANSFER:
      filed.mutable_transfer()->set_recipient(kOverseasSeller);
      break;
    case v1::DETAILS_KIND_COMPANY_DELETION:
      filed.mutable_requester()->Clear();
      filed.mutable_requester()->set_relation(v1::RELATION_COMPANY);
      filed.mutable_company_deletion()->set_ground(v1::COMPANY_DELETION_GROUND_RETENTION_OVER);
      filed.mutable_company_deletion()->set_batch("retention-2026-q1");
      break;
    default:
      break;
  }
  return filed;
}

absl::Status RequestDriver::File(const storage::v1::RequestFiled& filed) {
  return Do(FileRequest{.filed = filed}, Intake());
}

void RequestDriver::FileUsual() { ASSERT_THAT(File(UsualFiling()), IsOk()); }

VerificationId RequestDriver::FreshVerification() {
  return VerificationId::Derive(now_, {"verification", absl::StrCat(++verifications_)});
}

VerificationId RequestDriver::Start(v1::VerificationMethod method, const Actor& actor) {
  const bool documents = method == v1::VERIFICATION_METHOD_DOCUMENTS;
  EXPECT_THAT(Do(StartVerification{.id = FreshVerification(),
                                   .method = method,
                                   .purpose = documents ? v1::VERIFICATION_PURPOSE_REPRESENTATION
                                                        : v1::VERIFICATION_PURPOSE_IDENTITY},
                 actor),
              IsOk());
  return IdIn<VerificationId>(LastVerification().name());
}

absl::Status RequestDriver::Show(const VerificationId& id, v1::EvidenceKind kind,
                                 const std::function<void(storage::v1::EvidenceRecorded&)>& fill) {
  RecordEvidence command;
  command.recorded.set_verification_id(std::string(id.bytes()));
  command.recorded.set_evidence_id(
      std::string(EvidenceId::Derive(now_, {"evidence", absl::StrCat(++verifications_)}).bytes()));
  command.recorded.mutable_evidence()->set_kind(kind);
  command.recorded.mutable_evidence()->set_accepted(true);
  if (fill != nullptr) fill(command.recorded);
  return Do(command, Verifier());
}

void RequestDriver::VerifyInWriting() {
  const VerificationId id = Start(v1::VERIFICATION_METHOD_WRITTEN_REQUEST, Intake());
  ASSERT_THAT(Show(id, v1::EVIDENCE_KIND_SIGNED_REQUEST), IsOk());
  ASSERT_THAT(Show(id, v1::EVIDENCE_KIND_IDENTITY_DOCUMENT), IsOk());
  ASSERT_THAT(Do(DecideVerification{.id = id, .passed = true}, Verifier()), IsOk());
}

VerificationId RequestDriver::AskForCode() {
  EXPECT_THAT(Do(StartVerification{.id = FreshVerification(),
                                   .method = v1::VERIFICATION_METHOD_ONE_TIME_CODE},
                 Intake()),
              IsOk());
  return IdIn<VerificationId>(LastVerification().name());
}

void RequestDriver::Verify() {
  CompleteAll(v1::TASK_KIND_RESOLVE_CONTACT);
  const VerificationId id = AskForCode();
  ASSERT_THAT(Do(SubmitCode{.id = id, .matched_send = LastVerification().sends()}, Intake()),
              IsOk());
}

void RequestDriver::FileAndVerify() {
  FileUsual();
  Verify();
}

void RequestDriver::FileVerifyAndAssess() {
  FileAndVerify();
  for (int i = 0; i < request().correction().fields_size(); ++i) {
    DecideField decide;
    decide.decided.set_index(i);
    decide.decided.set_decision(v1::FIELD_DECISION_ACCEPTED);
    ASSERT_THAT(Do(decide, Caseworker()), IsOk());
  }
  ASSERT_THAT(Do(AssessRequest(), Caseworker()), IsOk());
}

std::vector<v1::Task> RequestDriver::OpenTasks(v1::TaskKind kind) const {
  std::vector<v1::Task> open;
  for (const v1::Task& task : record_.tasks()) {
    if (task.kind() == kind && task.state() == v1::Task::STATE_OPEN) open.push_back(task);
  }
  return open;
}

v1::Task RequestDriver::OpenTask(v1::TaskKind kind, absl::string_view system) const {
  for (const v1::Task& task : OpenTasks(kind)) {
    if (task.system() == std::string(system)) return task;
  }
  ADD_FAILURE() << "no open task " << v1::TaskKind_Name(kind) << " of " << std::string(system);
  return v1::Task();
}

absl::Status RequestDriver::Complete(const v1::Task& task, const v1::TaskResult& result) {
  return Do(CompleteTask{.id = IdIn<TaskId>(task.name()), .result = result}, Worker());
}

void RequestDriver::CompleteAll(v1::TaskKind kind) {
  for (const v1::Task& task : OpenTasks(kind)) {
    ASSERT_THAT(Complete(task, UsualResult(task)), IsOk());
  }
}

v1::TaskResult RequestDriver::UsualResult(const v1::Task& task) {
  v1::TaskResult result;
  for (const std::string& category : task.categories()) {
    v1::CategoryResult& one = *result.add_categories();
    one.set_category(category);
    one.set_records(3);
  }
  if (task.kind() == v1::TASK_KIND_RESOLVE_CONTACT) {
    result.mutable_contact()->set_channel("sms");
  } else if (task.kind() == v1::TASK_KIND_FETCH_DECISION) {
    result.mutable_decision()->set_decided_by("credit-model");
  }
  return result;
}

void RequestDriver::BuildPackage(v1::TaskKind kind) {
  CompletePackage command;
  command.id = IdIn<TaskId>(OpenTask(kind, "systems/dsrd").name());
  command.built.set_sha256(std::string(32, 's'));
  command.built.set_size_bytes(1000);
  command.built.set_content_type("application/zip");
  ASSERT_THAT(Do(command, Actor{.name = "system:packager"}), IsOk());
}

std::vector<v1::Notice> RequestDriver::NoticesTo(absl::string_view recipient) const {
  std::vector<v1::Notice> notices;
  for (const v1::Notice& notice : record_.notices()) {
    if (notice.recipient() == std::string(recipient)) notices.push_back(notice);
  }
  return notices;
}

v1::Notice RequestDriver::NoticeTo(absl::string_view recipient) const {
  const std::vector<v1::Notice> notices = NoticesTo(recipient);
  if (!notices.empty()) return notices.back();
  ADD_FAILURE() << "no notice to " << std::string(recipient);
  return v1::Notice();
}

absl::Status RequestDriver::Acknowledge(const v1::Notice& notice) {
  return Do(AcknowledgeNotice{.id = IdIn<NoticeId>(notice.name())}, Visitor());
}

absl::Status RequestDriver::CompleteNoticeOf(const v1::Notice& notice) {
  return Do(CompleteNotice{.id = IdIn<NoticeId>(notice.name()), .records = 4}, Visitor());
}

void RequestDriver::CompleteAllNotices() {
  const RequestRecord present = record_;
  for (const v1::Notice& notice : present.notices()) {
    if (notice.state() == v1::Notice::STATE_EXEMPT ||
        notice.state() == v1::Notice::STATE_COMPLETED) {
      continue;
    }
    ASSERT_THAT(Acknowledge(notice), IsOk());
    ASSERT_THAT(CompleteNoticeOf(notice), IsOk());
  }
}

int RequestDriver::Count(Event::PayloadCase payload) const {
  return static_cast<int>(std::count_if(events_.begin(), events_.end(), [&](const Event& event) {
    return event.payload_case() == payload;
  }));
}

int RequestDriver::Messages(absl::string_view template_id) const {
  return static_cast<int>(std::count_if(
      record_.messages().begin(), record_.messages().end(),
      [&](const v1::Message& message) { return message.template_() == std::string(template_id); }));
}

absl::Time RequestDriver::TimerDueAt(absl::string_view name) const {
  for (const PendingTimer& timer : state().timers()) {
    if (timer.name() == std::string(name)) return FromTimestamp(timer.due_time());
  }
  return absl::InfinitePast();
}

v1::Verification RequestDriver::LastVerification() const {
  if (!state().verifications().empty()) return *state().verifications().rbegin();
  ADD_FAILURE() << "no verification was started";
  return v1::Verification();
}

}  // namespace dsr
