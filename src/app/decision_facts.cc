#include "app/decision_facts.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
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

template <class Row>
using ListOfOne = absl::StatusOr<std::vector<Row>> (ReadView::*)(const SubjectId&,
                                                                 const std::optional<RecordId>&,
                                                                 int);

// Names of one kind sort as their ids do.
template <class Row>
void SortById(std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.name() < b.name(); });
}

template <class Row>
void Append(std::vector<Row> more, std::vector<Row>& rows) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

template <class Row>
void Cut(int limit, std::vector<Row>& rows) {
  if (rows.size() > static_cast<size_t>(limit)) rows.resize(static_cast<size_t>(limit));
}

template <class Row>
absl::StatusOr<std::vector<Row>> ListOfAll(ReadView& view, ListOfOne<Row> list,
                                           const SubjectScope& scope,
                                           const std::optional<RecordId>& after, int limit) {
  DSR_ASSIGN_OR_RETURN(std::vector<Row> rows, (view.*list)(scope.subject, after, limit));
  if (scope.merged.empty()) return rows;
  for (const SubjectId& merged : scope.merged) {
    DSR_ASSIGN_OR_RETURN(std::vector<Row> more, (view.*list)(merged, after, limit));
    Append(std::move(more), rows);
  }
  SortById(rows);
  Cut(limit, rows);
  return rows;
}

// A hold only keeps, so it does not widen what a request is about; not to see it would erase what
// the law keeps.
absl::Status AddHoldsSinceMerge(ReadView& view, const SubjectId& subject,
                                const std::optional<RecordId>& after,
                                std::vector<v1::Hold>& holds) {
  DSR_ASSIGN_OR_RETURN(const std::vector<MergeRecord> merges, MergesOf(view, subject));
  absl::Time since = absl::InfinitePast();
  for (const MergeRecord& merge : merges) {
    since = std::max(since, merge.time);
    DSR_ASSIGN_OR_RETURN(std::vector<v1::Hold> placed,
                         view.ListHolds(merge.into, after, kMostRecords));
    placed.erase(std::remove_if(placed.begin(), placed.end(),
                                [&](const v1::Hold& hold) {
                                  return FromTimestamp(hold.create_time()) < since;
                                }),
                 placed.end());
    Append(std::move(placed), holds);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<storage::v1::RequestState>> RequestsOf(ReadView& view,
                                                                  const SubjectId& subject) {
  RequestQuery query;
  query.subject = subject;
  query.limit = kMostSiblings + 1;
  return view.ListRequests(query);
}

// The requests that take account of each other: whichever of two is about the other's subject, both
// wait for what the other needs.
absl::StatusOr<std::vector<storage::v1::RequestState>> RelatedRequests(ReadView& view,
                                                                       const SubjectScope& scope) {
  DSR_ASSIGN_OR_RETURN(std::vector<storage::v1::RequestState> related,
                       RequestsOf(view, scope.subject));
  for (const SubjectId& merged : scope.merged) {
    DSR_ASSIGN_OR_RETURN(std::vector<storage::v1::RequestState> more, RequestsOf(view, merged));
    Append(std::move(more), related);
  }
  DSR_ASSIGN_OR_RETURN(const std::vector<MergeRecord> merges, MergesOf(view, scope.subject));
  for (const MergeRecord& merge : merges) {
    DSR_ASSIGN_OR_RETURN(std::vector<storage::v1::RequestState> more, RequestsOf(view, merge.into));
    more.erase(std::remove_if(more.begin(), more.end(),
                              [&](const storage::v1::RequestState& state) {
                                return !IsAbout(state, scope.subject);
                              }),
               more.end());
    Append(std::move(more), related);
  }
  std::sort(related.begin(), related.end(),
            [](const storage::v1::RequestState& a, const storage::v1::RequestState& b) {
              return a.request().name() > b.request().name();
            });
  return related;
}

}  // namespace

absl::StatusOr<std::vector<v1::Disclosure>> DisclosuresOf(ReadView& view, const SubjectScope& scope,
                                                          const std::optional<RecordId>& after,
                                                          int limit) {
  return ListOfAll<v1::Disclosure>(view, &ReadView::ListDisclosures, scope, after, limit);
}

absl::StatusOr<std::vector<v1::Consent>> ConsentsOf(ReadView& view, const SubjectScope& scope,
                                                    const std::optional<RecordId>& after,
                                                    int limit) {
  return ListOfAll<v1::Consent>(view, &ReadView::ListConsents, scope, after, limit);
}

absl::StatusOr<std::vector<v1::Hold>> HoldsOf(ReadView& view, const SubjectScope& scope,
                                              const std::optional<RecordId>& after, int limit) {
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Hold> holds,
                       ListOfAll<v1::Hold>(view, &ReadView::ListHolds, scope, after, limit));
  DSR_RETURN_IF_ERROR(AddHoldsSinceMerge(view, scope.subject, after, holds));
  SortById(holds);
  Cut(limit, holds);
  return holds;
}

