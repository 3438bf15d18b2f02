#include "app/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "app/server_secrets.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr absl::string_view kMagic = "dsrdkeys";
constexpr char kVersion = 2;
constexpr int64_t kHeaderSize = 256;
constexpr int64_t kCheckOffset = 16;
constexpr int64_t kFilledOffset = 48;
constexpr int64_t kFollowedOffset = 56;
constexpr int64_t kRootOffset = 64;
constexpr int64_t kRecordSize = static_cast<int64_t>(kBoxOverhead + SecretKey::kSize);
constexpr absl::string_view kRootData = "dsrd root secret 1";
// The form of before there was a root secret: a shorter header, and everything derived from the
// key-encryption key itself, which therefore is the root secret of what becomes of it.
constexpr char kFirstVersion = 1;
constexpr int64_t kFirstHeaderSize = 64;
// Bounds the memory of one filling or wrapping: 288 KiB.
constexpr int64_t kBatch = 4096;

absl::Status Invalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   message);
}

absl::Status WriteFailed(int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL,
                     "no room on the disk for the key file");
  }
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   "the key file cannot be written");
}

std::string Uint64Bytes(uint64_t value) {
  std::string bytes(8, '\0');
  for (size_t i = bytes.size(); i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value);
  return bytes;
}

uint64_t ReadUint64(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes.substr(0, 8)) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

std::string NumberData(int64_t number) { return Uint64Bytes(static_cast<uint64_t>(number)); }

int64_t OffsetOf(int64_t number, int64_t header_size = kHeaderSize) {
  return header_size + (number - 1) * kRecordSize;
}

SecretKey WrappingKey(const SecretKey& key_encryption_key) {
  return DeriveKey(key_encryption_key, "dsrd key file 1");
}

std::string CheckValue(const SecretKey& wrapping_key) {
  return HmacSha256(wrapping_key.bytes(), "dsrd key file check 1");
}

// What the header tells.
struct Header {
  int64_t filled = 0;
  int64_t followed = 0;
};

std::string HeaderBytes(const SecretKey& wrapping_key, const SecretKey& root_secret,
                        const Header& header) {
  std::string bytes(kMagic);
  bytes += kVersion;
  bytes.resize(kCheckOffset);
  bytes += CheckValue(wrapping_key);
  bytes += NumberData(header.filled);
  bytes += NumberData(header.followed);
  bytes += SealBox(wrapping_key, root_secret.bytes(), kRootData);
  bytes.resize(kHeaderSize);
  return bytes;
}

absl::Status WriteAt(int descriptor, absl::string_view bytes, int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(descriptor, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return WriteFailed(errno);
    bytes.remove_prefix(static_cast<size_t>(count));
    offset += count;
  }
  return absl::OkStatus();
}

absl::Status Sync(int descriptor) {
  if (fdatasync(descriptor) != 0) return WriteFailed(errno);
  return absl::OkStatus();
}

