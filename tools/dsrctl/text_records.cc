#include "dsrctl/text_records.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "dsr/base/status_macros.h"

namespace dsr::dsrctl {
namespace {

constexpr size_t kPiece = 64 << 10;
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

absl::StatusOr<bool> TextRecords::Fill() {
  buffer_.erase(0, begin_);
  buffer_offset_ += static_cast<int64_t>(begin_);
  begin_ = 0;
  last_begin_ = 0;
  const size_t size = buffer_.size();
  buffer_.resize(size + kPiece);
  in_.read(buffer_.data() + size, kPiece);
  const auto count = static_cast<size_t>(in_.gcount());
  buffer_.resize(size + count);
  if (in_.bad()) return absl::UnknownError("the file cannot be read on");
  return count > 0;
}

absl::Status TextRecords::SkipMark() {
  while (buffer_.size() < kByteOrderMark.size()) {
    DSR_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) break;
  }
  if (absl::StartsWith(buffer_, kByteOrderMark)) begin_ = kByteOrderMark.size();
  return absl::OkStatus();
}

absl::Status TextRecords::SkipLine() {
  while (true) {
    const size_t end = buffer_.find('\n', begin_);
    if (end != std::string::npos) {
      begin_ = end + 1;
      return absl::OkStatus();
    }
    begin_ = buffer_.size();
    DSR_ASSIGN_OR_RETURN(const bool more, Fill());
    if (!more) return absl::OkStatus();
  }
}

TextRecords::Record TextRecords::Take(size_t end, size_t next, int64_t lines) {
  Record record;
  record.text = absl::StripSuffix(absl::string_view(buffer_.data() + begin_, end - begin_), "\r");
  record.line = lines_ + 1;
  last_begin_ = begin_;
  last_lines_ = lines_;
  begin_ = next;
  lines_ += lines;
  return record;
}

absl::StatusOr<TextRecords::Record> TextRecords::TakeFirstLine(Fault fault) {
  Record record;
  record.line = ++lines_;
  record.fault = fault;
  DSR_RETURN_IF_ERROR(SkipLine());
  last_begin_ = begin_;
  last_lines_ = lines_;
  return record;
}

absl::StatusOr<std::optional<TextRecords::Record>> TextRecords::Next() {
  if (buffer_.empty() && buffer_offset_ == 0) DSR_RETURN_IF_ERROR(SkipMark());
  size_t searched = 0;  // bytes of the record that were looked at
  int64_t lines = 0;
  bool is_open = false;
  while (true) {
    const size_t from = begin_ + searched;
    const size_t end = buffer_.find('\n', from);
    const size_t to = std::min(end, buffer_.size());
    if (form_ == Form::kQuotedLines &&
        std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(from),
                   buffer_.begin() + static_cast<std::ptrdiff_t>(to), '"') %
                2 !=
            0) {
      is_open = !is_open;
    }
    if (to - begin_ > kLongest) {
      DSR_ASSIGN_OR_RETURN(Record record,
                           TakeFirstLine(is_open ? Fault::kOpenQuote : Fault::kTooLong));
      return std::optional<Record>(record);
    }
    if (end != std::string::npos) {
      ++lines;
      if (!is_open) return std::optional<Record>(Take(end, end + 1, lines));
      searched = end + 1 - begin_;
      continue;
    }
    searched = to - begin_;
    DSR_ASSIGN_OR_RETURN(const bool more, Fill());
    if (more) continue;
    if (searched == 0) return std::optional<Record>();
    if (is_open) {
      DSR_ASSIGN_OR_RETURN(Record record, TakeFirstLine(Fault::kOpenQuote));
      return std::optional<Record>(record);
    }
    return std::optional<Record>(Take(buffer_.size(), buffer_.size(), lines + 1));
  }
}

void TextRecords::GoBackToSecondLine() {
  if (lines_ - last_lines_ < 2) return;
  begin_ = buffer_.find('\n', last_begin_) + 1;
  lines_ = last_lines_ + 1;
}

}  // namespace dsr::dsrctl
