#include "scenarios/scenario_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using testing::v1::Step;

// The lookups that a request's command needs are in the store; a command that fires nothing is
// enough to let what is due fire.
constexpr char kNoTimer[] = "no-such-timer";

struct Person {
  const char* name;
  std::vector<std::string> roles;
};

const std::vector<Person>& People() {
  static const auto& people = *new std::vector<Person>{
      {"ines", {"intake"}},
      {"vera", {"verifier"}},
      {"chen", {"caseworker"}},
      {"bao", {"caseworker"}},
      {"oscar", {"privacy_officer"}},
      {"olga", {"privacy_officer"}},
      {"rui", {"reviewer"}},
      {"mei", {"caseworker", "verifier", "children_privacy"}},
      {"lan", {"privacy_officer", "children_privacy"}},
      {"tool", {"session_asserter"}},
      {"bureau", {"identity_authority"}},
  };
  return people;
}

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime("%Y-%m-%d %H:%M:%S", text, ScenarioRunner::Zone(), &time, nullptr))
    return time;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", text, ScenarioRunner::Zone(), &time, &error))
      << text << error;
  return time;
}

void AddSystem(World& world, const std::string& id, const std::vector<std::string>& categories,
               const std::vector<v1::TaskKind>& kinds) {
  v1::CreateDataSystemRequest in;
  in.set_data_system_id(id);
  in.mutable_data_system()->set_title("A system");
  for (const std::string& category : categories) in.mutable_data_system()->add_categories(category);
  for (const v1::TaskKind kind : kinds) in.mutable_data_system()->add_task_kinds(kind);
  for (const v1::TaskKind kind : {v1::TASK_KIND_COLLECT, v1::TASK_KIND_CORRECT, v1::TASK_KIND_ERASE,
                                  v1::TASK_KIND_RESTRICT, v1::TASK_KIND_LIFT_RESTRICTION,
                                  v1::TASK_KIND_STOP_PROCESSING, v1::TASK_KIND_STOP_COLLECTION}) {
    in.mutable_data_system()->add_task_kinds(kind);
  }
  const auto made = World::Wait([&](ExecutionDone done) {
    world.registry->CreateDataSystem(in, world.As("operator"), std::move(done));
  });
  ASSERT_TRUE(made.ok()) << made.status();
}

void AddRecipient(World& world, const std::string& id, v1::RecipientRelation relation,
                  const std::string& jurisdiction) {
  v1::CreateRecipientRequest in;
  in.set_recipient_id(id);
  in.mutable_recipient()->set_title("Recipient " + id);
  in.mutable_recipient()->set_relation(relation);
  in.mutable_recipient()->set_jurisdiction(jurisdiction);
  in.mutable_recipient()->mutable_delivery()->mutable_pull();
  const auto made = World::Wait([&](ExecutionDone done) {
    world.registry->CreateRecipient(in, world.As("operator"), std::move(done));
  });
  ASSERT_TRUE(made.ok()) << made.status();
}

storage::v1::RequestFiled FiledAs(const v1::Request& request) {
  storage::v1::RequestFiled filed = World::Filed(request.type(), request.subject_account());
  if (request.has_received_time()) *filed.mutable_received_time() = request.received_time();
  if (request.requester().relation() != v1::RELATION_UNSPECIFIED)
    filed.mutable_requester()->set_relation(request.requester().relation());
  if (request.requester().relation() == v1::RELATION_COMPANY)
    filed.mutable_requester()->clear_reply_to();
  if (!request.requester().display_name().empty())
    filed.mutable_requester()->set_display_name(request.requester().display_name());
  if (!request.channel().empty()) filed.set_channel(request.channel());
  *filed.mutable_categories() = request.categories();
  if (request.has_correction()) *filed.mutable_correction() = request.correction();
  if (request.has_deletion()) *filed.mutable_deletion() = request.deletion();
  if (request.has_decision_complaint())
    *filed.mutable_decision_complaint() = request.decision_complaint();
  if (request.has_consent_change()) *filed.mutable_consent_change() = request.consent_change();
  if (request.has_complaint()) *filed.mutable_complaint() = request.complaint();
  if (request.has_text()) *filed.mutable_text() = request.text();
  if (request.has_transfer()) *filed.mutable_transfer() = request.transfer();
  if (request.has_company_deletion())
    *filed.mutable_company_deletion() = request.company_deletion();
  return filed;
}

}  // namespace

