#include "app/decision_facts.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/strip.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr int kDisclosurePage = 1000;
constexpr int kMostRecords = 10000;

absl::StatusOr<RecordId> DisclosureId(const v1::Disclosure& disclosure) {
  absl::string_view id = disclosure.name();
  absl::ConsumePrefix(&id, "disclosures/");
  absl::StatusOr<RecordId> parsed = RecordId::Parse(id);
  if (!parsed.ok()) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "a stored disclosure has no name of its own");
  }
  return parsed;
}

}  // namespace

absl::StatusOr<std::vector<v1::Disclosure>> AllDisclosures(ReadView& view,
                                                           const SubjectId& subject) {
  std::vector<v1::Disclosure> all;
  std::optional<RecordId> after;
  while (true) {
    DSR_ASSIGN_OR_RETURN(std::vector<v1::Disclosure> page,
                         view.ListDisclosures(subject, after, kDisclosurePage));
    const bool last = page.size() < static_cast<size_t>(kDisclosurePage);
    if (!page.empty()) {
      DSR_ASSIGN_OR_RETURN(after, DisclosureId(page.back()));
    }
    all.insert(all.end(), std::make_move_iterator(page.begin()),
               std::make_move_iterator(page.end()));
    if (last) return all;
  }
}

absl::StatusOr<std::vector<v1::Consent>> AllConsents(ReadView& view, const SubjectId& subject) {
  return view.ListConsents(subject, std::nullopt, kMostRecords);
}

absl::StatusOr<Facts> SubjectFacts(ReadView& view, const SubjectId& subject,
                                   const RequestId& request) {
  Facts facts;
  DSR_ASSIGN_OR_RETURN(facts.disclosures, AllDisclosures(view, subject));
  // Subjects have few of these; past the limit the oldest count.
  DSR_ASSIGN_OR_RETURN(facts.consents, AllConsents(view, subject));
  DSR_ASSIGN_OR_RETURN(facts.holds, view.ListHolds(subject, std::nullopt, kMostRecords));
  RequestQuery query;
  query.subject = subject;
  query.limit = kMostSiblings + 1;
  DSR_ASSIGN_OR_RETURN(facts.siblings, view.ListRequests(query));
  const std::string name = RequestName(request);
  facts.siblings.erase(std::remove_if(facts.siblings.begin(), facts.siblings.end(),
                                      [&](const storage::v1::RequestState& state) {
                                        return state.request().name() == name;
                                      }),
                       facts.siblings.end());
  return facts;
}

absl::StatusOr<Facts> DecisionFacts::Load(ReadView& view, const SubjectId& subject,
                                          const RequestId& request) {
  DSR_ASSIGN_OR_RETURN(const int64_t version, view.RegistryVersion());
  if (registry_version_ != version) {
    registry_version_.reset();
    DSR_ASSIGN_OR_RETURN(systems_, view.ListDataSystems());
    DSR_ASSIGN_OR_RETURN(recipients_, view.ListRecipients());
    registry_version_ = version;
  }
  DSR_ASSIGN_OR_RETURN(Facts facts, SubjectFacts(view, subject, request));
  facts.systems = systems_;
  facts.recipients = recipients_;
  return facts;
}

}  // namespace dsr
