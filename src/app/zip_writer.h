// A ZIP file, written as a stream.
#ifndef DSR_APP_ZIP_WRITER_H_
#define DSR_APP_ZIP_WRITER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "app/byte_sink.h"

struct archive;

namespace dsr {

// Writes entries one after the other. Equal entries and times give equal bytes. Not thread-safe.
// Errors: those of the sink; INTERNAL for a fault of the library.
class ZipWriter {
 public:
  // Every entry is dated `time`.
  static absl::StatusOr<std::unique_ptr<ZipWriter>> Open(ByteSink sink, absl::Time time);

  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;
  // Without Finish before, the file is no ZIP file.
  ~ZipWriter();

  // Begins an entry; the one before ends.
  absl::Status BeginEntry(const std::string& name);
  // Adds to the entry.
  absl::Status Write(absl::string_view bytes);
  // Ends the file.
  absl::Status Finish();

 private:
  ZipWriter(ByteSink sink, absl::Time time);

  absl::Status Result(int code);
  static ssize_t OnBytes(struct archive* archive, void* self, const void* bytes, size_t size);

  const ByteSink sink_;
  const absl::Time time_;
  struct archive* const archive_;
  absl::Status failure_;
};

}  // namespace dsr

#endif  // DSR_APP_ZIP_WRITER_H_
