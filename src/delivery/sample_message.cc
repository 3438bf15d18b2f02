#include "delivery/sample_message.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "app/category_answer.h"
#include "app/message_words.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/ids.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"

namespace dsr {
namespace {

constexpr char kSystem[] = "systems/sample";
// Within which the recipient of a sample has to act.
constexpr int kSampleTermDays = 7;

// What became of the categories where the workflow's work is done.
v1::Disposition DoneBy(const v1::Workflow& workflow) {
  for (const v1::Transition& transition : workflow.transitions()) {
    for (const v1::Effect& effect : transition.effects()) {
      if (effect.task_kind() == v1::TASK_KIND_COLLECT) return v1::DISPOSITION_PROVIDED;
      if (effect.task_kind() == v1::TASK_KIND_CORRECT) return v1::DISPOSITION_CORRECTED;
    }
  }
  return v1::DISPOSITION_ERASED;
}

class SampleMaker {
 public:
  SampleMaker(const Rulebook& rulebook, absl::string_view language, absl::Time now)
      : rulebook_(rulebook), english_(language == "en"), now_(now) {}

  MessageSample Make() {
    FillRequest();
    FillDecisions();
    FillDetails();
    AddOutcomes();
    AddRecipients();
    return std::move(sample_);
  }

 private:
  v1::Request& request() { return *sample_.record.mutable_state()->mutable_request(); }
  std::string Say(const char* chinese, const char* english) const {
    return english_ ? english : chinese;
  }

  void FillRequest() {
    request().set_name(RequestName(RequestId()));
    request().mutable_requester()->set_display_name(Say("（示例姓名）", "(sample name)"));
    const Deadline deadline = AnswerDeadline(rulebook_, {.received = now_});
    *request().mutable_received_time() = ToTimestamp(now_);
    *request().mutable_last_day() = ToDate(deadline.last_day);
    *request().mutable_due_time() = ToTimestamp(deadline.due);
    for (const v1::Category& category : rulebook_.policy.categories()) {
      request().add_categories(category.name());
    }
    // All zeros, like the request's id: of no package and no grant.
    request().mutable_package()->set_sha256(std::string(64, '0'));
    *request().mutable_package()->mutable_grant_expire_time() =
        ToTimestamp(now_ + absl::Hours(rulebook_.policy.grant_hours()));
    sample_.record.mutable_state()->set_grant_id(std::string(Id128::kSize, '\0'));
  }

  void FillDecisions() {
    request().mutable_response()->set_note(Say("（示例说明）", "(sample note)"));
    request().mutable_refusal()->set_ground(v1::REFUSAL_GROUND_REPEATED);
    request().mutable_refusal()->set_reason(Say("（示例理由）", "(sample reason)"));
    request().set_duplicate_of(RequestName(RequestId()));
    request().mutable_fee()->set_amount_cents(2500);
    request().mutable_fee()->set_currency(rulebook_.policy.fee_currency());
    request().mutable_extension()->set_reason(Say("（示例理由）", "(sample reason)"));
    request().mutable_fee()->set_reason(Say("（示例理由）", "(sample reason)"));
    // Nobody is refused what nobody asked for.
    if (rulebook_.workflow.initiation() != v1::INITIATION_COMPANY) {
      v1::PartialRefusal& partial = *request().add_partial_refusals();
      partial.set_ground(v1::REFUSAL_GROUND_REPEATED);
      partial.set_reason(Say("（示例理由）", "(sample reason)"));
      partial.add_categories(rulebook_.policy.categories(0).name());
    }
    request().mutable_restriction()->set_reason(Say("（示例理由）", "(sample reason)"));
    request().mutable_review()->set_outcome(v1::REVIEW_OUTCOME_CHANGED);
    request().mutable_review()->set_explanation(Say("（示例解释）", "(sample explanation)"));
    v1::Blocker& blocker = *request().add_blockers();
    blocker.set_kind("open-order");
    blocker.set_description(Say("（示例描述）", "(sample description)"));
    AddPlan();
  }

