#include <algorithm>
#include <string>

#include "dsr/base/ids.h"
#include "workflow/children.h"
#include "workflow/effects.h"

namespace dsr {

void ChangeConsent(Deciding& deciding) {
  const v1::ConsentChangeDetails& details = deciding.request().consent_change();
  storage::v1::Event event;
  storage::v1::ConsentChanged& changed = *event.mutable_consent_changed();
  changed.set_consent(details.consent());
  // Another change may have come first: a consent only ever gets narrower (PIPL 15).
  const v1::Consent* consent = FindConsent(deciding.facts(), details.consent());
  for (const std::string& kept : details.keep_categories()) {
    if (consent == nullptr) continue;
    const auto& present = consent->categories();
    if (std::find(present.begin(), present.end(), kept) != present.end())
      changed.add_keep_categories(kept);
  }
  deciding.Emit(std::move(event));
}

void RecordDisclosure(Deciding& deciding) {
  const std::string& recipient = deciding.request().transfer().recipient();
  const RecordId id = deciding.Derive<RecordId>("disclosure", recipient, "transfer");
  storage::v1::Event event;
  storage::v1::DisclosureRecorded& recorded = *event.mutable_disclosure_recorded();
  recorded.set_disclosure_id(std::string(id.bytes()));
  recorded.set_recipient(recipient);
  for (const std::string& category : CategoriesToServe(deciding.request()))
    recorded.add_categories(category);
  deciding.Emit(std::move(event));
}

const v1::Consent* FindConsent(const Facts& facts, const std::string& name) {
  const auto found = std::find_if(facts.consents.begin(), facts.consents.end(),
                                  [&](const v1::Consent& one) { return one.name() == name; });
  return found == facts.consents.end() ? nullptr : &*found;
}

std::set<std::string> CategoriesLosingConsent(const Deciding& deciding) {
  const v1::ConsentChangeDetails& details = deciding.request().consent_change();
  const v1::Consent* consent = FindConsent(deciding.facts(), details.consent());
  if (consent == nullptr) return {};
  std::set<std::string> lost(consent->categories().begin(), consent->categories().end());
  for (const std::string& kept : details.keep_categories()) lost.erase(kept);
  return lost;
}

}  // namespace dsr
