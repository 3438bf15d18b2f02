#include "app/shred_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr absl::string_view kJournalMagic = "dsrdshredjournal";
constexpr size_t kEntrySize = 32;
constexpr size_t kNumbersSize = 16;
constexpr size_t kHashPart = kEntrySize - kNumbersSize;
constexpr int64_t kJournalBatch = 4096;

absl::Status JournalInvalid(absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("the journal of destroyed keys ", what));
}

std::string JournalHeader() {
  std::string header(kJournalMagic);
  header += '\1';
  header.resize(kEntrySize);
  return header;
}

void AppendNumber(std::string& bytes, int64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<uint64_t>(value) >> shift);
}

int64_t NumberAt(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes.substr(0, 8)) value = value << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(value);
}

KeyShred ParseEntry(int64_t position, absl::string_view entry) {
  return {.position = position,
          .key_number = NumberAt(entry),
          .time = absl::FromUnixMicros(NumberAt(entry.substr(8)))};
}

// Reads from the place of entry `position`; that of the header is 0.
absl::StatusOr<std::string> ReadBytes(int descriptor, int64_t position, size_t size) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(descriptor, bytes.data() + done, size - done,
              position * static_cast<off_t>(kEntrySize) + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return JournalInvalid("cannot be read, or its end is lost");
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ShredJournal>> ShredJournal::Open(const std::string& path,
                                                                 const ServerSecrets& secrets,
                                                                 int64_t known) {
  if (!FileExists(path)) DSR_RETURN_IF_ERROR(WriteFileAtomically(path, JournalHeader(), 0600));
  const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return JournalInvalid("cannot be opened");
  std::unique_ptr<ShredJournal> journal(new ShredJournal(descriptor, secrets));
  DSR_ASSIGN_OR_RETURN(const std::string header, ReadBytes(descriptor, 0, kEntrySize));
  if (header != JournalHeader()) {
    return JournalInvalid("is none of this program, or its beginning is lost");
  }
  struct stat status;
  if (fstat(descriptor, &status) != 0) return JournalInvalid("cannot be read");
  const int64_t size = status.st_size / static_cast<int64_t>(kEntrySize) - 1;
  journal->size_ = std::min(known, size);
  if (journal->size_ > 0) {
    DSR_ASSIGN_OR_RETURN(const std::string last, ReadBytes(descriptor, journal->size_, kEntrySize));
    journal->last_hash_ = last.substr(kNumbersSize);
  }
  while (journal->size_ < size) {
    const int64_t count = std::min(size - journal->size_, kJournalBatch);
    DSR_ASSIGN_OR_RETURN(
        const std::string bytes,
        ReadBytes(descriptor, journal->size_ + 1, static_cast<size_t>(count) * kEntrySize));
    for (size_t at = 0; at < bytes.size(); at += kEntrySize) {
      const absl::string_view entry = absl::string_view(bytes).substr(at, kEntrySize);
      const KeyShred shred = ParseEntry(journal->size_ + 1, entry);
      if (!ConstantTimeEqual(journal->Entry(shred, journal->last_hash_), entry)) {
        return JournalInvalid(
            absl::StrCat("is another installation's, or was altered at entry ", shred.position));
      }
      ++journal->size_;
      journal->last_hash_ = std::string(entry.substr(kNumbersSize));
    }
  }
  return journal;
}

absl::StatusOr<std::vector<KeyShred>> ShredJournal::List(int64_t after, int64_t limit) const {
  std::vector<KeyShred> shreds;
  const int64_t count = std::min(limit, size_ - after);
  if (count <= 0) return shreds;
  DSR_ASSIGN_OR_RETURN(const std::string bytes,
                       ReadBytes(descriptor_, after + 1, static_cast<size_t>(count) * kEntrySize));
  for (int64_t i = 0; i < count; ++i) {
    shreds.push_back(ParseEntry(
        after + 1 + i,
        absl::string_view(bytes).substr(static_cast<size_t>(i) * kEntrySize, kEntrySize)));
  }
  return shreds;
}

ShredJournal::~ShredJournal() { close(descriptor_); }

std::string ShredJournal::Entry(const KeyShred& shred, absl::string_view previous) const {
  std::string entry;
  AppendNumber(entry, shred.key_number);
  AppendNumber(entry, absl::ToUnixMicros(shred.time));
  const std::string hash = secrets_.ShredHash(absl::StrCat(shred.position, ":", entry, previous));
  return absl::StrCat(entry, hash.substr(0, kHashPart));
}

absl::Status ShredJournal::Append(const std::vector<KeyShred>& shreds) {
  std::string bytes;
  std::string last = last_hash_;
  for (const KeyShred& shred : shreds) {
    const std::string entry = Entry(shred, last);
    bytes += entry;
    last = entry.substr(kNumbersSize);
  }
  const off_t begin = (size_ + 1) * static_cast<off_t>(kEntrySize);
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                 begin + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  const bool durable = done == bytes.size() && fdatasync(descriptor_) == 0;
  if (!durable) {
    const bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    // What was written in part would be a damaged entry at the next start, and the next Append
    // writes over it where this fails.
    if (ftruncate(descriptor_, begin) != 0) errno = 0;
    return is_full ? MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL,
                               "no room on the disk for the journal of destroyed keys")
                   : MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                               "the journal of destroyed keys cannot be written");
  }
  size_ += static_cast<int64_t>(shreds.size());
  last_hash_ = std::move(last);
  return absl::OkStatus();
}

}  // namespace dsr