// Returns up to `size` bytes from `offset`: fewer where the file ends.
std::string ReadAt(int descriptor, int64_t offset, size_t size) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(descriptor, bytes.data() + done, size - done, offset + static_cast<int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

bool IsZero(absl::string_view box) { return box == std::string(kRecordSize, '\0'); }

absl::StatusOr<SecretKey> OpenKey(const SecretKey& wrapping_key, absl::string_view box,
                                  absl::string_view associated_data) {
  DSR_ASSIGN_OR_RETURN(std::string bytes, OpenBox(wrapping_key, box, associated_data));
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(bytes);
  WipeString(bytes);
  return key;
}

// Returns the version, after checking everything of the header that all versions have.
absl::StatusOr<char> CheckHeader(absl::string_view header, const SecretKey& wrapping_key) {
  if (header.size() < static_cast<size_t>(kFirstHeaderSize) ||
      header.substr(0, kMagic.size()) != kMagic) {
    return Invalid("the key file is no key file of dsrd, or its beginning is lost");
  }
  const char version = header[kMagic.size()];
  if (version != kVersion && version != kFirstVersion) {
    return Invalid("the key file was made by a newer program");
  }
  if (!ConstantTimeEqual(header.substr(kCheckOffset, kHashSize), CheckValue(wrapping_key))) {
    return Invalid("the key file was made with another key-encryption key");
  }
  return version;
}

// Returns how many records are filled.
absl::StatusOr<int64_t> CheckLength(absl::string_view header, int64_t header_size,
                                    int64_t file_size) {
  const auto filled = static_cast<int64_t>(ReadUint64(header.substr(kFilledOffset)));
  if (filled < 0 || filled > (file_size - header_size) / kRecordSize) {
    return Invalid("the key file is shorter than it should be: restore it from a backup");
  }
  return filled;
}

// Makes the rename of a file durable.
absl::Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return SyncFolder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

// The records of one file, as they are to stand in another.
struct Copying {
  int source = -1;
  int64_t source_header = kHeaderSize;
  const SecretKey& source_key;
  const SecretKey& target_key;
  const SecretKey& root_secret;
  Header header;
};

absl::StatusOr<KeyFileCounts> CopyRecords(const Copying& copying, int target) {
  KeyFileCounts counts;
  for (int64_t first = 1; first <= copying.header.filled; first += kBatch) {
    const int64_t count = std::min(kBatch, copying.header.filled - first + 1);
    std::string records = ReadAt(copying.source, OffsetOf(first, copying.source_header),
                                 static_cast<size_t>(count * kRecordSize));
    // What could not be read would stand in the new file as destroyed.
    if (records.size() != static_cast<size_t>(count * kRecordSize)) {
      return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                       "the key file cannot be read; it is as it was");
    }
    for (int64_t i = 0; i < count; ++i) {
      const size_t place = static_cast<size_t>(i * kRecordSize);
      const std::string box = records.substr(place, kRecordSize);
      ++counts.keys;
      if (IsZero(box)) {
        ++counts.destroyed;
        continue;
      }
      const std::string data = NumberData(first + i);
      const absl::StatusOr<SecretKey> key = OpenKey(copying.source_key, box, data);
      if (!key.ok()) {
        ++counts.damaged;
        continue;
      }
      records.replace(place, kRecordSize, SealBox(copying.target_key, key->bytes(), data));
    }
    DSR_RETURN_IF_ERROR(WriteAt(target, records, OffsetOf(first)));
  }
  return counts;
}

// Writes a file that holds the records of another, in its place at `path`; returns its descriptor.
// Its folder is still to be synced.
absl::StatusOr<int> ReplaceFile(const std::string& path, const Copying& copying,
                                KeyFileCounts& counts) {
  const std::string beside = path + ".new";
  unlink(beside.c_str());
  const int target = open(beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (target < 0) return WriteFailed(errno);
  absl::Cleanup give_up = [&] {
    close(target);
    unlink(beside.c_str());
  };
  DSR_RETURN_IF_ERROR(
      WriteAt(target, HeaderBytes(copying.target_key, copying.root_secret, copying.header), 0));
  DSR_ASSIGN_OR_RETURN(counts, CopyRecords(copying, target));
  DSR_RETURN_IF_ERROR(Sync(target));
  if (std::rename(beside.c_str(), path.c_str()) != 0) return WriteFailed(errno);
  std::move(give_up).Cancel();
  return target;
}

}  // namespace

// An open file and what it is wrapped by.
struct KeyFile::Wrapped {
  Wrapped(int file, SecretKey by) : descriptor(file), key(std::move(by)) {}
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;
  ~Wrapped() { close(descriptor); }

  const int descriptor;
  const SecretKey key;
};

KeyFile::KeyFile(std::string path, std::shared_ptr<const Wrapped> wrapped, SecretKey root_secret)
    : path_(std::move(path)),
      root_secret_(std::move(root_secret)),
      filled_(0),
      shreds_followed_(0),
      current_(std::move(wrapped)) {}

std::shared_ptr<const KeyFile::Wrapped> KeyFile::Current() const {
  MutexLock lock(current_mutex_);
  return current_;
}