  // Everything is erased, but what a law keeps, and the last category, which is held.
  void AddPlan() {
    const absl::CivilDay today = DayOf(now_, rulebook_.zone);
    for (const v1::Category& category : rulebook_.policy.categories()) {
      if (RefusalOf(request(), category.name()) != nullptr) continue;
      v1::PlanItem& item = *request().mutable_plan()->add_items();
      item.set_category(category.name());
      item.set_system(kSystem);
      item.set_action(v1::RETENTION_ACTION_ERASE);
      if (category.retention().empty()) continue;
      item.set_action(v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST);
      item.set_law(category.retention(0).law());
      *item.mutable_erase_anchored_until() =
          ToDate(ErasableUntil(rulebook_, category.retention(0), today));
    }
    v1::PlanItem& held = *request().mutable_plan()->mutable_items()->rbegin();
    held.set_action(v1::RETENTION_ACTION_RESTRICT);
    held.set_law(Say("示例法律", "sample law"));
    *held.mutable_held_until() = ToDate(today + 365);
  }

  // Those of the workflow's own kind: a request has details of one kind only.
  void FillDetails() {
    switch (rulebook_.workflow.details()) {
      case v1::DETAILS_KIND_CORRECTION:
        return AddFields();
      case v1::DETAILS_KIND_TRANSFER:
        return request().mutable_transfer()->set_recipient("recipients/sample-1");
      case v1::DETAILS_KIND_COMPANY_DELETION:
        request().mutable_company_deletion()->set_ground(v1::COMPANY_DELETION_GROUND_MERGER);
        return request().mutable_company_deletion()->set_successor(
            Say("（示例公司）", "(sample company)"));
      case v1::DETAILS_KIND_CONSENT_CHANGE:
        return ChangeConsent();
      default:
        return;
    }
  }

  void AddFields() {
    for (const v1::FieldDecision decision :
         {v1::FIELD_DECISION_ACCEPTED, v1::FIELD_DECISION_REJECTED,
          v1::FIELD_DECISION_SUPERSEDED}) {
      v1::FieldCorrection& field = *request().mutable_correction()->add_fields();
      field.set_category(rulebook_.policy.categories(0).name());
      field.set_field(Say("（示例字段）", "(sample field)"));
      field.set_decision(decision);
      if (decision == v1::FIELD_DECISION_REJECTED) {
        field.set_reason(Say("（示例理由）", "(sample reason)"));
      }
    }
  }

  // Withdrawn for all categories but the second.
  void ChangeConsent() {
    v1::Consent& consent = sample_.consents.emplace_back();
    consent.set_name("consents/sample");
    consent.set_purpose(Say("示例目的", "sample-purpose"));
    request().mutable_consent_change()->set_consent(consent.name());
    const auto& categories = rulebook_.policy.categories();
    request().mutable_consent_change()->add_keep_categories(
        categories.at(std::min(1, categories.size() - 1)).name());
  }

  // What a law keeps is restricted, the last of the others is not held, the rest is done.
  void AddOutcomes() {
    const absl::CivilDay today = DayOf(now_, rulebook_.zone);
    v1::CategoryOutcome* last = nullptr;
    for (const v1::Category& category : rulebook_.policy.categories()) {
      v1::CategoryOutcome& outcome = *request().add_outcomes();
      outcome.set_category(category.name());
      outcome.set_system(kSystem);
      outcome.set_records(12);
      outcome.set_redacted_records(1);
      if (!category.retention().empty()) {
        const v1::RetentionRule& rule = category.retention(0);
        outcome.set_disposition(v1::DISPOSITION_RESTRICTED);
        outcome.set_retained_records(3);
        outcome.set_law(rule.law());
        outcome.set_hard_reason(Say("（示例理由）", "(sample reason)"));
        *outcome.mutable_retained_until() = ToDate(RetentionEnd(rulebook_, rule, today));
      } else {
        outcome.set_disposition(DoneBy(rulebook_.workflow));
        last = &outcome;
      }
    }
    if (last == nullptr) return;
    last->set_disposition(v1::DISPOSITION_NOT_HELD);
    last->set_records(0);
    last->set_redacted_records(0);
  }

