#include "workflow/policy_checker.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "workflow/definition_words.h"

namespace dsr {
namespace {

void CheckRange(const Place& owner, absl::string_view field, int64_t value, int64_t least,
                int64_t most, std::vector<Finding>* findings) {
  if (least <= value && value <= most) return;
  AddFinding(owner.Of(field),
             absl::StrCat("`", field, "` is ", value, ", but must be ", least, " to ", most),
             findings);
}

void CheckRetention(const v1::RetentionRule& rule, const std::string& what, const Place& place,
                    std::vector<Finding>* findings) {
  if (rule.law().empty()) {
    AddFinding(place, absl::StrCat(what, " keeps records without naming the law"), findings);
  }
  if (!v1::RetentionStart_IsValid(rule.start())) {
    AddFinding(place.Of("start"), absl::StrCat(what, " has a rule with an unknown start"),
               findings);
  }
  if (rule.months() != 0 && rule.civil_days() != 0) {
    AddFinding(place, absl::StrCat(what, " has a rule with two lengths: months and civil_days"),
               findings);
  } else if (rule.civil_days() != 0) {
    CheckRange(place, "civil_days", rule.civil_days(), 1, 36600, findings);
  } else {
    CheckRange(place, "months", rule.months(), 1, 1200, findings);
  }
}

void CheckCategories(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  if (policy.categories().empty()) AddFinding(root, "the policy has no categories", findings);
  std::set<std::string> names;
  for (int i = 0; i < policy.categories_size(); ++i) {
    const v1::Category& category = policy.categories(i);
    const Place place = root.Of("categories", i);
    const std::string what = absl::StrCat("category `", category.name(), "`");
    if (!IsWellFormedName(category.name(), '-')) {
      AddFinding(place.Of("name"), absl::StrCat(what, ": a name must be of a-z, 0-9 and `-`"),
                 findings);
    }
    if (!names.insert(category.name()).second) {
      AddFinding(place.Of("name"), absl::StrCat("there is another ", what), findings);
    }
    CheckTexts(place, "titles", what, category.titles(), findings);
    CheckTexts(place, "purposes", what, category.purposes(), findings);
    CheckTexts(place, "sources", what, category.sources(), findings);
    CheckTexts(place, "retention_words", what, category.retention_words(), findings);
    if (!v1::AssuranceLevel_IsValid(category.least_level())) {
      AddFinding(place.Of("least_level"), absl::StrCat(what, " has an unknown level"), findings);
    }
    for (int k = 0; k < category.retention_size(); ++k)
      CheckRetention(category.retention(k), what, place.Of("retention", k), findings);
  }
}

void CheckVerificationPolicy(const v1::Policy& policy, const Place& root,
                             std::vector<Finding>* findings) {
  const Place place = root.Of("verification");
  const v1::VerificationPolicy& rules = policy.verification();
  CheckRange(place, "code_digits", rules.code_digits(), 6, 10, findings);
  CheckRange(place, "code_seconds", rules.code_seconds(), 60, 86400, findings);
  CheckRange(place, "attempts", rules.attempts(), 1, 10, findings);
  CheckRange(place, "sends", rules.sends(), 1, 10, findings);
  // A hundred years stand for no limit.
  CheckRange(place, "valid_seconds", rules.valid_seconds(), 3600, int64_t{36525} * 86400, findings);
  if (rules.evidence_seconds() != 0)
    CheckRange(place, "evidence_seconds", rules.evidence_seconds(), 3600, 90 * 86400, findings);
  if (rules.document_days() != 0)
    CheckRange(place, "document_days", rules.document_days(), 1, 90, findings);
  CheckRange(place, "subject_attempts", rules.subject_attempts(), 0, 100, findings);
  CheckRange(place, "subject_sends", rules.subject_sends(), 0, 100, findings);
  if (rules.subject_attempts() != 0 || rules.subject_sends() != 0) {
    CheckRange(place, "subject_window_seconds", rules.subject_window_seconds(), 3600, 365 * 86400,
               findings);
  }
}

void CheckRepresentations(const v1::Policy& policy, const Place& root,
                          std::vector<Finding>* findings) {
  std::set<int> given;
  const auto known = [](int kind) { return v1::EvidenceKind_IsValid(kind) && kind != 0; };
  for (int i = 0; i < policy.representations_size(); ++i) {
    const v1::RepresentationRule& rule = policy.representations(i);
    const Place place = root.Of("representations", i);
    const bool represents = v1::Relation_IsValid(rule.relation()) &&
                            rule.relation() != v1::RELATION_UNSPECIFIED &&
                            rule.relation() != v1::RELATION_SUBJECT;
    if (!represents) {
      AddFinding(place.Of("relation"), "a representation rule needs a representative's relation",
                 findings);
    }
    if (!given.insert(rule.relation()).second) {
      AddFinding(place, "there is another representation rule for this relation", findings);
    }
    if (rule.needs().empty()) {
      AddFinding(place, "a representative must show something: `needs` is empty", findings);
    }
    for (const auto* list : {&rule.needs(), &rule.needs_for_adults()}) {
      if (std::all_of(list->begin(), list->end(), known)) continue;
      AddFinding(place, "a representation rule asks for an unknown kind of evidence", findings);
    }
  }
  for (const v1::Relation relation :
       {v1::RELATION_GUARDIAN, v1::RELATION_CLOSE_RELATIVE, v1::RELATION_AUTHORISED_AGENT}) {
    if (given.contains(relation)) continue;
    AddFinding(root,
               absl::StrCat("there is no representation rule for ", v1::Relation_Name(relation)),
               findings);
  }
}

void CheckLaws(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  std::set<std::string> laws;
  for (int i = 0; i < policy.laws_size(); ++i) {
    const v1::LawTitle& title = policy.laws(i);
    const Place place = root.Of("laws", i);
    if (title.law().empty()) AddFinding(place, "a title needs its `law`", findings);
    CheckTexts(place, "titles", absl::StrCat("law `", title.law(), "`"), title.titles(), findings);
    if (laws.insert(title.law()).second) continue;
    AddFinding(place, absl::StrCat("there is another title of `", title.law(), "`"), findings);
  }
}

void CheckNoticeLaws(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  std::set<std::string> titled;
  for (const v1::LawTitle& title : policy.laws()) titled.insert(title.law());
  std::set<int> given;
  for (int i = 0; i < policy.notice_laws_size(); ++i) {
    const v1::NoticeLaw& rule = policy.notice_laws(i);
    const Place place = root.Of("notice_laws", i);
    if (!v1::NoticeKind_IsValid(rule.kind()) || rule.kind() == 0) {
      AddFinding(place.Of("kind"), "the notice law has no known kind", findings);
    }
    if (!titled.contains(rule.law())) {
      AddFinding(place.Of("law"), absl::StrCat("there is no title of `", rule.law(), "` in `laws`"),
                 findings);
    }
    if (given.insert(rule.kind()).second) continue;
    AddFinding(place, "there is another notice law for this kind", findings);
  }
  for (int kind = 1; kind < v1::NoticeKind_ARRAYSIZE; ++kind) {
    if (given.contains(kind)) continue;
    AddFinding(root,
               absl::StrCat("there is no notice law for ",
                            v1::NoticeKind_Name(static_cast<v1::NoticeKind>(kind))),
               findings);
  }
}

void CheckRepeats(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  std::set<std::string> types;
  for (int i = 0; i < policy.repeats_size(); ++i) {
    const v1::RepeatRule& rule = policy.repeats(i);
    const Place place = root.Of("repeats", i);
    CheckRange(place, "window_days", rule.window_days(), 1, 3660, findings);
    CheckRange(place, "free", rule.free(), 1, 1000, findings);
    if (types.insert(rule.type()).second) continue;
    AddFinding(place, absl::StrCat("there is another rule of repeats for `", rule.type(), "`"),
               findings);
  }
  const std::string& currency = policy.fee_currency();
  const bool is_code =
      currency.size() == 3 && std::all_of(currency.begin(), currency.end(), absl::ascii_isupper);
  if (!is_code && (!currency.empty() || !policy.repeats().empty())) {
    AddFinding(root.Of("fee_currency"), "`fee_currency` must be a code of ISO 4217, such as CNY",
               findings);
  }
}

void CheckNoticeTerms(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  std::set<std::pair<int, int>> given;
  for (int i = 0; i < policy.notice_terms_size(); ++i) {
    const v1::NoticeTerm& term = policy.notice_terms(i);
    const Place place = root.Of("notice_terms", i);
    CheckRange(place, "civil_days", term.civil_days(), 1, 90, findings);
    if (!v1::RecipientRelation_IsValid(term.relation()) || term.relation() == 0) {
      AddFinding(place.Of("relation"), "the notice term has no known relation", findings);
    }
    if (!v1::NoticeKind_IsValid(term.kind()) || term.kind() == 0) {
      AddFinding(place.Of("kind"), "the notice term has no known kind", findings);
    }
    if (!given.insert({term.relation(), term.kind()}).second) {
      AddFinding(place, "there is another notice term for this relation and kind", findings);
    }
  }
  for (int relation = 1; relation < v1::RecipientRelation_ARRAYSIZE; ++relation) {
    for (const v1::NoticeKind kind : {v1::NOTICE_KIND_DELETE, v1::NOTICE_KIND_CORRECT}) {
      if (given.contains({relation, kind})) continue;
      AddFinding(root,
                 absl::StrCat("there is no notice term for ", v1::RecipientRelation_Name(relation),
                              " and ", v1::NoticeKind_Name(kind)),
                 findings);
    }
  }
}

void CheckNoticeChase(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  if (!policy.has_notice_chase()) return;
  const v1::NoticeChase& chase = policy.notice_chase();
  const Place place = root.Of("notice_chase");
  CheckRange(place, "overdue_days", chase.overdue_days(), 1, 90, findings);
  for (int i = 0; i < chase.reminder_days_size(); ++i) {
    const int days = chase.reminder_days(i);
    const bool is_earlier = i == 0 || days < chase.reminder_days(i - 1);
    if (days >= 1 && days <= 89 && is_earlier) continue;
    AddFinding(place.Of("reminder_days", i),
               "`reminder_days` are 1 to 89, each less than the one before", findings);
  }
  for (int i = 0; i < chase.escalations_size(); ++i) {
    const v1::NoticeChase::Escalation& step = chase.escalations(i);
    const Place here = place.Of("escalations", i);
    const bool is_later = i == 0 || step.days_overdue() > chase.escalations(i - 1).days_overdue();
    if (step.days_overdue() < 0 || step.days_overdue() > 90 || !is_later) {
      AddFinding(here.Of("days_overdue"),
                 "`days_overdue` are 0 to 90, each more than the one before", findings);
    }
    if (step.role() != "caseworker" && step.role() != "reviewer" &&
        step.role() != "privacy_officer") {
      AddFinding(here.Of("role"), "an escalation goes to caseworker, reviewer or privacy_officer",
                 findings);
    }
  }
}

void CheckRecords(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  if (!policy.has_records()) return;
  const Place place = root.Of("records");
  CheckRange(place, "content_days", policy.records().content_days(), 1, 1095, findings);
  // PIPL 56: at least three years.
  CheckRange(place, "record_months", policy.records().record_months(), 36, 240, findings);
}

}  // namespace

void CheckPolicy(const v1::Policy& policy, const Place& root,
                 const std::set<std::string>& calendars, absl::string_view templates,
                 std::vector<Finding>* findings) {
  if (!IsWellFormedName(policy.name(), '-')) {
    AddFinding(root.Of("name"), "the name must be of a-z, 0-9 and `-`", findings);
  }
  if (policy.version() < 1) {
    AddFinding(root.Of("version"), "the version must be 1 or more", findings);
  }
  absl::TimeZone zone;
  if (policy.time_zone().empty() || !absl::LoadTimeZone(policy.time_zone(), &zone)) {
    AddFinding(root.Of("time_zone"),
               absl::StrCat("the time zone `", policy.time_zone(), "` does not load"), findings);
  }
  CheckRange(root, "response_days", policy.response_days(), 1, 90, findings);
  CheckRange(root, "outer_working_days", policy.outer_working_days(), 0, 90, findings);
  CheckRange(root, "grant_hours", policy.grant_hours(), 1, 2160, findings);
  if (!calendars.contains(policy.calendar())) {
    AddFinding(root.Of("calendar"), absl::StrCat("there is no calendar `", policy.calendar(), "`"),
               findings);
  }
  if (policy.templates() != templates) {
    AddFinding(root.Of("templates"),
               absl::StrCat("there is no template set `", policy.templates(), "`"), findings);
  }
  CheckDeadlineProfiles(policy, root, calendars, findings);
  CheckTexts(root, "remedies", "the policy", policy.remedies(), findings);
  CheckTexts(root, "company", "the policy", policy.company(), findings);
  CheckCategories(policy, root, findings);
  CheckVerificationPolicy(policy, root, findings);
  CheckRepresentations(policy, root, findings);
  CheckRepeats(policy, root, findings);
  CheckLaws(policy, root, findings);
  CheckNoticeLaws(policy, root, findings);
  CheckNoticeTerms(policy, root, findings);
  CheckNoticeChase(policy, root, findings);
  CheckRecords(policy, root, findings);
}

}  // namespace dsr