bool KeyFile::IsWrappedBy(absl::string_view path, const SecretKey& key_encryption_key) {
  const int descriptor = open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const std::string header = ReadAt(descriptor, 0, kHeaderSize);
  close(descriptor);
  return CheckHeader(header, WrappingKey(key_encryption_key)).ok();
}

absl::StatusOr<std::unique_ptr<KeyFile>> KeyFile::Open(absl::string_view path_view,
                                                       const SecretKey& key_encryption_key,
                                                       bool create_if_missing) {
  const std::string path(path_view);
  SecretKey wrapping_key = WrappingKey(key_encryption_key);
  if (create_if_missing && !FileExists(path)) {
    DSR_RETURN_IF_ERROR(WriteFileAtomically(
        path, HeaderBytes(wrapping_key, SecretKey::Generate(), Header()), 0600));
  }
  // A wrapping anew that a crash interrupted holds keys that may be destroyed from now on.
  const std::string leftover = path + ".new";
  if (FileExists(leftover)) {
    if (unlink(leftover.c_str()) != 0)
      return Invalid("what a rotation left behind cannot be removed");
    DSR_RETURN_IF_ERROR(SyncFolderOf(path));
  }
  int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return Invalid("the key file is missing or cannot be opened");
  absl::Cleanup give_up = [&] { close(descriptor); };
  struct stat status;
  if (fstat(descriptor, &status) != 0) return Invalid("the key file cannot be read");
  if ((status.st_mode & 077) != 0) {
    return Invalid("the key file may be read by others: take their permissions (chmod 600)");
  }
  std::string header = ReadAt(descriptor, 0, kHeaderSize);
  DSR_ASSIGN_OR_RETURN(const char version, CheckHeader(header, wrapping_key));
  if (version == kFirstVersion) {
    DSR_ASSIGN_OR_RETURN(const int64_t filled,
                         CheckLength(header, kFirstHeaderSize, status.st_size));
    KeyFileCounts counts;
    DSR_ASSIGN_OR_RETURN(const int upgraded, ReplaceFile(path,
                                                         {.source = descriptor,
                                                          .source_header = kFirstHeaderSize,
                                                          .source_key = wrapping_key,
                                                          .target_key = wrapping_key,
                                                          .root_secret = key_encryption_key,
                                                          .header = {.filled = filled}},
                                                         counts));
    close(std::exchange(descriptor, upgraded));
    DSR_RETURN_IF_ERROR(SyncFolderOf(path));
    if (fstat(descriptor, &status) != 0) return Invalid("the key file cannot be read");
    header = ReadAt(descriptor, 0, kHeaderSize);
  }
  if (header.size() != static_cast<size_t>(kHeaderSize)) {
    return Invalid("the key file is no key file of dsrd, or its beginning is lost");
  }
  DSR_ASSIGN_OR_RETURN(const int64_t filled, CheckLength(header, kHeaderSize, status.st_size));
  absl::StatusOr<SecretKey> root =
      OpenKey(wrapping_key, header.substr(kRootOffset, kRecordSize), kRootData);
  if (!root.ok()) return Invalid("the key file's root secret is damaged: restore it from a backup");
  std::move(give_up).Cancel();
  std::unique_ptr<KeyFile> file(
      new KeyFile(path, std::make_shared<const Wrapped>(descriptor, std::move(wrapping_key)),
                  *std::move(root)));
  file->filled_ = filled;
  file->shreds_followed_ = static_cast<int64_t>(ReadUint64(header.substr(kFollowedOffset)));
  return file;
}

absl::Status KeyFile::EnsureFilled(int64_t up_to) {
  MutexLock lock(writing_);
  const std::shared_ptr<const Wrapped> file = Current();
  for (int64_t filled = filled_.load(); filled < up_to;) {
    const int64_t end = std::min(up_to, filled + kBatch);
    std::string records;
    records.reserve(static_cast<size_t>((end - filled) * kRecordSize));
    for (int64_t number = filled + 1; number <= end; ++number) {
      records += SealBox(file->key, SecretKey::Generate().bytes(), NumberData(number));
    }
    DSR_RETURN_IF_ERROR(WriteAt(file->descriptor, records, OffsetOf(filled + 1)));
    // The records are durable before the header says so: what a crash leaves behind is filled anew.
    DSR_RETURN_IF_ERROR(Sync(file->descriptor));
    DSR_RETURN_IF_ERROR(WriteAt(file->descriptor, NumberData(end), kFilledOffset));
    DSR_RETURN_IF_ERROR(Sync(file->descriptor));
    filled_.store(end, std::memory_order_release);
    filled = end;
  }
  return absl::OkStatus();
}