ScenarioRunner::ScenarioRunner() {
  AddSystem(world_, "profile", {"account", "addresses", "reviews", "consents"},
            {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_CLOSE_ACCOUNT});
  AddSystem(world_, "orders", {"orders", "payments"}, {v1::TASK_KIND_CHECK_BLOCKERS});
  AddSystem(world_, "browsing", {"browsing", "search"}, {});
  AddSystem(world_, "recommendation", {"recommendation", "decisions"},
            {v1::TASK_KIND_FETCH_DECISION, v1::TASK_KIND_APPLY_REMEDY});
  AddRecipient(world_, "payment", v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER, "CN");
  AddRecipient(world_, "logistics", v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR, "CN");
  AddRecipient(world_, "overseas-seller", v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER, "JP");
  AddRecipient(world_, "ad-partner", v1::RECIPIENT_RELATION_JOINT_CONTROLLER, "CN");
}

absl::TimeZone ScenarioRunner::Zone() {
  absl::TimeZone zone;
  absl::LoadTimeZone("Asia/Shanghai", &zone);
  return zone;
}

void ScenarioRunner::Play(const testing::v1::Scenario& scenario) {
  world_.clock.SetTime(At(scenario.start().empty() ? "2026-03-02 09:00" : scenario.start()));
  for (int i = 0; i < scenario.steps_size(); ++i) {
    const Step& step = scenario.steps(i);
    SCOPED_TRACE(absl::StrCat("step ", i + 1, ": ", step.ShortDebugString().substr(0, 200)));
    if (!step.on().empty()) on_ = step.on();
    if (on_.empty()) on_ = "it";
    if (!step.as().empty()) as_ = step.as();
    Check(step, Do(step));
    if (::testing::Test::HasFailure()) return;
  }
}

