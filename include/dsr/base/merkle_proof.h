// Proofs about the audit log's tree (RFC 6962, sections 2.1.1 and 2.1.2; checked as in RFC 9162).
//
// An inclusion proof shows with a few hashes that a leaf is part of the tree that has a root; a
// consistency proof, that a tree begins with all leaves of an older one. Whoever checks needs the
// roots, which a signed checkpoint tells, and nothing else of the log.
#ifndef DSR_BASE_MERKLE_PROOF_H_
#define DSR_BASE_MERKLE_PROOF_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "dsr/base/merkle.h"

namespace dsr {

// Gives the hash of a complete node, leaves included, of a tree of at least the asked size.
using MerkleNodeSource = std::function<absl::StatusOr<std::string>(const MerklePosition&)>;

// Returns the root that the tree had at `size` leaves. Errors: those of `nodes`.
absl::StatusOr<std::string> MerkleRootAt(uint64_t size, const MerkleNodeSource& nodes);

// Returns the proof that leaf number `leaf` is in the tree of `size` leaves, the leaf's sibling
// first. Errors: OUT_OF_RANGE FIELD_INVALID unless `leaf` < `size`; those of `nodes`.
absl::StatusOr<std::vector<std::string>> MakeInclusionProof(uint64_t leaf, uint64_t size,
                                                            const MerkleNodeSource& nodes);

// Returns the proof that the tree of `size` leaves begins with that of `old_size`; empty when one
// of the two is empty or they are equal. Errors: OUT_OF_RANGE FIELD_INVALID when `old_size` >
// `size`; those of `nodes`.
absl::StatusOr<std::vector<std::string>> MakeConsistencyProof(uint64_t old_size, uint64_t size,
                                                              const MerkleNodeSource& nodes);

// Tells whether `proof` shows that the leaf with that hash is number `leaf` of the tree of `size`
// leaves with that root. False for a proof of any other length than the one there is.
bool VerifyInclusion(absl::string_view leaf_hash, uint64_t leaf, uint64_t size,
                     absl::Span<const std::string> proof, absl::string_view root);

// Tells whether `proof` shows that the tree of `size` leaves with `root` begins with the tree of
// `old_size` leaves with `old_root`.
bool VerifyConsistency(uint64_t old_size, absl::string_view old_root, uint64_t size,
                       absl::string_view root, absl::Span<const std::string> proof);

}  // namespace dsr

#endif  // DSR_BASE_MERKLE_PROOF_H_
