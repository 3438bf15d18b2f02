#include "workflow/notice_scope.h"

#include <algorithm>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/effects.h"

namespace dsr {
namespace {

constexpr int kMostSuccessions = 16;

std::set<std::string> ConcernedCategories(const Deciding& deciding, v1::NoticeKind kind) {
  if (deciding.request().has_consent_change()) return CategoriesLosingConsent(deciding);
  const v1::Request& request = deciding.request();
  if (kind != v1::NOTICE_KIND_CORRECT) {
    // Not the plan's: what none of our systems holds any more, a recipient may hold still.
    return kind == v1::NOTICE_KIND_RESUME_PROCESSING ? CategoriesToLift(deciding)
                                                     : CategoriesToServe(request);
  }
  return AcceptedCategories(request);
}

// Of a consent that ends only those are told that rely on it; one that names none is relied on by
// all.
bool ReliesOn(const Deciding& deciding, const std::string& recipient) {
  if (!deciding.request().has_consent_change()) return true;
  const v1::Consent* consent =
      FindConsent(deciding.facts(), deciding.request().consent_change().consent());
  if (consent == nullptr || consent->recipients().empty()) return true;
  return std::find(consent->recipients().begin(), consent->recipients().end(), recipient) !=
         consent->recipients().end();
}

// Whoever a consent names relies on it, recorded disclosure or not (PIPL 15).
void AddNamedInConsent(const Deciding& deciding, std::map<std::string, Received>& received) {
  if (!deciding.request().has_consent_change()) return;
  const v1::Consent* consent =
      FindConsent(deciding.facts(), deciding.request().consent_change().consent());
  if (consent == nullptr) return;
  const std::set<std::string> losing = CategoriesLosingConsent(deciding);
  for (const std::string& recipient : consent->recipients()) {
    Received& entry = received[BearerOf(deciding.facts(), recipient)];
    entry.categories.insert(losing.begin(), losing.end());
  }
}

// Whoever gets a category of everybody and keeps no record for each got this subject's, too.
void AddShared(const Deciding& deciding, v1::NoticeKind kind,
               const std::set<std::string>& concerned, std::map<std::string, Received>& received) {
  const auto& told_list = deciding.state().covered_shares();
  const std::set<std::string> told(told_list.begin(), told_list.end());
  for (const v1::Recipient& recipient : deciding.facts().recipients) {
    if (!ReliesOn(deciding, recipient.name())) continue;
    const std::string bearer = BearerOf(deciding.facts(), recipient.name());
    for (const std::string& category : recipient.shared_categories()) {
      const bool is_told = kind != v1::NOTICE_KIND_RESUME_PROCESSING &&
                           told.contains(ShareKey(bearer, kind, category));
      if (!concerned.contains(category) || is_told) continue;
      received[bearer].categories.insert(category);
      received[bearer].shared.insert(category);
    }
  }
}

}  // namespace

void Received::AddDisclosure(const v1::Disclosure& disclosure, const std::string& id) {
  const absl::Time time = FromTimestamp(disclosure.disclose_time());
  for (const std::string& category : disclosure.categories()) {
    const auto [last, is_new] = disclosed.emplace(category, time);
    if (!is_new) last->second = std::max(last->second, time);
  }
  onward.insert(disclosure.onward_recipients().begin(), disclosure.onward_recipients().end());
  if (std::find(disclosure_ids.begin(), disclosure_ids.end(), id) == disclosure_ids.end()) {
    disclosure_ids.push_back(id);
  }
}

const v1::Recipient* FindRecipient(const Facts& facts, const std::string& name) {
  const auto found =
      std::find_if(facts.recipients.begin(), facts.recipients.end(),
                   [&](const v1::Recipient& recipient) { return recipient.name() == name; });
  return found == facts.recipients.end() ? nullptr : &*found;
}

std::string BearerOf(const Facts& facts, const std::string& name) {
  std::string bearer = name;
  for (int step = 0; step < kMostSuccessions; ++step) {
    const v1::Recipient* recipient = FindRecipient(facts, bearer);
    if (recipient == nullptr || recipient->successor().empty()) return bearer;
    bearer = recipient->successor();
  }
  return name;
}

std::map<std::string, Received> GatherRecipients(const Deciding& deciding, v1::NoticeKind kind) {
  const std::set<std::string> concerned = ConcernedCategories(deciding, kind);
  const auto& covered_list = deciding.state().covered_disclosures();
  const std::set<std::string> covered(covered_list.begin(), covered_list.end());
  std::map<std::string, Received> received;
  for (const v1::Disclosure& disclosure : deciding.facts().disclosures) {
    const auto id = ParseDisclosureName(disclosure.name());
    // Who was told to stop is told again to resume.
    const bool is_covered = id.ok() && covered.contains(std::string(id->bytes()));
    if (!id.ok() || (is_covered && kind != v1::NOTICE_KIND_RESUME_PROCESSING)) continue;
    std::set<std::string> here;
    for (const std::string& category : disclosure.categories()) {
      if (concerned.contains(category)) here.insert(category);
    }
    if (here.empty() || !ReliesOn(deciding, disclosure.recipient())) continue;
    Received& entry = received[BearerOf(deciding.facts(), disclosure.recipient())];
    entry.AddDisclosure(disclosure, std::string(id->bytes()));
    entry.categories.insert(here.begin(), here.end());
    for (const std::string& category : disclosure.own_authorisation().categories()) {
      if (here.contains(category)) entry.authorised.insert(category);
    }
    if (disclosure.has_own_authorisation()) entry.proof = disclosure.own_authorisation().proof();
  }
  AddNamedInConsent(deciding, received);
  AddShared(deciding, kind, concerned, received);
  return received;
}

void AddCategory(const Deciding& deciding, const std::string& recipient,
                 const std::string& category, Received& entry) {
  entry.categories.insert(category);
  for (const v1::Disclosure& disclosure : deciding.facts().disclosures) {
    const auto& shared = disclosure.categories();
    if (disclosure.recipient() != recipient) continue;
    if (std::find(shared.begin(), shared.end(), category) == shared.end()) continue;
    const auto id = ParseDisclosureName(disclosure.name());
    if (id.ok()) entry.AddDisclosure(disclosure, std::string(id->bytes()));
  }
}

}  // namespace dsr
