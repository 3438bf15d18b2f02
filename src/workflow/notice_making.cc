#include "workflow/notice_making.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "workflow/notice_chase.h"

namespace dsr {
namespace {

using storage::v1::NewNotice;
using storage::v1::NoticesCreated;

constexpr char kRecipientRemoved[] = "recipient-removed";

NewNotice& AddNotice(const Deciding& deciding, const std::string& recipient, int scope,
                     const std::set<std::string>& categories, NoticesCreated& created) {
  NewNotice& notice = *created.add_notices();
  const NoticeId id = deciding.Derive<NoticeId>(
      "notice", recipient, absl::StrCat(v1::NoticeKind_Name(created.kind()), "/", scope));
  notice.set_notice_id(std::string(id.bytes()));
  notice.set_recipient(recipient);
  notice.set_scope_version(scope);
  for (const std::string& category : categories) notice.add_categories(category);
  return notice;
}

// What a recipient is exempt from by one law: which categories, and until when.
struct LegalExemption {
  const v1::LegalExemption* law = nullptr;
  std::set<std::string> categories;
  std::optional<absl::CivilDay> until;
};

// The exemptions by law that still cover some of `told`, which is taken out of it. The term of each
// category runs from when it was disclosed last; of several the latest day counts, because the
// recipient is told then of all.
std::vector<LegalExemption> TakeLegalExemptions(const Deciding& deciding,
                                                const v1::Recipient* recipient, v1::NoticeKind kind,
                                                const Received& received,
                                                std::set<std::string>& told) {
  std::vector<LegalExemption> exemptions;
  if (recipient == nullptr || kind != v1::NOTICE_KIND_DELETE) return exemptions;
  const absl::TimeZone zone = deciding.rulebook().zone;
  const absl::CivilDay today = DayOf(deciding.now(), zone);
  for (const v1::LegalExemption& law : recipient->legal_exemptions()) {
    LegalExemption exemption{.law = &law};
    for (const std::string& category : law.categories()) {
      if (!told.contains(category)) continue;
      if (law.months() > 0) {
        const auto disclosed = received.disclosed.find(category);
        const absl::Time from =
            disclosed == received.disclosed.end() ? deciding.now() : disclosed->second;
        const absl::CivilDay end = AddMonths(DayOf(from, zone), law.months());
        if (end < today) continue;
        exemption.until = std::max(exemption.until.value_or(end), end);
      }
      exemption.categories.insert(category);
    }
    for (const std::string& category : exemption.categories) told.erase(category);
    if (!exemption.categories.empty()) exemptions.push_back(std::move(exemption));
  }
  return exemptions;
}

void AddLegalExemption(const Deciding& deciding, const LegalExemption& exemption,
                       NewNotice& notice) {
  v1::Exemption& record = *notice.mutable_exemption();
  record.set_code(v1::Exemption::CODE_LAW);
  record.set_law(exemption.law->law());
  record.set_proof(exemption.law->proof());
  for (const std::string& category : exemption.categories) record.add_categories(category);
  if (!exemption.until.has_value()) return;
  *record.mutable_until() = ToDate(*exemption.until);
  *notice.mutable_exemption_end_time() =
      ToTimestamp(EndOfDay(*exemption.until, deciding.rulebook().zone));
}

void AddOwnExemption(const Received& received, const std::set<std::string>& categories,
                     NewNotice& notice) {
  v1::Exemption& exemption = *notice.mutable_exemption();
  exemption.set_code(v1::Exemption::CODE_OWN_AUTHORISATION);
  exemption.set_proof(received.proof);
  for (const std::string& category : categories) exemption.add_categories(category);
}

// By when it is to be done, when it is reminded of, on which law it rests.
void AddTerms(const Deciding& deciding, const v1::Recipient* recipient, v1::NoticeKind kind,
              NewNotice& notice) {
  const Rulebook& rulebook = deciding.rulebook();
  const auto relation =
      recipient == nullptr ? v1::RECIPIENT_RELATION_UNSPECIFIED : recipient->relation();
  const int days = TermDays(rulebook.policy, relation, kind);
  const absl::Time due = EndOfDay(DayOf(deciding.now(), rulebook.zone) + days, rulebook.zone);
  *notice.mutable_due_time() = ToTimestamp(due);
  if (const auto reminder = FirstReminder(rulebook, due, deciding.now()))
    *notice.mutable_reminder_time() = ToTimestamp(*reminder);
  notice.set_instruction(relation == v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR);
  const LegalBasis basis = BasisOf(rulebook.policy, recipient, kind);
  notice.set_language(basis.language);
  notice.set_legal_basis(basis.law);
  if (recipient != nullptr && recipient->has_delete_time())
    notice.set_failure_code(kRecipientRemoved);
}

}  // namespace

int TermDays(const v1::Policy& policy, v1::RecipientRelation relation, v1::NoticeKind kind) {
  for (const v1::NoticeTerm& term : policy.notice_terms()) {
    if (term.relation() == relation && term.kind() == kind) return term.civil_days();
  }
  return policy.response_days();
}

LegalBasis BasisOf(const v1::Policy& policy, const v1::Recipient* recipient, v1::NoticeKind kind) {
  LegalBasis basis;
  if (recipient != nullptr) basis.language = recipient->language();
  if (basis.language.empty()) {
    const bool is_overseas = recipient != nullptr && recipient->jurisdiction() != "CN";
    basis.language = is_overseas ? "en" : "zh-CN";
  }
  for (const v1::NoticeLaw& rule : policy.notice_laws()) {
    if (rule.kind() == kind) basis.law = rule.law();
  }
  for (const v1::LawTitle& title : policy.laws()) {
    const auto called = title.titles().find(basis.language);
    if (title.law() == basis.law && called != title.titles().end()) {
      basis.law = called->second;
      break;
    }
  }
  return basis;
}

void AddNotices(const Deciding& deciding, const std::string& name, const Received& received,
                NoticesCreated& created) {
  const v1::Recipient* recipient = FindRecipient(deciding.facts(), name);
  const auto relation =
      recipient == nullptr ? v1::RECIPIENT_RELATION_UNSPECIFIED : recipient->relation();
  // An entrusted processor acts on our instruction: what else it was given is no answer to that.
  const bool may_be_exempt = relation == v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER;
  const std::set<std::string> exempt =
      may_be_exempt ? received.authorised : std::set<std::string>();
  std::set<std::string> told;
  std::set_difference(received.categories.begin(), received.categories.end(), exempt.begin(),
                      exempt.end(), std::inserter(told, told.end()));
  const std::vector<LegalExemption> by_law =
      TakeLegalExemptions(deciding, recipient, created.kind(), received, told);
  const auto& scopes = deciding.state().scope_versions();
  int scope = scopes.contains(name) ? scopes.at(name) : 0;
  const int before = created.notices_size();
  if (!told.empty()) {
    NewNotice& notice = AddNotice(deciding, name, ++scope, told, created);
    AddTerms(deciding, recipient, created.kind(), notice);
    for (const std::string& onward : received.onward) {
      if (onward != name) notice.add_onward_recipients(onward);
    }
  }
  if (!exempt.empty())
    AddOwnExemption(received, exempt, AddNotice(deciding, name, ++scope, exempt, created));
  for (const LegalExemption& exemption : by_law) {
    AddLegalExemption(deciding, exemption,
                      AddNotice(deciding, name, ++scope, exemption.categories, created));
  }
  if (created.notices_size() == before) return;
  NewNotice& first = *created.mutable_notices(before);
  for (const std::string& id : received.disclosure_ids) *first.add_disclosure_ids() = id;
  for (const std::string& category : received.shared) first.add_shared_categories(category);
}

}  // namespace dsr
