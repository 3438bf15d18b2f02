#include "app/auditor.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "app/leaf_record.h"
#include "dsr/base/crypto.h"
#include "dsr/base/merkle.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using v1::LogFinding;

constexpr int kLeafPage = 1000;
constexpr int kRequestPage = 500;
constexpr int kMaxDamaged = 1000;
constexpr int kMaxFindings = 1000;
constexpr int64_t kNone = -1;
constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::min();

// Verifies a log from its beginning. Not thread-safe.
class LogVerifier {
 public:
  LogVerifier(const SnapshotSource& read, const LogVerification& verification)
      : read_(read), verification_(verification), by_size_(verification.checkpoints.size()) {
    std::iota(by_size_.begin(), by_size_.end(), size_t{0});
    std::sort(by_size_.begin(), by_size_.end(), [&](size_t a, size_t b) {
      return verification.checkpoints[a].size < verification.checkpoints[b].size;
    });
    for (const LogCheckpoint& checkpoint : verification.checkpoints) {
      v1::CheckpointComparison& compared = *response_.add_checkpoints();
      compared.set_size(checkpoint.size);
      compared.set_root(Base64Encode(checkpoint.root));
    }
  }

  absl::StatusOr<v1::VerifyLogResponse> Run() {
    CompareCheckpoints();
    DSR_RETURN_IF_ERROR(ReadPages([this](ReadView& view) { return NextLeaves(view); }));
    if (is_readable_) {
      DSR_RETURN_IF_ERROR(ReadPages([this](ReadView& view) { return NextRequests(view); }));
    }
    MissCheckpoints();
    response_.set_size(next_leaf_);
    if (is_gapless_) response_.set_root(Base64Encode(tree_.Root()));
    response_.set_intact(response_.details().empty());
    return std::move(response_);
  }

 private:
  // What the leaves tell of a request.
  struct Counted {
    int64_t events = 0;
    int64_t last_emptied = kNone;  // a leaf
    int64_t last_purge = kNone;    // a leaf
    bool is_compared = false;      // with the request's own number of events
  };

  // Has `next` read page after page until it says that there are no more. What cannot be read is a
  // finding, too, and the end.
  absl::Status ReadPages(const std::function<absl::StatusOr<bool>(ReadView&)>& next) {
    bool more = true;
    while (more) {
      const absl::Status status = read_([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(more, next(view));
        return absl::OkStatus();
      });
      if (absl::IsDataLoss(status)) {
        Find(LogFinding::KIND_UNREADABLE,
             absl::StrCat("cannot be read: ", std::string(status.message())));
        is_readable_ = false;
        return absl::OkStatus();
      }
      DSR_RETURN_IF_ERROR(status);
      if (verification_.progress) verification_.progress(next_leaf_);
    }
    return absl::OkStatus();
  }

  // Verifies the next page of leaves; false when there are no more.
  absl::StatusOr<bool> NextLeaves(ReadView& view) {
    // No row stands before the first leaf, but one that was put there.
    const int64_t first = next_leaf_ == 0 ? kBeforeAll : next_leaf_;
    DSR_ASSIGN_OR_RETURN(const std::vector<AuditLeaf> leaves,
                         view.ListLeaves(first, kLeafPage, /*with_records=*/true));
    std::map<int64_t, std::vector<LogNode>> complete;  // by level
    for (const AuditLeaf& leaf : leaves) {
      if (leaf.index < next_leaf_) {
        FindAtLeaf(LogFinding::KIND_ROW_ALTERED, leaf.index, "stands before the first leaf");
        continue;
      }
      if (leaf.index > next_leaf_) MissLeaves(leaf.index - next_leaf_);
      next_leaf_ = leaf.index + 1;
      CheckRecord(leaf);
      if (!is_gapless_) continue;
      // The tree is over what the log says; the records are compared with that one by one.
      for (MerkleNode& node : tree_.Append(leaf.hash)) {
        if (node.position.level == 0) continue;
        const auto level = static_cast<int64_t>(node.position.level);
        complete[level].push_back(
            {level, static_cast<int64_t>(node.position.index), std::move(node.hash)});
      }
      CompareCheckpoints();
    }
    for (const auto& [level, nodes] : complete) DSR_RETURN_IF_ERROR(CompareNodes(view, nodes));
    if (leaves.size() == static_cast<size_t>(kLeafPage)) return true;
    if (is_gapless_) DSR_RETURN_IF_ERROR(FindSurplusNodes(view));
    return false;
  }

