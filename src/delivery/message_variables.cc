#include "delivery/message_variables.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "delivery/message_words.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

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
  TemplateVariables Outcome(const std::string& category,
                            const std::vector<v1::CategoryOutcome>& outcomes) const;
  TemplateList Recipients() const;
  TemplateList ToldRecipients() const;
  TemplateList DisclosedRecipients() const;
  TemplateList Fields() const;
  TemplateList Plan() const;
  TemplateList Blockers() const;
  TemplateList Refused() const;
  TemplateList Rules() const;

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
      {"rules", Rules()},
  };
}

// What a person wrote as the answer to somebody who need not be verified.
void VariableMaker::AddWords(TemplateVariables& variables) const {
  const v1::DecisionReview& review = request_.review();
  variables.insert_or_assign("note", request_.response().note());
  variables.insert_or_assign("explanation", review.explanation());
  variables.insert_or_assign("review_upheld", review.outcome() == v1::REVIEW_OUTCOME_UPHELD);
  variables.insert_or_assign("review_changed", review.outcome() == v1::REVIEW_OUTCOME_CHANGED);
  variables.insert_or_assign("review_overturned",
                             review.outcome() == v1::REVIEW_OUTCOME_OVERTURNED);
}

TemplateVariables VariableMaker::Subject() const {
  TemplateVariables variables = Public();
  const auto set = [&](const char* name, TemplateValue value) {
    variables.insert_or_assign(name, std::move(value));
  };
  set("note", request_.response().note());
  set("ground", words_.Ground(request_.refusal().ground()));
  set("reason", request_.refusal().reason());
  set("explanation", request_.review().explanation());
  set("review_upheld", request_.review().outcome() == v1::REVIEW_OUTCOME_UPHELD);
  set("review_changed", request_.review().outcome() == v1::REVIEW_OUTCOME_CHANGED);
  set("review_overturned", request_.review().outcome() == v1::REVIEW_OUTCOME_OVERTURNED);
  set("fee", words_.Money(request_.fee().amount_cents(), request_.fee().currency()));
  set("fee_reason", request_.fee().reason());
  set("refused", Refused());
  set("lift_reason", request_.restriction().reason());
  set("transfer_to", RecipientTitle(request_.transfer().recipient()));
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

// Laws as the message's language calls them; a plan names several with semicolons between.
std::string VariableMaker::Laws(absl::string_view laws) const {
  std::vector<std::string> called;
  for (const absl::string_view law : absl::StrSplit(laws, "; ", absl::SkipEmpty())) {
    const auto& titles = source_.rulebook.policy.laws();
    const auto found = std::find_if(titles.begin(), titles.end(), [law](const v1::LawTitle& title) {
      return title.law() == law;
    });
    called.push_back(found == titles.end() ? std::string(law) : words_.In(found->titles()));
  }
  return absl::StrJoin(called, words_.separator());
}

std::string VariableMaker::Titles(const std::set<std::string>& categories) const {
  std::vector<std::string> titles;
  for (const std::string& category : categories) titles.push_back(CategoryTitle(category));
  return absl::StrJoin(titles, words_.separator());
}

TemplateList VariableMaker::Outcomes() const {
  std::map<std::string, std::vector<v1::CategoryOutcome>> by_category;
  for (const v1::CategoryOutcome& outcome : request_.outcomes()) {
    by_category[outcome.category()].push_back(outcome);
  }
  TemplateList list;
  for (const v1::Category& category : source_.rulebook.policy.categories()) {
    const auto found = by_category.find(category.name());
    if (found != by_category.end()) list.push_back(Outcome(found->first, found->second));
  }
  return list;
}

TemplateVariables VariableMaker::Outcome(const std::string& category,
                                         const std::vector<v1::CategoryOutcome>& outcomes) const {
  int64_t records = 0;
  int64_t retained = 0;
  std::set<v1::Disposition> dispositions;
  std::set<std::string> laws;
  std::set<std::string> hard;
  int64_t redacted = 0;
  absl::CivilDay until = absl::CivilDay::min();
  for (const v1::CategoryOutcome& outcome : outcomes) {
    records += outcome.records();
    retained += outcome.retained_records();
    dispositions.insert(outcome.disposition());
    redacted += outcome.redacted_records();
    if (!outcome.law().empty()) laws.insert(Laws(outcome.law()));
    if (!outcome.hard_reason().empty()) hard.insert(outcome.hard_reason());
    if (outcome.has_retained_until()) {
      until = std::max(until, ToCivilDay(outcome.retained_until()));
    }
  }
  // Where several data systems hold a category, what says more about it stands for all of them.
  v1::Disposition told = v1::DISPOSITION_NOT_HELD;
  for (const v1::Disposition better :
       {v1::DISPOSITION_RESTRICTED, v1::DISPOSITION_ERASED, v1::DISPOSITION_CORRECTED,
        v1::DISPOSITION_PROVIDED, v1::DISPOSITION_REFUSED}) {
    if (!dispositions.contains(better)) continue;
    told = better;
    break;
  }
  TemplateVariables variables = {
      {"category", CategoryTitle(category)},
      {"provided", told == v1::DISPOSITION_PROVIDED},
      {"corrected", told == v1::DISPOSITION_CORRECTED},
      {"erased", told == v1::DISPOSITION_ERASED},
      {"restricted", told == v1::DISPOSITION_RESTRICTED},
      {"not_held", told == v1::DISPOSITION_NOT_HELD},
      {"records", absl::StrCat(records)},
      {"retained_records", absl::StrCat(retained)},
      {"law", absl::StrJoin(laws, words_.separator())},
      {"hard", absl::StrJoin(hard, words_.separator())},
      {"redacted", redacted > 0 ? absl::StrCat(redacted) : std::string()},
  };
  if (until != absl::CivilDay::min()) variables.emplace("retained_until", words_.Day(until));
  if (const v1::Category* about = source_.rulebook.FindCategory(category)) {
    variables.emplace("purpose", words_.In(about->purposes()));
    variables.emplace("source", words_.In(about->sources()));
    variables.emplace("retention_words", words_.In(about->retention_words()));
  }
  return variables;
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
  const std::set<std::string> asked(request_.categories().begin(), request_.categories().end());
  std::map<std::string, Received> received;
  for (const v1::Disclosure& disclosure : source_.disclosures) {
    for (const std::string& category : disclosure.categories()) {
      if (!asked.contains(category)) continue;
      received[disclosure.recipient()].categories.insert(category);
      received[disclosure.recipient()].purposes.insert(disclosure.purpose());
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
        {"accepted", field.decision() == v1::FIELD_DECISION_ACCEPTED},
        {"rejected", field.decision() == v1::FIELD_DECISION_REJECTED},
        {"reason", field.reason()},
    });
  }
  return list;
}

TemplateList VariableMaker::Plan() const {
  TemplateList list;
  // Several data systems can hold one category under one rule.
  std::set<std::tuple<std::string, v1::RetentionAction, std::string>> seen;
  for (const v1::PlanItem& item : request_.plan().items()) {
    if (!seen.insert({item.category(), item.action(), item.law()}).second) continue;
    const bool restricts = item.action() != v1::RETENTION_ACTION_ERASE;
    list.push_back({
        {"category", CategoryTitle(item.category())},
        {"erase", !restricts},
        {"restrict", restricts},
        {"law", Laws(item.law())},
    });
  }
  return list;
}

TemplateList VariableMaker::Blockers() const {
  TemplateList list;
  for (const v1::Blocker& blocker : request_.blockers()) {
    if (blocker.resolved()) continue;
    list.push_back({{"kind", blocker.kind()}, {"description", blocker.description()}});
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