absl::StatusOr<std::vector<v1::Disclosure>> AllDisclosures(ReadView& view,
                                                           const SubjectScope& scope) {
  std::vector<v1::Disclosure> all;
  std::optional<RecordId> after;
  while (true) {
    DSR_ASSIGN_OR_RETURN(std::vector<v1::Disclosure> page,
                         DisclosuresOf(view, scope, after, kDisclosurePage));
    const bool last = page.size() < static_cast<size_t>(kDisclosurePage);
    if (!page.empty()) {
      DSR_ASSIGN_OR_RETURN(after, DisclosureId(page.back()));
    }
    all.insert(all.end(), std::make_move_iterator(page.begin()),
               std::make_move_iterator(page.end()));
    if (last) return all;
  }
}

absl::StatusOr<std::vector<v1::Consent>> AllConsents(ReadView& view, const SubjectScope& scope) {
  return ConsentsOf(view, scope, std::nullopt, kMostRecords);
}

absl::StatusOr<Facts> SubjectFacts(ReadView& view, const SubjectScope& scope,
                                   const RequestId& request) {
  Facts facts;
  DSR_ASSIGN_OR_RETURN(facts.disclosures, AllDisclosures(view, scope));
  // Subjects have few of these; past the limit the oldest count.
  DSR_ASSIGN_OR_RETURN(facts.consents, AllConsents(view, scope));
  DSR_ASSIGN_OR_RETURN(facts.holds, HoldsOf(view, scope, std::nullopt, kMostRecords));
  DSR_ASSIGN_OR_RETURN(facts.siblings, RelatedRequests(view, scope));
  const std::string name = RequestName(request);
  facts.siblings.erase(std::remove_if(facts.siblings.begin(), facts.siblings.end(),
                                      [&](const storage::v1::RequestState& state) {
                                        return state.request().name() == name;
                                      }),
                       facts.siblings.end());
  Cut(kMostSiblings, facts.siblings);
  return facts;
}

absl::Status DecisionFacts::ReadRegistry(ReadView& view) {
  DSR_ASSIGN_OR_RETURN(const int64_t version, view.RegistryVersion());
  if (registry_version_ == version) return absl::OkStatus();
  registry_version_.reset();
  DSR_ASSIGN_OR_RETURN(systems_, view.ListDataSystems());
  DSR_ASSIGN_OR_RETURN(recipients_, view.ListRecipients());
  registry_version_ = version;
  return absl::OkStatus();
}

absl::StatusOr<Facts> DecisionFacts::LoadRegistry(ReadView& view) {
  DSR_RETURN_IF_ERROR(ReadRegistry(view));
  Facts facts;
  facts.systems = systems_;
  facts.recipients = recipients_;
  return facts;
}

absl::StatusOr<Facts> DecisionFacts::Load(ReadView& view, const SubjectScope& scope,
                                          const RequestId& request) {
  DSR_RETURN_IF_ERROR(ReadRegistry(view));
  DSR_ASSIGN_OR_RETURN(Facts facts, SubjectFacts(view, scope, request));
  facts.systems = systems_;
  facts.recipients = recipients_;
  return facts;
}

}  // namespace dsr