  void MissLeaves(int64_t count) {
    FindAtLeaf(LogFinding::KIND_LEAF_MISSING, next_leaf_,
               count == 1 ? std::string("is missing")
                          : absl::StrCat("and the ", count - 1, " after it are missing"));
    // What follows has no place in a tree any more.
    is_gapless_ = false;
  }

  void CheckRecord(const AuditLeaf& leaf) {
    Counted* request = leaf.request.has_value() ? &requests_[*leaf.request] : nullptr;
    if (request != nullptr) CountEvent(leaf, *request);
    if (leaf.clear.empty() && leaf.sealed.empty()) {
      if (request != nullptr) {
        request->last_emptied = leaf.index;
      } else {
        FindAtLeaf(LogFinding::KIND_RECORD_EMPTIED, leaf.index,
                   "is no request's event, and its record was emptied");
      }
      return;
    }
    if (leaf.hash != MerkleLeafHash({leaf.clear, leaf.sealed})) {
      Damaged(leaf.index);
    } else if (request != nullptr) {
      CheckEvent(leaf);
    } else {
      CheckAuditRecord(leaf);
    }
  }

  void CountEvent(const AuditLeaf& leaf, Counted& request) {
    if (leaf.sequence != request.events + 1) {
      FindAtLeaf(LogFinding::KIND_REQUEST_ALTERED, leaf.index,
                 absl::StrCat("is event ", leaf.sequence, " of ", RequestName(*leaf.request),
                              ", where event ", request.events + 1, " was due"));
    }
    request.events = std::max(request.events, leaf.sequence);
  }

  void CheckEvent(const AuditLeaf& leaf) {
    storage::v1::Event event;
    if (!ParseWholeEvent(leaf.clear, event)) {
      FindAtLeaf(LogFinding::KIND_ROW_ALTERED, leaf.index,
                 "stands as an event and is none, or none that this program knows");
    } else if (event.request_id() != leaf.request->bytes() || event.sequence() != leaf.sequence) {
      FindAtLeaf(LogFinding::KIND_ROW_ALTERED, leaf.index,
                 absl::StrCat("stands as event ", leaf.sequence, " of ", RequestName(*leaf.request),
                              ", which its record does not say"));
    } else if (leaf.time != FromTimestamp(event.time())) {
      FindAtLeaf(LogFinding::KIND_ROW_ALTERED, leaf.index,
                 "stands under another time than its record says");
    }
  }

  void CheckAuditRecord(const AuditLeaf& leaf) {
    storage::v1::AuditRecord record;
    // Such a record has no sealed part, no time beside it and no sequence.
    if (!ParseWholeRecord(leaf.clear, record) || !leaf.sealed.empty() || leaf.time.has_value() ||
        leaf.sequence != 0) {
      FindAtLeaf(LogFinding::KIND_ROW_ALTERED, leaf.index,
                 "stands as a record of its own and is none");
      return;
    }
    if (record.kind() != kRequestPurged) return;
    const absl::StatusOr<RequestId> purged = ParseRequestName(record.about());
    if (purged.ok()) requests_[*purged].last_purge = leaf.index;
  }

  // Compares nodes of one level, one after the other, with what is stored.
  absl::Status CompareNodes(ReadView& view, const std::vector<LogNode>& nodes) {
    for (size_t begin = 0; begin < nodes.size();) {
      const LogNode& first = nodes[begin];
      const int count = static_cast<int>(nodes.size() - begin);
      DSR_ASSIGN_OR_RETURN(const std::vector<LogNode> stored,
                           view.ListLogNodes(first.level, first.index, count));
      size_t same = 0;
      while (same < stored.size() && stored[same] == nodes[begin + same]) ++same;
      begin += same;
      if (begin == nodes.size()) break;
      const LogNode& wrong = nodes[begin];
      Find(LogFinding::KIND_NODE_ALTERED,
           absl::StrCat("the stored node ", wrong.index, " of level ", wrong.level,
                        " is missing or not that of the leaves under it"));
      ++begin;
    }
    return absl::OkStatus();
  }

