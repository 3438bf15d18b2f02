#include "app/auditor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "app/purged.h"
#include "dsr/base/crypto.h"
#include "dsr/base/merkle.h"
#include "dsr/base/status_macros.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr int kLeafPage = 1000;
constexpr int kRequestPage = 500;
constexpr int kMaxDamaged = 1000;
constexpr int kMaxFindings = 1000;

// Verifies a log from its beginning. Not thread-safe.
class LogVerifier {
 public:
  explicit LogVerifier(Store& store) : store_(store) {}

  absl::StatusOr<v1::VerifyLogResponse> Run() {
    bool more = true;
    while (more) {
      DSR_RETURN_IF_ERROR(store_.Read([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(more, NextLeaves(view));
        return absl::OkStatus();
      }));
    }
    more = true;
    while (more) {
      DSR_RETURN_IF_ERROR(store_.Read([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(more, NextRequests(view));
        return absl::OkStatus();
      }));
    }
    response_.set_size(static_cast<int64_t>(tree_.size()));
    response_.set_intact(response_.damaged_leaves().empty() && response_.findings().empty());
    return std::move(response_);
  }

 private:
  struct Counted {
    int64_t leaves = 0;
    int64_t emptied = 0;       // leaves without their records
    bool is_compared = false;  // with the request's own number of events
  };

  // Verifies the next page of leaves; false when there are no more, after comparing the tree.
  absl::StatusOr<bool> NextLeaves(ReadView& view) {
    const auto first = static_cast<int64_t>(tree_.size());
    DSR_ASSIGN_OR_RETURN(const std::vector<AuditLeaf> leaves,
                         view.ListLeaves(first, kLeafPage, /*with_records=*/true));
    for (const AuditLeaf& leaf : leaves) {
      const auto expected = static_cast<int64_t>(tree_.size());
      if (leaf.index != expected) {
        Find(absl::StrCat("the leaf ", expected, " is missing"));
        return false;
      }
      const std::string hash = MerkleLeafHash({leaf.clear, leaf.sealed});
      const bool is_emptied = leaf.request.has_value() && leaf.clear.empty() && leaf.sealed.empty();
      if (hash != leaf.hash && !is_emptied) Damaged(leaf.index);
      // The tree is over what the log says; the records are compared with that one by one.
      tree_.Append(leaf.hash);
      if (leaf.request.has_value()) CountEvent(leaf);
    }
    if (leaves.size() == static_cast<size_t>(kLeafPage)) return true;
    DSR_RETURN_IF_ERROR(CompareTree(view));
    return false;
  }

  void CountEvent(const AuditLeaf& leaf) {
    ++requests_[*leaf.request].leaves;
    storage::v1::Event event;
    if (leaf.clear.empty()) ++requests_[*leaf.request].emptied;
    // Unreadable: damaged above.
    if (leaf.clear.empty() || !event.ParseFromString(leaf.clear)) return;
    if (event.request_id() != leaf.request->bytes() || event.sequence() != leaf.sequence) {
      Find(absl::StrCat("the leaf ", leaf.index, " stands as event ", leaf.sequence, " of ",
                        RequestName(*leaf.request), ", which its record does not say"));
    }
  }

  absl::Status CompareTree(ReadView& view) {
    DSR_ASSIGN_OR_RETURN(LogHead head, view.FindLogHead());
    if (head.size != static_cast<int64_t>(tree_.size())) {
      Find(absl::StrCat("the log should have ", head.size, " leaves and has ", tree_.size()));
      return absl::OkStatus();
    }
    const absl::StatusOr<MerkleFrontier> stored =
        MerkleFrontier::Restore(tree_.size(), std::move(head.subtrees));
    if (!stored.ok() || stored->Root() != tree_.Root()) {
      Find(absl::StrCat("the stored subtrees of ", head.size,
                        " leaves do not hash to the leaves' root"));
    }
    return absl::OkStatus();
  }

  // Compares a page of requests with the leaves; false when there are no more.
  absl::StatusOr<bool> NextRequests(ReadView& view) {
    // What was committed since the last page is part of this snapshot: both sides must know it.
    bool more = response_.findings().empty();
    while (more) {
      DSR_ASSIGN_OR_RETURN(more, NextLeaves(view));
    }
    RequestQuery query;
    query.after_id = after_;
    query.limit = kRequestPage;
    DSR_ASSIGN_OR_RETURN(const std::vector<storage::v1::RequestState> requests,
                         view.ListRequests(query));
    for (const storage::v1::RequestState& state : requests) {
      DSR_ASSIGN_OR_RETURN(const RequestId id, ParseRequestName(state.request().name()));
      DSR_RETURN_IF_ERROR(CompareRequest(view, id, state.version()));
      if (requests_[id].emptied > 0 && !IsPurged(state.request()))
        Find(absl::StrCat(RequestName(id), " has events without their records"));
      after_ = id;
    }
    if (requests.size() == static_cast<size_t>(kRequestPage)) return true;
    DSR_RETURN_IF_ERROR(FindMissingRequests(view));
    return false;
  }

  // Not every request that no page listed is missing: its id may be from before the last page's
  // where the clock was set back meanwhile.
  absl::Status FindMissingRequests(ReadView& view) {
    for (const auto& [id, counted] : requests_) {
      if (counted.is_compared) continue;
      const absl::StatusOr<storage::v1::RequestRecord> record = view.FindRecord(id);
      if (absl::IsNotFound(record.status())) {
        Find(absl::StrCat(RequestName(id), " has ", counted.leaves, " leaves and is missing"));
        continue;
      }
      DSR_RETURN_IF_ERROR(record.status());
      DSR_RETURN_IF_ERROR(CompareRequest(view, id, record->state().version()));
    }
    return absl::OkStatus();
  }

  absl::Status CompareRequest(ReadView& view, const RequestId& id, int64_t version) {
    Counted& counted = requests_[id];
    counted.is_compared = true;
    const int64_t leaves = counted.leaves;
    if (leaves != version) {
      Find(absl::StrCat(RequestName(id), " has ", version, " events and ", leaves, " leaves"));
    }
    DSR_ASSIGN_OR_RETURN(const std::vector<StoredEvent> beyond, view.ListEvents(id, version, 1));
    if (!beyond.empty()) Find(absl::StrCat(RequestName(id), " has an event beyond its last"));
    return absl::OkStatus();
  }

  void Damaged(int64_t index) {
    if (response_.damaged_leaves_size() < kMaxDamaged) response_.add_damaged_leaves(index);
  }
  void Find(std::string finding) {
    if (response_.findings_size() < kMaxFindings) response_.add_findings(std::move(finding));
  }

  Store& store_;
  v1::VerifyLogResponse response_;
  MerkleFrontier tree_;
  absl::flat_hash_map<RequestId, Counted> requests_;
  std::optional<RequestId> after_;
};

}  // namespace

absl::StatusOr<v1::Checkpoint> MakeCheckpoint(ReadView& view) {
  DSR_ASSIGN_OR_RETURN(LogHead head, view.FindLogHead());
  DSR_ASSIGN_OR_RETURN(
      const MerkleFrontier tree,
      MerkleFrontier::Restore(static_cast<uint64_t>(head.size), std::move(head.subtrees)));
  v1::Checkpoint checkpoint;
  checkpoint.set_size(head.size);
  checkpoint.set_root(Base64Encode(tree.Root()));
  return checkpoint;
}

absl::StatusOr<v1::VerifyLogResponse> VerifyLog(Store& store) { return LogVerifier(store).Run(); }

}  // namespace dsr
