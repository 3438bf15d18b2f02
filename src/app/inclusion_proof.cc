#include "app/inclusion_proof.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "app/leaf_record.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/merkle.h"
#include "dsr/base/merkle_proof.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

absl::Status DoesNotHold(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss, v1::ERROR_REASON_FIELD_INVALID,
                   absl::StrCat("the proof does not hold: ", why));
}

absl::Status LogIsDamaged(int64_t leaf) {
  return MakeError(absl::StatusCode::kDataLoss, v1::ERROR_REASON_INTERNAL,
                   absl::StrCat("the leaf ", leaf, " of the audit log is damaged; verify the log"));
}

// Reads what the proved bytes say.
absl::StatusOr<v1::AuditEvent> EventIn(const v1::InclusionProof& proof, std::string leaf_hash) {
  AuditLeaf leaf;
  leaf.index = proof.leaf();
  leaf.hash = std::move(leaf_hash);
  leaf.clear = proof.clear();
  storage::v1::Event event;
  storage::v1::AuditRecord record;
  if (ParseWholeEvent(proof.clear(), event)) {
    DSR_ASSIGN_OR_RETURN(leaf.request, RequestId::FromBytes(event.request_id()));
    leaf.sequence = event.sequence();
  } else if (!ParseWholeRecord(proof.clear(), record) || !proof.sealed().empty()) {
    return DoesNotHold("its record is none, or none that this program knows");
  }
  return PublicLeaf(leaf);
}

}  // namespace

absl::StatusOr<v1::InclusionProof> ProveInclusion(ReadView& view, const NoteSigner& signer,
                                                  absl::Time now, const AuditLeaf& leaf,
                                                  bool with_record) {
  const bool is_purged = leaf.clear.empty() && leaf.sealed.empty();
  if (!is_purged && leaf.hash != MerkleLeafHash({leaf.clear, leaf.sealed})) {
    return LogIsDamaged(leaf.index);
  }
  DSR_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint, MakeCheckpoint(view, signer, now));
  const auto index = static_cast<uint64_t>(leaf.index);
  const auto size = static_cast<uint64_t>(checkpoint.size());
  DSR_ASSIGN_OR_RETURN(const std::vector<std::string> path,
                       MakeInclusionProof(index, size, [&view](const MerklePosition& position) {
                         return view.FindLogNode(position);
                       }));
  DSR_ASSIGN_OR_RETURN(const std::string root, Base64Decode(checkpoint.root()));
  if (!VerifyInclusion(leaf.hash, index, size, path, root)) return LogIsDamaged(leaf.index);

  v1::InclusionProof proof;
  proof.set_leaf(leaf.index);
  proof.set_leaf_hash(HexEncode(leaf.hash));
  if (with_record) {
    proof.set_clear(leaf.clear);
    proof.set_sealed(leaf.sealed);
  }
  for (const std::string& hash : path) proof.add_path(Base64Encode(hash));
  proof.set_checkpoint(checkpoint.note());
  proof.set_verifier_key(checkpoint.verifier_key());
  *proof.mutable_event() = PublicLeaf(leaf);
  proof.set_statement(DescribeLeaf(proof.event()));
  return proof;
}

absl::StatusOr<ProvedInclusion> CheckInclusionProof(const v1::InclusionProof& proof,
                                                    const NoteVerifier& verifier) {
  ProvedInclusion proved;
  DSR_ASSIGN_OR_RETURN(proved.checkpoint, OpenCheckpoint(proof.checkpoint(), verifier));
  const absl::StatusOr<std::string> leaf_hash = HexDecode(proof.leaf_hash());
  if (!leaf_hash.ok()) return DoesNotHold("its leaf hash is not hexadecimal");
  std::vector<std::string> path;
  for (const std::string& text : proof.path()) {
    const absl::StatusOr<std::string> hash = Base64Decode(text);
    if (!hash.ok()) return DoesNotHold("its path is not base64");
    path.push_back(*hash);
  }
  if (proof.leaf() < 0 || !VerifyInclusion(*leaf_hash, static_cast<uint64_t>(proof.leaf()),
                                           static_cast<uint64_t>(proved.checkpoint.size), path,
                                           proved.checkpoint.root)) {
    return DoesNotHold("the leaf's hash does not lead to the root of the checkpoint");
  }
  proved.has_record = !proof.clear().empty() || !proof.sealed().empty();
  if (!proved.has_record) {
    proved.event.set_index(proof.leaf());
    proved.event.set_leaf_hash(HexEncode(*leaf_hash));
    return proved;
  }
  if (*leaf_hash != MerkleLeafHash({proof.clear(), proof.sealed()})) {
    return DoesNotHold("the record is not the one that the leaf was made of");
  }
  DSR_ASSIGN_OR_RETURN(proved.event, EventIn(proof, *leaf_hash));
  return proved;
}

}  // namespace dsr