  // Looks for nodes where the tree has none: before, between and after its levels.
  absl::Status FindSurplusNodes(ReadView& view) {
    const uint64_t size = tree_.size();
    if (std::exchange(surplus_sought_at_, static_cast<int64_t>(size)) == static_cast<int64_t>(size))
      return absl::OkStatus();
    int64_t level = kBeforeAll;
    int64_t index = kBeforeAll;
    for (int64_t next = 1;; ++next) {
      const bool has_next = next < 63 && (size >> next) > 0;
      DSR_ASSIGN_OR_RETURN(const std::vector<LogNode> stored, view.ListLogNodes(level, index, 1));
      const bool is_surplus =
          !stored.empty() &&
          (!has_next || std::pair(stored[0].level, stored[0].index) < std::pair(next, int64_t{0}));
      if (is_surplus) {
        Find(LogFinding::KIND_NODE_ALTERED,
             absl::StrCat("there is a stored node ", stored[0].index, " of level ", stored[0].level,
                          ", where the tree has none"));
      }
      if (!has_next) return absl::OkStatus();
      level = next;
      index = static_cast<int64_t>(size >> next);
    }
  }

  // Compares the tree with the checkpoints of its present size.
  void CompareCheckpoints() {
    for (; next_checkpoint_ < by_size_.size(); ++next_checkpoint_) {
      const size_t i = by_size_[next_checkpoint_];
      const LogCheckpoint& checkpoint = verification_.checkpoints[i];
      if (checkpoint.size != static_cast<int64_t>(tree_.size())) return;
      if (checkpoint.root == tree_.Root()) {
        response_.mutable_checkpoints(static_cast<int>(i))->set_consistent(true);
      } else {
        Find(LogFinding::KIND_CHECKPOINT_DIVERGED,
             absl::StrCat("the first ", checkpoint.size,
                          " leaves are not those that the checkpoint was made of"));
      }
    }
  }

  // Says of the checkpoints that the tree never came to why that is.
  void MissCheckpoints() {
    for (; next_checkpoint_ < by_size_.size(); ++next_checkpoint_) {
      const int64_t size = verification_.checkpoints[by_size_[next_checkpoint_]].size;
      if (!is_gapless_ || !is_readable_) {
        Find(LogFinding::KIND_CHECKPOINT_DIVERGED,
             absl::StrCat("the checkpoint of ", size,
                          " leaves cannot be compared: not all of them are there"));
      } else {
        Find(LogFinding::KIND_ROLLED_BACK,
             absl::StrCat("the log has ", next_leaf_, " leaves, and had ", size,
                          " when the checkpoint was made"));
      }
    }
  }