absl::Status ScenarioRunner::Do(const Step& step) {
  switch (step.what_case()) {
    case Step::kFile:
      return File(step.file());
    case Step::kFileForOthers:
      return FileForOthers(step.file_for_others());
    case Step::kContact: {
      testing::v1::Work work;
      work.set_kind(v1::TASK_KIND_RESOLVE_CONTACT);
      v1::TaskResult& result = *work.mutable_result();
      if (!step.contact().unknown()) result.mutable_contact()->set_channel("email");
      if (step.contact().has_status()) *result.mutable_subject_status() = step.contact().status();
      result.set_contact_stale(step.contact().stale());
      return Work(work);
    }
    case Step::kVerify:
      return Verify(step.verify());
    case Step::kStart:
      return Start(step.start());
    case Step::kCode:
      return Guess(step.code());
    case Step::kShow:
      return Show(step.show());
    case Step::kDecide:
      return Execute(DecideVerification{.id = Pending(/*by_code=*/false), .passed = step.decide()});
    case Step::kRevoke:
      return Revoke(step.revoke());
    case Step::kRepresent:
      return Represent();
    case Step::kCall:
      return Call(step.call());
    case Step::kRefuse: {
      ProposeRefusal command;
      command.proposed.set_ground(step.refuse().ground());
      *command.proposed.mutable_categories() = step.refuse().categories();
      return Execute(command);
    }
    case Step::kField: {
      DecideField command;
      command.decided.set_index(step.field().index());
      command.decided.set_decision(step.field().accepted() ? v1::FIELD_DECISION_ACCEPTED
                                                           : v1::FIELD_DECISION_REJECTED);
      return Execute(command);
    }
    case Step::kReview:
      return Review(step);
    case Step::kQuote: {
      QuoteFee command;
      command.quoted.set_amount_cents(step.quote().amount_cents());
      command.quoted.set_currency(step.quote().currency());
      command.quoted.set_ground(step.quote().ground());
      return Execute(command);
    }
    case Step::kSettle:
      return Execute(SettleFee{.settlement = step.settle()});
    case Step::kApproveFile:
      return Execute(ApproveFileAccess{.principal = step.approve_file()});
    case Step::kWork:
      return Work(step.work());
    case Step::kRetry:
      return Retry(step.retry());
    case Step::kParty:
      return Act(step.party());
    case Step::kRecipient:
      return Register(step.recipient());
    case Step::kRemoveRecipient:
      return Remove(step.remove_recipient());
    case Step::kDisclose:
      return Disclose(step.disclose());
    case Step::kConsent:
      return Consent(step.consent());
    case Step::kHold:
      return PlaceHold(step.hold());
    case Step::kLiftHolds:
      return LiftHolds();
    case Step::kSuccession:
      return Succeed(step.succession());
    case Step::kMerge:
      return Merge(step.merge());
    case Step::kNewPolicyDays: {
      DefinitionFiles files = world_.rulebooks->files();
      files.policy.set_version(files.policy.version() + 1);
      files.policy.set_response_days(step.new_policy_days());
      for (v1::DeadlineProfile& profile : *files.policy.mutable_deadline_profiles()) {
        if (profile.name() == files.policy.deadline_profile())
          profile.mutable_length()->set_civil_days(step.new_policy_days());
      }
      world_.UseDefinitions(std::move(files));
      return absl::OkStatus();
    }
    case Step::kNewDayOff: {
      DefinitionFiles files = world_.rulebooks->files();
      files.calendar.set_version(files.calendar.version() + 1);
      *files.calendar.add_off()->mutable_first() = step.new_day_off();
      world_.UseDefinitions(std::move(files));
      return absl::OkStatus();
    }
    case Step::kUndeliverable:
      return EndMessage(step.undeliverable(), /*is_delivered=*/false);
    case Step::kDelivered:
      return EndMessage(step.delivered(), /*is_delivered=*/true);
    case Step::kSystem: {
      std::vector<std::string> categories(step.system().categories().begin(),
                                          step.system().categories().end());
      std::vector<v1::TaskKind> kinds;
      for (const int kind : step.system().task_kinds())
        kinds.push_back(static_cast<v1::TaskKind>(kind));
      AddSystem(world_, step.system().title(), categories, kinds);
      return absl::OkStatus();
    }
    case Step::kUntil:
      AdvanceTo(At(step.until()));
      return absl::OkStatus();
    case Step::kAsleep:
      world_.clock.SetTime(At(step.asleep()));
      return absl::OkStatus();
    case Step::kDays:
      AdvanceTo(world_.clock.Now() + absl::Hours(24) * step.days());
      return absl::OkStatus();
    case Step::kNothing:
    case Step::WHAT_NOT_SET:
      return absl::OkStatus();
  }
  return absl::InternalError("a step that the runner does not know");
}

absl::Status ScenarioRunner::FileForOthers(int subjects) {
  const v1::Request like = last_filed_;
  std::set<std::string> names;
  for (int i = 0; i < subjects; ++i) {
    world_.clock.Advance(absl::Seconds(1));
    v1::Request request = like;
    request.set_subject_account(absl::StrCat("other-", i));
    DSR_RETURN_IF_ERROR(File(request));
    const v1::Request filed = Record().state().request();
    const absl::Time received = FromTimestamp(filed.received_time());
    EXPECT_EQ(received, world_.clock.Now());
    EXPECT_EQ(FromTimestamp(filed.due_time()), EndOfDay(DayOf(received, Zone()) + 15, Zone()));
    names.insert(filed.name());
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(subjects));
  return absl::OkStatus();
}

absl::Status ScenarioRunner::File(v1::Request request) {
  last_filed_ = request;
  if (request.subject_account().empty()) request.set_subject_account("account-1");
  account_ = request.subject_account();
  if (request.has_consent_change()) {
    request.mutable_consent_change()->set_consent(consents_[request.consent_change().consent()]);
  }
  if (request.has_complaint() && requests_.contains(request.complaint().request())) {
    request.mutable_complaint()->set_request(RequestName(requests_[request.complaint().request()]));
  }
  CallContext context = world_.As("ines");
  context.principal = Actor(as_);
  DSR_ASSIGN_OR_RETURN(const ExecutionResult filed,
                       world_.File(FiledAs(request), std::move(context)));
  DSR_ASSIGN_OR_RETURN(requests_[on_], ParseRequestName(filed.answer));
  return absl::OkStatus();
}