absl::StatusOr<SecretKey> KeyFile::Key(int64_t number) const {
  if (number < 1 || number > filled()) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     absl::StrCat("the key file has no key ", number));
  }
  const std::shared_ptr<const Wrapped> file = Current();
  const std::string box = ReadAt(file->descriptor, OffsetOf(number), kRecordSize);
  if (IsZero(box)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_CONTENT_ERASED,
                     "what is personal here was erased for ever: its key is destroyed");
  }
  absl::StatusOr<SecretKey> key = OpenKey(file->key, box, NumberData(number));
  if (!key.ok()) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     absl::StrCat("key ", number, " of the key file is damaged"));
  }
  return key;
}

bool KeyFile::IsDestroyed(int64_t number) const {
  return number >= 1 && number <= filled() &&
         IsZero(ReadAt(Current()->descriptor, OffsetOf(number), kRecordSize));
}

absl::StatusOr<std::vector<int64_t>> KeyFile::ListDestroyed() const {
  const std::shared_ptr<const Wrapped> file = Current();
  std::vector<int64_t> destroyed;
  const int64_t end = filled();
  for (int64_t first = 1; first <= end; first += kBatch) {
    const int64_t count = std::min(kBatch, end - first + 1);
    const std::string records =
        ReadAt(file->descriptor, OffsetOf(first), static_cast<size_t>(count * kRecordSize));
    if (records.size() != static_cast<size_t>(count * kRecordSize)) {
      return Invalid("the key file is shorter than it should be: restore it from a backup");
    }
    for (int64_t i = 0; i < count; ++i) {
      if (IsZero(
              absl::string_view(records).substr(static_cast<size_t>(i * kRecordSize), kRecordSize)))
        destroyed.push_back(first + i);
    }
  }
  return destroyed;
}

absl::Status KeyFile::Destroy(int64_t number) {
  MutexLock lock(writing_);
  if (number < 1 || number > filled_.load()) return absl::OkStatus();
  const std::shared_ptr<const Wrapped> file = Current();
  DSR_RETURN_IF_ERROR(WriteAt(file->descriptor, std::string(kRecordSize, '\0'), OffsetOf(number)));
  return Sync(file->descriptor);
}

absl::Status KeyFile::SetShredsFollowed(int64_t count) {
  MutexLock lock(writing_);
  const std::shared_ptr<const Wrapped> file = Current();
  DSR_RETURN_IF_ERROR(WriteAt(file->descriptor, NumberData(count), kFollowedOffset));
  DSR_RETURN_IF_ERROR(Sync(file->descriptor));
  shreds_followed_.store(count, std::memory_order_release);
  return absl::OkStatus();
}

absl::StatusOr<KeyFileCounts> KeyFile::Rewrap(const SecretKey& key_encryption_key) {
  SecretKey wrapping_key = WrappingKey(key_encryption_key);
  MutexLock lock(writing_);
  const std::shared_ptr<const Wrapped> old = Current();
  KeyFileCounts counts;
  DSR_ASSIGN_OR_RETURN(
      const int descriptor,
      ReplaceFile(path_,
                  {.source = old->descriptor,
                   .source_key = old->key,
                   .target_key = wrapping_key,
                   .root_secret = root_secret_,
                   .header = {.filled = filled_.load(), .followed = shreds_followed_.load()}},
                  counts));
  {
    // The file of that name is the new one, whatever becomes of its folder: what is written from
    // now on must go there.
    MutexLock current_lock(current_mutex_);
    current_ = std::make_shared<const Wrapped>(descriptor, std::move(wrapping_key));
  }
  DSR_RETURN_IF_ERROR(SyncFolderOf(path_));
  return counts;
}

}  // namespace dsr