  // Compares a page of requests with the leaves; false when there are no more.
  absl::StatusOr<bool> NextRequests(ReadView& view) {
    // What was committed since the last page is part of this snapshot: both sides must know it.
    bool more = true;
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
      CompareRequest(id, state.version());
      after_ = id;
    }
    if (requests.size() == static_cast<size_t>(kRequestPage)) return true;
    DSR_RETURN_IF_ERROR(FindMissingRequests(view));
    FindEmptiedRecords();
    return false;
  }

  // Not every request that no page listed is missing: its id may be from before the last page's
  // where the clock was set back meanwhile.
  absl::Status FindMissingRequests(ReadView& view) {
    for (const auto& [id, counted] : requests_) {
      if (counted.is_compared || counted.events == 0) continue;
      const absl::StatusOr<storage::v1::RequestState> state = view.FindRequest(id);
      if (absl::IsNotFound(state.status())) {
        FindAtRequest(id,
                      absl::StrCat("has ", counted.events, " events in the log and is missing"));
        continue;
      }
      DSR_RETURN_IF_ERROR(state.status());
      CompareRequest(id, state->version());
    }
    return absl::OkStatus();
  }

  void CompareRequest(const RequestId& id, int64_t version) {
    Counted& counted = requests_[id];
    counted.is_compared = true;
    if (counted.events == version) return;
    FindAtRequest(id,
                  absl::StrCat("has ", version, " events, of which the log has ", counted.events));
  }

  void FindEmptiedRecords() {
    for (const auto& [id, counted] : requests_) {
      if (counted.last_emptied == kNone || counted.last_purge > counted.last_emptied) continue;
      FindAtLeaf(LogFinding::KIND_RECORD_EMPTIED, counted.last_emptied,
                 absl::StrCat("was emptied, and no purge of ", RequestName(id), " is on record"));
    }
  }

  void Damaged(int64_t index) {
    if (response_.damaged_leaves_size() >= kMaxDamaged) return;
    response_.add_damaged_leaves(index);
    AddDetail(LogFinding::KIND_RECORD_ALTERED,
              absl::StrCat("the leaf ", index, " has another record than it was made of"))
        .set_leaf(index);
  }
  void FindAtLeaf(LogFinding::Kind kind, int64_t index, absl::string_view what) {
    LogFinding* finding = Find(kind, absl::StrCat("the leaf ", index, " ", what));
    if (finding != nullptr) finding->set_leaf(index);
  }
  void FindAtRequest(const RequestId& id, absl::string_view what) {
    LogFinding* finding =
        Find(LogFinding::KIND_REQUEST_ALTERED, absl::StrCat(RequestName(id), " ", what));
    if (finding != nullptr) finding->set_request(RequestName(id));
  }
  // Null when there are so many already that nobody reads one more.
  LogFinding* Find(LogFinding::Kind kind, const std::string& description) {
    if (response_.findings_size() >= kMaxFindings) return nullptr;
    response_.add_findings(description);
    return &AddDetail(kind, description);
  }
  LogFinding& AddDetail(LogFinding::Kind kind, const std::string& description) {
    LogFinding& finding = *response_.add_details();
    finding.set_kind(kind);
    finding.set_description(description);
    return finding;
  }

  const SnapshotSource& read_;
  const LogVerification& verification_;
  // The checkpoints' places in the call, smallest first.
  std::vector<size_t> by_size_;
  size_t next_checkpoint_ = 0;
  v1::VerifyLogResponse response_;
  int64_t next_leaf_ = 0;
  // Every leaf so far is in `tree_`.
  bool is_gapless_ = true;
  bool is_readable_ = true;
  // The log's size when surplus nodes were last looked for.
  int64_t surplus_sought_at_ = kNone;
  MerkleFrontier tree_;
  absl::flat_hash_map<RequestId, Counted> requests_;
  std::optional<RequestId> after_;
};

}  // namespace

absl::StatusOr<v1::Checkpoint> MakeCheckpoint(ReadView& view, const NoteSigner& signer,
                                              absl::Time now) {
  DSR_ASSIGN_OR_RETURN(LogHead head, view.FindLogHead());
  DSR_ASSIGN_OR_RETURN(
      const MerkleFrontier tree,
      MerkleFrontier::Restore(static_cast<uint64_t>(head.size), std::move(head.subtrees)));
  v1::Checkpoint checkpoint;
  checkpoint.set_size(head.size);
  checkpoint.set_root(Base64Encode(tree.Root()));
  checkpoint.set_note(SignCheckpoint(signer, head.size, tree.Root(), now));
  checkpoint.set_verifier_key(signer.verifier_key());
  return checkpoint;
}

absl::StatusOr<v1::VerifyLogResponse> VerifyLog(const SnapshotSource& read,
                                                const LogVerification& verification) {
  return LogVerifier(read, verification).Run();
}

absl::StatusOr<v1::VerifyLogResponse> VerifyLog(Store& store, const LogVerification& verification) {
  return VerifyLog(
      [&store](const std::function<absl::Status(ReadView&)>& body) { return store.Read(body); },
      verification);
}

}  // namespace dsr
