#include "app/zip_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/types.h>

#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

absl::Status LibraryFailed() {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   "the ZIP library failed");
}

}  // namespace

ZipWriter::ZipWriter(ByteSink sink, absl::Time time)
    : sink_(std::move(sink)), time_(time), archive_(archive_write_new()) {}

ZipWriter::~ZipWriter() {
  if (archive_ == nullptr) return;
  // Freeing writes the end of the file, which nobody waits for any more.
  if (failure_.ok()) failure_ = absl::CancelledError();
  archive_write_free(archive_);
}

absl::StatusOr<std::unique_ptr<ZipWriter>> ZipWriter::Open(ByteSink sink, absl::Time time) {
  std::unique_ptr<ZipWriter> writer(new ZipWriter(std::move(sink), time));
  if (writer->archive_ == nullptr) return LibraryFailed();
  DSR_RETURN_IF_ERROR(writer->Result(archive_write_set_format_zip(writer->archive_)));
  DSR_RETURN_IF_ERROR(writer->Result(archive_write_zip_set_compression_deflate(writer->archive_)));
  // No padding after the end.
  DSR_RETURN_IF_ERROR(writer->Result(archive_write_set_bytes_in_last_block(writer->archive_, 1)));
  DSR_RETURN_IF_ERROR(writer->Result(
      archive_write_open(writer->archive_, writer.get(), nullptr, OnBytes, nullptr)));
  return writer;
}

absl::Status ZipWriter::BeginEntry(const std::string& name) {
  const std::unique_ptr<struct archive_entry, void (*)(struct archive_entry*)> entry(
      archive_entry_new(), archive_entry_free);
  if (entry == nullptr) return LibraryFailed();
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_mtime(entry.get(), static_cast<time_t>(absl::ToUnixSeconds(time_)), 0);
  return Result(archive_write_header(archive_, entry.get()));
}

absl::Status ZipWriter::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t count = archive_write_data(archive_, bytes.data(), bytes.size());
    if (count <= 0 || !failure_.ok()) return Result(ARCHIVE_FATAL);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status ZipWriter::Finish() { return Result(archive_write_close(archive_)); }

absl::Status ZipWriter::Result(int code) {
  if (!failure_.ok()) return failure_;
  return code == ARCHIVE_OK ? absl::OkStatus() : LibraryFailed();
}

ssize_t ZipWriter::OnBytes(struct archive*, void* self, const void* bytes, size_t size) {
  ZipWriter& writer = *static_cast<ZipWriter*>(self);
  if (writer.failure_.ok()) {
    writer.failure_ = writer.sink_(absl::string_view(static_cast<const char*>(bytes), size));
  }
  // An error told here would make the library keep its buffers for ever: `failure_` tells it.
  return static_cast<ssize_t>(size);
}

}  // namespace dsr