  // One recipient for each thing that can be said of one.
  void AddRecipients() {
    std::set<std::string> categories = CategoriesToServe(request());
    for (const std::string& kept : request().consent_change().keep_categories())
      categories.erase(kept);
    for (const v1::Notice::State state : {v1::Notice::STATE_ACKNOWLEDGED, v1::Notice::STATE_PENDING,
                                          v1::Notice::STATE_OBJECTED, v1::Notice::STATE_EXEMPT}) {
      const std::string law = Say("示例法律", "sample law");
      v1::Recipient& recipient = sample_.recipients.emplace_back();
      recipient.set_name(absl::StrCat("recipients/sample-", sample_.recipients.size()));
      recipient.set_title(absl::StrCat(Say("（示例接收方", "(sample recipient "),
                                       sample_.recipients.size(), Say("）", ")")));
      v1::Notice& notice = *sample_.record.add_notices();
      notice.set_recipient(recipient.name());
      notice.set_state(state);
      if (state == v1::Notice::STATE_OBJECTED) notice.mutable_objection()->set_law(law);
      if (state == v1::Notice::STATE_EXEMPT) {
        notice.mutable_exemption()->set_code(v1::Exemption::CODE_LAW);
        notice.mutable_exemption()->set_proof(law);
      }
      v1::Disclosure& disclosure = sample_.disclosures.emplace_back();
      disclosure.set_recipient(recipient.name());
      disclosure.set_purpose(Say("（示例目的）", "(sample purpose)"));
      for (const std::string& category : categories) {
        notice.add_categories(category);
        disclosure.add_categories(category);
      }
    }
  }

  const Rulebook& rulebook_;
  const bool english_;
  const absl::Time now_;
  MessageSample sample_;
};

}  // namespace

MessageSample MakeMessageSample(const Rulebook& rulebook, absl::string_view language,
                                absl::Time now) {
  return SampleMaker(rulebook, language, now).Make();
}

LetterSample MakeLetterSample(const v1::Policy& policy, absl::TimeZone zone,
                              absl::string_view language, absl::Time now) {
  const MessageWords words(language);
  const auto say = [&](const char* chinese, const char* english) {
    return std::string(words.is_english() ? english : chinese);
  };
  LetterSample sample;
  sample.recipient.set_name("recipients/sample-1");
  sample.recipient.set_title(say("（示例接收方1）", "(sample recipient 1)"));
  sample.title_of = [title = say("（示例接收方2）", "(sample recipient 2)")](const std::string&) {
    return title;
  };
  v1::Notice& notice = sample.notice;
  notice.set_name(NoticeName(RequestId(), NoticeId()));
  notice.set_recipient(sample.recipient.name());
  notice.set_kind(v1::NOTICE_KIND_DELETE);
  notice.set_instruction(true);
  notice.set_language(std::string(language));
  *notice.mutable_create_time() = ToTimestamp(now);
  *notice.mutable_due_time() = ToTimestamp(EndOfDay(DayOf(now, zone) + kSampleTermDays, zone));
  notice.add_subject_references(say("（示例标识）", "(sample reference)"));
  notice.add_onward_recipients("recipients/sample-2");
  for (const v1::Category& category : policy.categories()) {
    notice.add_categories(category.name());
  }
  for (const v1::NoticeLaw& rule : policy.notice_laws()) {
    if (rule.kind() == notice.kind()) notice.set_legal_basis(words.Laws(policy, rule.law()));
  }
  return sample;
}

}  // namespace dsr
