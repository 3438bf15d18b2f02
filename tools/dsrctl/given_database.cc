#include "dsrctl/given_database.h"

#include <utility>

#include "dsr/base/errors.h"

namespace dsr::dsrctl {
namespace {

// What a server could not do is about the file here, and mended there.
absl::Status AboutFile(const absl::Status& status, const std::string& database) {
  const v1::ErrorReason reason = ReasonOf(status);
  if (reason != v1::ERROR_REASON_RETRY_LATER && reason != v1::ERROR_REASON_INTERNAL) return status;
  return MakeError(status.code(), reason, status.message(), {{"database", database}});
}

}  // namespace

absl::StatusOr<GivenDatabase> GivenDatabase::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<sqlite::DatabaseReader>> reader =
      sqlite::DatabaseReader::Open(path);
  if (!reader.ok()) return AboutFile(reader.status(), path);
  return GivenDatabase(path, *std::move(reader));
}

absl::Status GivenDatabase::Read(const std::function<absl::Status(ReadView&)>& body) {
  return AboutFile(reader_->Read(body), path_);
}

}  // namespace dsr::dsrctl
