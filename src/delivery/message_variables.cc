#include "delivery/message_variables.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "app/category_answer.h"
#include "app/message_words.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"

namespace dsr {
namespace {

// Tells whether tasks of that kind leave the data as it is.
bool ReadsOnly(v1::TaskKind kind) {
  return kind == v1::TASK_KIND_RESOLVE_CONTACT || kind == v1::TASK_KIND_COLLECT ||
         kind == v1::TASK_KIND_CHECK_BLOCKERS || kind == v1::TASK_KIND_FETCH_DECISION ||
         kind == v1::TASK_KIND_BUILD_ANSWER || kind == v1::TASK_KIND_BUILD_PACKAGE;
}

// Makes the variables of one message.
class VariableMaker {
 public:
  explicit VariableMaker(const MessageSource& source)
      : source_(source),
        request_(source.record.state().request()),
        words_(source.message.language()) {}

  TemplateVariables Public() const;
  TemplateVariables Subject() const;
  void AddWords(TemplateVariables& variables) const;

 private:
  TemplateList Outcomes() const;
  TemplateVariables Outcome(const v1::Category& category) const;
  TemplateList Recipients() const;
  TemplateList ToldRecipients() const;
  TemplateList DisclosedRecipients() const;
  TemplateList Fields() const;
  TemplateList Plan() const;
  TemplateList Blockers() const;
  TemplateList Refused() const;
  TemplateList Rules() const;
  void AddConsent(TemplateVariables& variables) const;

  bool IsUntouched() const;
  std::string PayByDay() const;
  bool CollectsData() const;
  std::string CategoryTitle(const std::string& category) const;
  std::string RecipientTitle(const std::string& name) const;
  std::string Laws(absl::string_view laws) const;
  std::string Titles(const std::set<std::string>& categories) const;

