// Text taken apart into records, in constant memory.
#ifndef DSR_TOOLS_DSRCTL_TEXT_RECORDS_H_
#define DSR_TOOLS_DSRCTL_TEXT_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// Reads records one by one: lines that end with LF or CRLF, or lines joined where a line break
// stands between double quotes, as in CSV. A byte order mark at the beginning is skipped. Not
// thread-safe.
class TextRecords {
 public:
  enum class Form { kLines, kQuotedLines };

  // The longest record in bytes. It bounds the memory, and what a quote left open takes in.
  static constexpr size_t kLongest = 256 << 10;

  // What is wrong with a record. Of one that is not whole only the first line is passed over, so
  // that the lines after it are read.
  enum class Fault { kNone, kTooLong, kOpenQuote };

  struct Record {
    absl::string_view text;  // without the line break; empty when not whole; until the next call
    int64_t line = 0;        // its first, from 1
    Fault fault = Fault::kNone;
  };

  // Goes on from where `in` stands, which is `offset` bytes and `lines` lines after the beginning.
  // `in` outlives this.
  TextRecords(std::istream& in, Form form, int64_t offset = 0, int64_t lines = 0)
      : in_(in), form_(form), buffer_offset_(offset), lines_(lines) {}
  TextRecords(const TextRecords&) = delete;
  TextRecords& operator=(const TextRecords&) = delete;

  // Returns the next record, nothing at the end. UNKNOWN when `in` cannot be read.
  absl::StatusOr<std::optional<Record>> Next();

  // Goes back to the second line of the record returned last, if it had one.
  void GoBackToSecondLine();

  // Bytes and lines before the next record.
  int64_t offset() const { return buffer_offset_ + static_cast<int64_t>(begin_); }
  int64_t lines() const { return lines_; }

 private:
  // Reads more behind the buffer's end, after dropping what is before `begin_`; false at the end.
  absl::StatusOr<bool> Fill();
  absl::Status SkipMark();
  // Passes over the rest of a line that is longer than the buffer.
  absl::Status SkipLine();
  Record Take(size_t end, size_t next, int64_t lines);
  absl::StatusOr<Record> TakeFirstLine(Fault fault);

  std::istream& in_;
  const Form form_;
  std::string buffer_;
  size_t begin_ = 0;       // of the next record, in the buffer
  int64_t buffer_offset_;  // of the buffer, in the text
  int64_t lines_;
  // Where the record returned last begins, in the buffer and in lines.
  size_t last_begin_ = 0;
  int64_t last_lines_ = 0;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TEXT_RECORDS_H_
