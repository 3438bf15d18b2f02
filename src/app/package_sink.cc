#include "app/package_sink.h"

#include <algorithm>

#include "app/sealer.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr size_t kChunkBytes = 64 << 10;
// A package is the one part of its task, and is about no single category.
constexpr absl::string_view kPackageCategory = "";

}  // namespace

absl::Status PackageSink::Begin() {
  return TransactAndWait(store_, [this](Transaction& transaction) -> absl::Status {
    DSR_RETURN_IF_ERROR(transaction.CheckLease(task_.task, task_.lease_token, clock_.Now()));
    return transaction.DeleteParts(task_.task, std::nullopt);
  });
}

absl::Status PackageSink::Write(absl::string_view bytes) {
  hash_.Add(bytes);
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), kChunkBytes - pending_.size());
    pending_.append(bytes.data(), count);
    bytes.remove_prefix(count);
    if (pending_.size() == kChunkBytes) DSR_RETURN_IF_ERROR(Flush());
  }
  return absl::OkStatus();
}

absl::Status PackageSink::Finish() {
  if (!pending_.empty()) DSR_RETURN_IF_ERROR(Flush());
  sha256_ = hash_.Finish();
  return absl::OkStatus();
}

absl::Status PackageSink::Flush() {
  PartChunk chunk;
  chunk.offset = size_bytes_;
  chunk.size_bytes = static_cast<int64_t>(pending_.size());
  chunk.sealed = SealChunk(key_, task_.task.bytes(), kPackageCategory, chunk.offset, pending_);
  DSR_RETURN_IF_ERROR(TransactAndWait(store_, [&](Transaction& transaction) -> absl::Status {
    const absl::Time now = clock_.Now();
    DSR_RETURN_IF_ERROR(
        transaction.ExtendLease(task_.task, task_.lease_token, now, now + kPackagerLease));
    return transaction.AppendChunk(task_.request, task_.task, kPackageCategory, chunk);
  }));
  size_bytes_ += chunk.size_bytes;
  pending_.clear();
  return absl::OkStatus();
}

}  // namespace dsr