absl::Status ScenarioRunner::Review(const Step& step) {
  ReviewDecision command;
  command.reviewed.set_outcome(step.review());
  const bool stands = step.review() == v1::REVIEW_OUTCOME_UPHELD;
  command.reviewed.set_remedied(!stands && Record().state().request().has_complaint() &&
                                !step.without_remedy());
  if (!step.remedied_by().empty())
    command.reviewed.set_remedy_request(RequestName(requests_[step.remedied_by()]));
  return Execute(command);
}

absl::Status ScenarioRunner::Call(const std::string& name) {
  if (name == "AssessRequest") return Execute(AssessRequest());
  if (name == "ConfirmPlan") return Execute(ConfirmPlan());
  if (name == "ResolveBlocker") return Execute(ClearBlockers());
  if (name == "ApproveRefusal") return Execute(ApproveRefusal());
  if (name == "RejectRefusal") return Execute(RejectRefusal());
  if (name == "WithdrawRequest") return Execute(WithdrawRequest());
  if (name == "RespondToRequest") return Execute(RespondToRequest());
  if (name == "DecideConflict") return Execute(DecideConflict());
  if (name == "ApproveDeletion") return Execute(ApproveDeletion());
  if (name == "RecordAnnouncement")
    return Execute(RecordAnnouncement{.announcement = "in the app"});
  if (name == "LiftRestriction") return Execute(LiftRestriction());
  if (name == "MigrateRequest") return Execute(MigrateRequest());
  if (name == "OpenFile") return Execute(OpenFile());
  if (name == "BeginDownload") return Execute(BeginDownload());
  if (name == "FinishDownload") return Execute(FinishDownload());
  return absl::InternalError("no such call: " + name);
}

absl::Status ScenarioRunner::EndMessage(const std::string& template_id, bool is_delivered) {
  const storage::v1::RequestRecord record = Record();
  for (int i = record.messages_size() - 1; i >= 0; --i) {
    if (record.messages(i).template_() != template_id ||
        record.messages(i).state() != v1::Message::STATE_PENDING) {
      continue;
    }
    RecordMessageDelivery ended{.id = ParseMessageName(record.messages(i).name())->second,
                                .attempts = 9};
    if (is_delivered) {
      ended.text_sha256 = std::string(32, 's');
    } else {
      ended.outcome = RecordMessageDelivery::Outcome::kFailed;
    }
    return Execute(std::move(ended), DispatcherPrincipal());
  }
  return absl::InternalError("no message " + template_id);
}

void ScenarioRunner::AdvanceTo(absl::Time time) {
  world_.clock.SetTime(time);
  for (const auto& [label, id] : requests_) {
    const auto fired = world_.executor->ExecuteAndWait(
        PlannedCommand{.request = id, .command = FireTimer{.name = kNoTimer, .due = time}},
        CallContext{.principal = SchedulerPrincipal()});
    EXPECT_TRUE(fired.ok()) << label << ": " << fired.status();
  }
}

absl::Status ScenarioRunner::Execute(Command command) {
  return Execute(std::move(command), Actor(as_));
}

absl::Status ScenarioRunner::Execute(Command command, Principal principal) {
  PlannedCommand planned{.request = requests_[on_], .command = std::move(command)};
  return world_.executor
      ->ExecuteAndWait(std::move(planned), CallContext{.principal = std::move(principal)})
      .status();
}

Principal ScenarioRunner::Actor(absl::string_view name) const {
  for (const Person& person : People()) {
    if (name == person.name) return Principal{.name = person.name, .roles = person.roles};
  }
  if (absl::StartsWith(name, "recipients/")) {
    return Principal{.name = "party", .roles = {"recipient"}, .recipient = std::string(name)};
  }
  return Principal{.name = "ines", .roles = {"intake"}};
}

storage::v1::RequestRecord ScenarioRunner::Record() { return world_.Record(requests_[on_]); }

DecisionContext ScenarioRunner::ContextFor(const Facts& facts) const {
  const Principal principal = Actor(as_);
  return DecisionContext{.actor = principal.ToActor(),
                         .now = world_.clock.Now(),
                         .request = requests_.at(on_),
                         .fresh_id = std::string(16, 'f'),
                         .facts = &facts};
}

}  // namespace dsr