  const MessageSource& source_;
  const v1::Request& request_;
  const MessageWords words_;
};

TemplateVariables VariableMaker::Public() const {
  const Rulebook& rulebook = source_.rulebook;
  return {
      {"company", words_.In(rulebook.policy.company())},
      {"request", std::string(LastSegment(request_.name()))},
      {"type_title", words_.In(rulebook.workflow.titles())},
      {"name", request_.requester().display_name()},
      {"received_day", words_.Day(DayOf(FromTimestamp(request_.received_time()), rulebook.zone))},
      {"last_day", words_.Day(ToCivilDay(request_.last_day()))},
      {"remedies", words_.In(rulebook.policy.remedies())},
      {"first", std::string(LastSegment(request_.duplicate_of()))},
      {"verifies", rulebook.workflow.initiation() == v1::INITIATION_UNSPECIFIED},
      {"untouched", IsUntouched()},
      {"rules", Rules()},
      {"extension_reason", request_.extension().reason()},
  };
}

bool VariableMaker::IsUntouched() const {
  const auto& rounds = source_.record.state().rounds();
  const auto& messages = source_.record.messages();
  return std::all_of(rounds.begin(), rounds.end(),
                     [](const storage::v1::TaskRound& round) { return ReadsOnly(round.kind()); }) &&
         std::all_of(messages.begin(), messages.end(), [](const v1::Message& message) {
           return message.audience() == v1::Message::AUDIENCE_REQUESTER ||
                  !message.verification().empty();
         });
}

// What a person wrote as the answer to somebody who need not be verified.
void VariableMaker::AddWords(TemplateVariables& variables) const {
  const v1::DecisionReview& review = request_.review();
  variables.insert_or_assign("note", request_.response().note());
  variables.insert_or_assign("explanation", review.explanation());
  variables.insert_or_assign("remedy", review.remedy());
  variables.insert_or_assign("remedy_request", std::string(LastSegment(review.remedy_request())));
  variables.insert_or_assign("review_upheld", review.outcome() == v1::REVIEW_OUTCOME_UPHELD);
  variables.insert_or_assign("review_changed", review.outcome() == v1::REVIEW_OUTCOME_CHANGED);
  variables.insert_or_assign("review_overturned",
                             review.outcome() == v1::REVIEW_OUTCOME_OVERTURNED);
  variables.insert_or_assign("refused", Refused());
}

TemplateVariables VariableMaker::Subject() const {
  TemplateVariables variables = Public();
  const auto set = [&](const char* name, TemplateValue value) {
    variables.insert_or_assign(name, std::move(value));
  };
  AddWords(variables);
  AddConsent(variables);
  set("ground", words_.Ground(request_.refusal().ground()));
  set("reason", request_.refusal().reason());
  set("fee", words_.Money(request_.fee().amount_cents(), request_.fee().currency()));
  set("fee_reason", request_.fee().reason());
  set("pay_by_day", PayByDay());
  set("served", Titles(CategoriesToServe(request_)));
  set("lift_reason", request_.restriction().reason());
  set("transfer_to", RecipientTitle(request_.transfer().recipient()));
  set("company_ground", words_.Ground(request_.company_deletion().ground()));
  set("successor", request_.company_deletion().successor());
  set("sha256", request_.package().sha256());
  if (request_.package().has_grant_expire_time()) {
    set("grant_expires", words_.Moment(FromTimestamp(request_.package().grant_expire_time()),
                                       source_.rulebook.zone));
  }
  set("outcomes", Outcomes());
  set("recipients", Recipients());
  set("fields", Fields());
  set("plan", Plan());
  set("blockers", Blockers());
  return variables;
}

std::string VariableMaker::CategoryTitle(const std::string& category) const {
  const v1::Category* found = source_.rulebook.FindCategory(category);
  return found == nullptr ? category : words_.In(found->titles());
}

std::string VariableMaker::RecipientTitle(const std::string& name) const {
  const auto found =
      std::find_if(source_.recipients.begin(), source_.recipients.end(),
                   [&](const v1::Recipient& recipient) { return recipient.name() == name; });
  return found == source_.recipients.end() ? std::string(LastSegment(name)) : found->title();
}

std::string VariableMaker::Laws(absl::string_view laws) const {
  return words_.Laws(source_.rulebook.policy, laws);
}

std::string VariableMaker::Titles(const std::set<std::string>& categories) const {
  std::vector<std::string> titles;
  for (const v1::Category& category : source_.rulebook.policy.categories()) {
    if (categories.contains(category.name())) titles.push_back(words_.In(category.titles()));
  }
  // The registry may name what the policy of the request does not know.
  for (const std::string& category : categories) {
    if (source_.rulebook.FindCategory(category) == nullptr) titles.push_back(category);
  }
  return absl::StrJoin(titles, words_.separator());
}

TemplateList VariableMaker::Outcomes() const {
  std::set<std::string> told;
  for (const v1::CategoryOutcome& outcome : request_.outcomes()) told.insert(outcome.category());
  TemplateList list;
  for (const v1::Category& category : source_.rulebook.policy.categories()) {
    // A refusal is told with its ground and reason, not among what was done.
    if (told.contains(category.name()) && RefusalOf(request_, category.name()) == nullptr)
      list.push_back(Outcome(category));
  }
  return list;
}

TemplateVariables VariableMaker::Outcome(const v1::Category& category) const {
  const CategoryAnswer answer = AnswerOf(request_, category.name());
  std::set<std::string> laws;
  for (const std::string& law : answer.laws) laws.insert(Laws(law));
  const auto is = [&](v1::Disposition disposition) { return answer.disposition == disposition; };
  return {
      {"category", words_.In(category.titles())},
      {"provided", is(v1::DISPOSITION_PROVIDED)},
      {"corrected", is(v1::DISPOSITION_CORRECTED)},
      {"erased", is(v1::DISPOSITION_ERASED)},
      {"restricted", is(v1::DISPOSITION_RESTRICTED)},
      {"not_held", is(v1::DISPOSITION_NOT_HELD)},
      {"records", absl::StrCat(answer.records)},
      {"counted", words_.Records(answer.records)},
      {"retained_records", absl::StrCat(answer.retained_records)},
      {"retained_counted", words_.Retained(answer.retained_records)},
      {"law", absl::StrJoin(laws, words_.separator())},
      {"hard", absl::StrJoin(answer.hard_reasons, words_.separator())},
      {"redacted",
       answer.redacted_records > 0 ? absl::StrCat(answer.redacted_records) : std::string()},
      {"retained_until",
       answer.retained_until.has_value() ? words_.Day(*answer.retained_until) : std::string()},
      {"purpose", words_.In(category.purposes())},
      {"source", words_.In(category.sources())},
      {"retention_words", words_.In(category.retention_words())},
  };
}

bool VariableMaker::CollectsData() const {
  for (const v1::Transition& transition : source_.rulebook.workflow.transitions()) {
    for (const v1::Effect& effect : transition.effects()) {
      if (effect.kind() == v1::EFFECT_KIND_CREATE_TASKS &&
          effect.task_kind() == v1::TASK_KIND_COLLECT) {
        return true;
      }
    }
  }
  return false;
}

TemplateList VariableMaker::Recipients() const {
  return CollectsData() ? DisclosedRecipients() : ToldRecipients();
}

TemplateList VariableMaker::ToldRecipients() const {
  TemplateList list;
  for (const v1::Notice& notice : source_.record.notices()) {
    const v1::Notice::State state = notice.state();
    const bool is_told = state == v1::Notice::STATE_SENT ||
                         state == v1::Notice::STATE_ACKNOWLEDGED ||
                         state == v1::Notice::STATE_COMPLETED;
    const bool is_exempt = state == v1::Notice::STATE_EXEMPT;
    const bool is_objected = state == v1::Notice::STATE_OBJECTED;
    std::string law = notice.objection().law();
    // The proof of an authorisation is a reference between the recipient and the company.
    if (is_exempt && notice.exemption().code() == v1::Exemption::CODE_LAW) {
      law = notice.exemption().proof();
    }
    list.push_back({
        {"title", RecipientTitle(notice.recipient())},
        {"categories", Titles({notice.categories().begin(), notice.categories().end()})},
        {"told", is_told},
        {"pending", !is_told && !is_exempt && !is_objected},
        {"objected", is_objected},
        {"exempt", is_exempt},
        {"law", Laws(law)},
        {"purpose", ""},
    });
  }
  return list;
}

TemplateList VariableMaker::DisclosedRecipients() const {
  struct Received {
    std::set<std::string> categories;
    std::set<std::string> purposes;
  };
  const std::set<std::string> served = CategoriesToServe(request_);
  std::map<std::string, Received> received;
  for (const v1::Disclosure& disclosure : source_.disclosures) {
    for (const std::string& category : disclosure.categories()) {
      if (!served.contains(category)) continue;
      received[disclosure.recipient()].categories.insert(category);
      received[disclosure.recipient()].purposes.insert(words_.OfDisclosure(disclosure.purpose()));
    }
  }
  TemplateList list;
  for (const auto& [recipient, what] : received) {
    list.push_back({
        {"title", RecipientTitle(recipient)},
        {"categories", Titles(what.categories)},
        {"purpose", absl::StrJoin(what.purposes, words_.separator())},
        {"told", false},
        {"pending", false},
        {"objected", false},
        {"exempt", false},
        {"law", ""},
    });
  }
  return list;
}

TemplateList VariableMaker::Fields() const {
  TemplateList list;
  for (const v1::FieldCorrection& field : request_.correction().fields()) {
    list.push_back({
        {"field", field.field()},
        {"category", CategoryTitle(field.category())},
        {"accepted", field.decision() == v1::FIELD_DECISION_ACCEPTED},
        {"rejected", field.decision() == v1::FIELD_DECISION_REJECTED},
        {"superseded", field.decision() == v1::FIELD_DECISION_SUPERSEDED},
        {"reason", field.reason()},
    });
  }
  return list;
}

TemplateList VariableMaker::Plan() const {
  TemplateList list;
  // Several data systems can hold one category under one rule.
  std::set<std::tuple<std::string, v1::RetentionAction, std::string, std::string, std::string>>
      seen;
  for (const v1::PlanItem& item : request_.plan().items()) {
    const bool is_held = item.action() == v1::RETENTION_ACTION_RESTRICT;
    const bool expires = item.action() == v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST;
    const std::string erasable_until = expires && item.has_erase_anchored_until()
                                           ? words_.Day(ToCivilDay(item.erase_anchored_until()))
                                           : std::string();
    std::string until;
    if (is_held && item.has_held_until()) until = words_.Day(ToCivilDay(item.held_until()));
    if (expires && item.has_kept_until()) until = words_.Day(ToCivilDay(item.kept_until()));
    if (!seen.insert({item.category(), item.action(), item.law(), erasable_until, until}).second)
      continue;
    list.push_back({
        {"category", CategoryTitle(item.category())},
        {"erase", !is_held && !expires},
        {"erase_expired", expires},
        {"erasable_until", erasable_until},
        {"held", is_held},
        {"restrict", is_held || expires},
        {"law", Laws(item.law())},
        {"until", until},
    });
  }
  return list;
}

TemplateList VariableMaker::Blockers() const {
  TemplateList list;
  for (const v1::Blocker& blocker : request_.blockers()) {
    if (blocker.resolved()) continue;
    list.push_back({{"title", words_.BlockerTitle(blocker.kind())},
                    {"kind", blocker.kind()},
                    {"description", blocker.description()}});
  }
  return list;
}

TemplateList VariableMaker::Rules() const {
  TemplateList list;
  for (const v1::Category& category : source_.rulebook.policy.categories()) {
    list.push_back({
        {"category", words_.In(category.titles())},
        {"purpose", words_.In(category.purposes())},
        {"source", words_.In(category.sources())},
        {"retention_words", words_.In(category.retention_words())},
    });
  }
  return list;
}

TemplateList VariableMaker::Refused() const {
  TemplateList list;
  for (const v1::PartialRefusal& refusal : request_.partial_refusals()) {
    list.push_back({
        {"categories", Titles({refusal.categories().begin(), refusal.categories().end()})},
        {"ground", words_.Ground(refusal.ground())},
        {"reason", refusal.reason()},
    });
  }
  return list;
}

void VariableMaker::AddConsent(TemplateVariables& variables) const {
  const v1::ConsentChangeDetails& details = request_.consent_change();
  std::string purpose;
  for (const v1::Consent& consent : source_.consents) {
    if (consent.name() == details.consent()) purpose = consent.purpose();
  }
  // Of the consent itself only what stays is on record; what ended is what was acted upon.
  std::set<std::string> ended;
  if (request_.has_consent_change()) {
    for (const v1::Task& task : source_.record.tasks())
      ended.insert(task.categories().begin(), task.categories().end());
    for (const v1::Notice& notice : source_.record.notices())
      ended.insert(notice.categories().begin(), notice.categories().end());
  }
  variables.insert_or_assign("consent", purpose);
  variables.insert_or_assign("ended_categories", Titles(ended));
  variables.insert_or_assign("kept_categories", Titles({details.keep_categories().begin(),
                                                        details.keep_categories().end()}));
}

// The timer that answers "not paid" fires at the beginning of its day, so the day before is the
// last on which paying counts.
std::string VariableMaker::PayByDay() const {
  const v1::Workflow& workflow = source_.rulebook.workflow;
  std::string name;
  for (const v1::Transition& transition : workflow.transitions()) {
    for (const v1::Effect& effect : transition.effects()) {
      if (transition.trigger() == v1::TRIGGER_TIMER &&
          effect.outcome() == v1::OUTCOME_FEE_NOT_PAID) {
        name = transition.timer();
      }
    }
  }
  std::optional<absl::Time> end;
  for (const v1::State& state : workflow.states()) {
    for (const v1::TimerRule& rule : state.timers()) {
      if (rule.name() != name) continue;
      end = TimerDue(source_.rulebook, rule, FromTimestamp(request_.received_time()),
                     DueTimesOf(request_));
    }
  }
  // The one that runs knows best: it may count from the day of the quote.
  for (const storage::v1::PendingTimer& timer : source_.record.state().timers()) {
    if (!name.empty() && timer.name() == name) end = FromTimestamp(timer.due_time());
  }
  if (!end.has_value()) return "";
  return words_.Day(DayOf(*end - absl::Microseconds(1), source_.rulebook.zone));
}

}  // namespace

TemplateVariables PublicVariables(const MessageSource& source) {
  const VariableMaker maker(source);
  TemplateVariables variables = maker.Public();
  if (source.rulebook.workflow.initiation() == v1::INITIATION_UNVERIFIED) maker.AddWords(variables);
  return variables;
}

TemplateVariables SubjectVariables(const MessageSource& source) {
  return VariableMaker(source).Subject();
}

}  // namespace dsr
