#include <algorithm>
#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/regions.h"
#include "workflow/deadline_moves.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/siblings.h"
#include "workflow/transitions.h"

namespace dsr {
namespace {

using storage::v1::RequestFiled;

constexpr char kReceivedTemplate[] = "request-received";

void CheckCategories(const Rulebook& rulebook, const RequestFiled& filed, FieldErrors& errors) {
  std::set<std::string> seen;
  for (int i = 0; i < filed.categories_size(); ++i) {
    const std::string field = absl::StrCat("request.categories[", i, "]");
    if (rulebook.FindCategory(filed.categories(i)) == nullptr) {
      errors.AddInvalid(field, "must be a data category of the policy");
    } else if (!seen.insert(filed.categories(i)).second) {
      errors.AddInvalid(field, "must not repeat an earlier category");
    }
  }
  for (int i = 0; i < filed.correction().fields_size(); ++i) {
    if (rulebook.FindCategory(filed.correction().fields(i).category()) != nullptr) continue;
    errors.AddInvalid(absl::StrCat("request.correction.fields[", i, "].category"),
                      "must be a data category of the policy");
  }
}

// The subject may always ask; whoever else may is the workflow's to say.
void CheckRequester(const v1::Workflow& workflow, const v1::Requester& requester,
                    FieldErrors& errors) {
  const bool is_company = requester.relation() == v1::RELATION_COMPANY;
  if (is_company != (workflow.initiation() == v1::INITIATION_COMPANY)) {
    errors.AddInvalid("request.requester.relation",
                      is_company ? "the company itself does not file this type of request"
                                 : "must be COMPANY: only the company itself files this type");
    return;
  }
  if (is_company) return;
  if (requester.relation() == v1::RELATION_SUBJECT) {
    if (workflow.initiation() == v1::INITIATION_UNVERIFIED && !requester.has_reply_to()) {
      errors.AddMissing("request.requester.reply_to", "is required: the answer goes there");
    }
    return;
  }
  // The contact on file is the subject's, not the representative's.
  if (!requester.has_reply_to()) {
    errors.AddMissing("request.requester.reply_to", "is required of a representative");
  }
  const auto& may = workflow.requesters();
  if (std::find(may.begin(), may.end(), requester.relation()) != may.end()) return;
  errors.AddInvalid("request.requester.relation", "may not file this type of request");
}

bool AllSelfDeletable(const Rulebook& rulebook, const RequestFiled& filed) {
  return filed.categories_size() > 0 &&
         std::all_of(filed.categories().begin(), filed.categories().end(),
                     [&](const std::string& name) {
                       const v1::Category* category = rulebook.FindCategory(name);
                       return category != nullptr && category->self_deletable();
                     });
}

void CheckDetails(const Rulebook& rulebook, const RequestFiled& filed, FieldErrors& errors) {
  const v1::DetailsKind kind = rulebook.workflow.details();
  const auto check = [&](bool has, v1::DetailsKind needed, absl::string_view field) {
    if (kind == needed && !has) errors.AddMissing(field, "is required for this type");
    if (kind != needed && has) errors.AddInvalid(field, "does not belong to this type");
  };
  check(filed.has_correction(), v1::DETAILS_KIND_CORRECTION, "request.correction");
  check(filed.has_deletion(), v1::DETAILS_KIND_DELETION, "request.deletion");
  check(filed.has_decision_complaint(), v1::DETAILS_KIND_DECISION_COMPLAINT,
        "request.decision_complaint");
  check(filed.has_consent_change(), v1::DETAILS_KIND_CONSENT_CHANGE, "request.consent_change");
  check(filed.has_complaint(), v1::DETAILS_KIND_COMPLAINT, "request.complaint");
  check(filed.has_text(), v1::DETAILS_KIND_TEXT, "request.text");
  check(filed.has_transfer(), v1::DETAILS_KIND_TRANSFER, "request.transfer");
  check(filed.has_company_deletion(), v1::DETAILS_KIND_COMPANY_DELETION,
        "request.company_deletion");
  if (kind == v1::DETAILS_KIND_DELETION &&
      filed.deletion().ground() == v1::DELETION_GROUND_UNSPECIFIED &&
      !AllSelfDeletable(rulebook, filed)) {
    errors.AddMissing("request.deletion.ground",
                      "is required unless every asked category is one the policy lets the subject "
                      "delete himself");
  }
}

// What details name must be there. Whether a consent is one of another subject, or of nobody, looks
// the same.
void CheckReferences(const Facts& facts, const RequestFiled& filed, FieldErrors& errors) {
  if (filed.has_transfer()) {
    const std::string& name = filed.transfer().recipient();
    const auto known =
        std::find_if(facts.recipients.begin(), facts.recipients.end(),
                     [&](const v1::Recipient& recipient) { return recipient.name() == name; });
    if (known == facts.recipients.end()) {
      errors.AddInvalid("request.transfer.recipient", "must be a registered recipient");
    } else if (!known->successor().empty()) {
      // The subject agreed to that one and to no other (PIPL 23).
      errors.AddInvalid("request.transfer.recipient",
                        absl::StrCat("was taken over by ", known->successor(),
                                     "; ask the subject whether that one is to have the data"));
    }
  }
  if (filed.has_consent_change()) {
    const v1::Consent* consent = FindConsent(facts, filed.consent_change().consent());
    if (consent == nullptr || consent->state() == v1::CONSENT_STATE_WITHDRAWN) {
      errors.AddInvalid("request.consent_change.consent",
                        "must be a consent of this subject that is in force");
      return;
    }
    const auto& given = consent->categories();
    for (const std::string& kept : filed.consent_change().keep_categories()) {
      if (std::find(given.begin(), given.end(), kept) != given.end()) continue;
      errors.AddInvalid("request.consent_change.keep_categories",
                        "must be categories that the consent covers");
    }
    if (filed.consent_change().keep_categories_size() >= given.size()) {
      errors.AddInvalid("request.consent_change.keep_categories",
                        "must leave something out, or nothing changes");
    }
  }
}

std::set<std::string> CategoriesOfFields(const RequestFiled& filed) {
  std::set<std::string> categories;
  for (const v1::FieldCorrection& field : filed.correction().fields())
    categories.insert(field.category());
  return categories;
}

// What a request is about follows from its details where they say it; whoever acts for the subject
// has authority, and identity a level, for exactly that.
void SetCategories(const Rulebook& rulebook, const Facts& facts, RequestFiled& filed,
                   FieldErrors& errors) {
  const std::set<std::string> asked(filed.categories().begin(), filed.categories().end());
  std::set<std::string> concerned;
  if (filed.has_correction()) {
    concerned = CategoriesOfFields(filed);
  } else if (filed.has_consent_change()) {
    const v1::Consent* consent = FindConsent(facts, filed.consent_change().consent());
    if (consent != nullptr)
      concerned.insert(consent->categories().begin(), consent->categories().end());
    for (const std::string& kept : filed.consent_change().keep_categories()) concerned.erase(kept);
  }
  if (!concerned.empty()) {
    if (!asked.empty() && asked != concerned) {
      errors.AddInvalid("request.categories",
                        filed.has_correction()
                            ? "must be those of the fields to be corrected, or empty"
                            : "must be those that the consent loses, or empty");
    }
    filed.clear_categories();
    for (const std::string& category : concerned) filed.add_categories(category);
    return;
  }
  if (filed.categories().empty()) *filed.mutable_categories() = rulebook.workflow.categories();
  if (filed.categories().empty()) {
    for (const v1::Category& category : rulebook.policy.categories())
      filed.add_categories(category.name());
  }
}

// Nobody decides about a complaint against a decision of his own.
void SetFirstDeciders(const Facts& facts, RequestFiled& filed, FieldErrors& errors) {
  if (!filed.has_complaint() || filed.complaint().request().empty()) return;
  for (const storage::v1::RequestState& sibling : facts.siblings) {
    const v1::Request& first = sibling.request();
    if (first.name() != filed.complaint().request()) continue;
    std::set<std::string> deciders(sibling.deciders().begin(), sibling.deciders().end());
    // Requests of before these were kept tell them so.
    deciders.insert({first.response().responder(), first.refusal().proposer(),
                     first.refusal().decider(), first.review().reviewer()});
    for (const v1::PartialRefusal& refusal : first.partial_refusals()) {
      deciders.insert(refusal.proposer());
      deciders.insert(refusal.decider());
    }
    deciders.erase("");
    for (const std::string& decider : deciders) filed.add_first_deciders(decider);
    return;
  }
  errors.AddInvalid("request.complaint.request", "must be a request of the same subject");
}

// The first team of the policy that the request fits; empty for none.
std::string TeamFor(const v1::Policy& policy, const RequestFiled& filed) {
  const auto fits = [](const auto& names, const std::string& name) {
    return names.empty() || absl::c_linear_search(names, name);
  };
  for (const v1::Team& team : policy.teams()) {
    if (fits(team.types(), filed.type()) && fits(team.channels(), filed.channel()) &&
        IsInRegions(filed.region(), team.regions())) {
      return team.name();
    }
  }
  return "";
}

void SetRepeats(const Deciding& deciding, absl::Time received, RequestFiled& filed) {
  for (const v1::RepeatRule& rule : deciding.rulebook().policy.repeats()) {
    if (rule.type() != filed.type()) continue;
    const absl::TimeZone zone = deciding.rulebook().zone;
    const absl::Time from = absl::FromCivil(DayOf(received, zone) - rule.window_days(), zone);
    filed.set_repeat_number(CountRepeats(filed, deciding.facts(), from));
    filed.set_repeated(filed.repeat_number() > rule.free());
  }
}

}  // namespace

absl::Status Handle(Deciding& deciding, const FileRequest& command) {
  const Rulebook& rulebook = deciding.rulebook();
  RequestFiled filed = command.filed;
  FieldErrors errors;
  CheckCategories(rulebook, filed, errors);
  CheckDetails(rulebook, filed, errors);
  CheckRequester(rulebook.workflow, filed.requester(), errors);
  const absl::Time received =
      filed.has_received_time() ? FromTimestamp(filed.received_time()) : deciding.now();
  if (received > deciding.now())
    errors.AddInvalid("request.received_time", "must not be in the future");
  CheckReferences(deciding.facts(), filed, errors);
  SetFirstDeciders(deciding.facts(), filed, errors);
  SetCategories(rulebook, deciding.facts(), filed, errors);
  if (absl::Status status = errors.ToStatus(); !status.ok()) return status;

  const Deadline deadline =
      AnswerDeadline(rulebook, {.received = received, .region = filed.region()});
  *filed.mutable_received_time() = ToTimestamp(received);
  SetDeadline(deadline, filed);
  filed.set_team(TeamFor(rulebook.policy, filed));
  filed.set_request_id(std::string(deciding.context().request.bytes()));
  *filed.mutable_pins() = rulebook.pins;
  if (filed.language().empty()) filed.set_language("zh-CN");
  filed.set_data_use(rulebook.workflow.data_use());
  SetRepeats(deciding, received, filed);
  const DueTimes times = DueTimesOf(deadline);
  // Whoever is verified is linked only then: before, it may be anybody.
  const storage::v1::RequestState* same =
      rulebook.workflow.initiation() == v1::INITIATION_UNVERIFIED
          ? FindSame(filed, deciding.facts())
          : nullptr;
  const v1::State& first = rulebook.workflow.states(0);
  filed.set_state(first.name());
  filed.set_phase(first.phase());
  if (rulebook.workflow.initiation() == v1::INITIATION_COMPANY) {
    // Nobody asked, so nobody is owed an answer.
    filed.clear_due_time();
    filed.clear_last_day();
    filed.clear_statutory_outer_day();
    filed.clear_target_time();
    filed.clear_clocks();
  }
  for (const v1::TimerRule& rule : rulebook.workflow.request_timers()) {
    *filed.add_timers() = BeginTimer(deciding, rule, received, times, /*state_scoped=*/false);
  }
  for (const v1::TimerRule& rule : first.timers()) {
    *filed.add_timers() = BeginTimer(deciding, rule, deciding.now(), times, /*state_scoped=*/true);
  }
  storage::v1::Event event;
  *event.mutable_request_filed() = std::move(filed);
  deciding.EmitContent(std::move(event));
  KeepPause(deciding, "");

  if (rulebook.workflow.initiation() != v1::INITIATION_COMPANY)
    QueueMessage(deciding, kReceivedTemplate, /*to_requester=*/true);
  if (same != nullptr) {
    LinkTo(deciding, same->request());
    TakeTransition(deciding, v1::TRIGGER_DUPLICATE_FILED);
  }
  if (rulebook.workflow.initiation() == v1::INITIATION_UNVERIFIED) return absl::OkStatus();
  // Looking up the contact point discloses nothing and makes filing look the same for known and
  // unknown accounts.
  CreateTasks(deciding, v1::TASK_KIND_RESOLVE_CONTACT);
  return absl::OkStatus();
}

}  // namespace dsr
