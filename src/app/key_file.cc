#include "app/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/server_secrets.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr absl::string_view kMagic = "dsrdkeys";
constexpr char kVersion = 1;
constexpr int64_t kHeaderSize = 64;
constexpr int64_t kCheckOffset = 16;
constexpr int64_t kFilledOffset = 48;
constexpr int64_t kRecordSize = static_cast<int64_t>(kBoxOverhead + SecretKey::kSize);
// Bounds the memory of one filling: 288 KiB.
constexpr int64_t kFillBatch = 4096;

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

int64_t OffsetOf(int64_t number) { return kHeaderSize + (number - 1) * kRecordSize; }

std::string CheckValue(const SecretKey& wrapping_key) {
  return HmacSha256(wrapping_key.bytes(), "dsrd key file check 1");
}

std::string Header(const SecretKey& wrapping_key, int64_t filled) {
  std::string header(kMagic);
  header += kVersion;
  header.resize(kCheckOffset);
  header += CheckValue(wrapping_key);
  header += Uint64Bytes(static_cast<uint64_t>(filled));
  header.resize(kHeaderSize);
  return header;
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

bool OthersMayRead(const struct stat& status) { return (status.st_mode & 077) != 0; }

// Returns how many records are filled, after checking everything that can be checked at once.
absl::StatusOr<int64_t> CheckFile(int descriptor, const SecretKey& wrapping_key) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return Invalid("the key file cannot be read");
  if (OthersMayRead(status)) {
    return Invalid("the key file may be read by others: take their permissions (chmod 600)");
  }
  const std::string header = ReadAt(descriptor, 0, kHeaderSize);
  if (header.size() != static_cast<size_t>(kHeaderSize) ||
      header.compare(0, kMagic.size(), kMagic.data(), kMagic.size()) != 0) {
    return Invalid("the key file is no key file of dsrd, or its beginning is lost");
  }
  if (header[kMagic.size()] != kVersion) {
    return Invalid("the key file was made by a newer program");
  }
  if (!ConstantTimeEqual(header.substr(kCheckOffset, kHashSize), CheckValue(wrapping_key))) {
    return Invalid("the key file was made with another key-encryption key");
  }
  const auto filled = static_cast<int64_t>(ReadUint64(header.substr(kFilledOffset)));
  if (filled < 0 || filled > (status.st_size - kHeaderSize) / kRecordSize) {
    return Invalid("the key file is shorter than it should be: restore it from a backup");
  }
  return filled;
}

}  // namespace

absl::StatusOr<SecretKey> ReadKeyEncryptionKey(absl::string_view path) {
  struct stat status;
  if (stat(std::string(path).c_str(), &status) == 0 && OthersMayRead(status)) {
    return Invalid(
        "the file of the key-encryption key may be read by others: take their permissions "
        "(chmod 600)");
  }
  DSR_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(bytes);
  WipeString(bytes);
  if (!key.ok()) return Invalid("the file of the key-encryption key must hold exactly 32 bytes");
  return key;
}

KeyFile::KeyFile(int descriptor, SecretKey wrapping_key, int64_t filled)
    : descriptor_(descriptor), wrapping_key_(std::move(wrapping_key)), filled_(filled) {}

KeyFile::~KeyFile() { close(descriptor_); }

absl::StatusOr<std::unique_ptr<KeyFile>> KeyFile::Open(absl::string_view path,
                                                       const SecretKey& key_encryption_key,
                                                       bool create_if_missing) {
  SecretKey wrapping_key = DeriveKey(key_encryption_key, "dsrd key file 1");
  if (create_if_missing && !FileExists(path)) {
    DSR_RETURN_IF_ERROR(WriteFileAtomically(path, Header(wrapping_key, 0), 0600));
  }
  const int descriptor = open(std::string(path).c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return Invalid("the key file is missing or cannot be opened");
  const absl::StatusOr<int64_t> filled = CheckFile(descriptor, wrapping_key);
  if (!filled.ok()) {
    close(descriptor);
    return filled.status();
  }
  return std::unique_ptr<KeyFile>(new KeyFile(descriptor, std::move(wrapping_key), *filled));
}

absl::Status KeyFile::EnsureFilled(int64_t up_to) {
  MutexLock lock(writing_);
  for (int64_t filled = filled_.load(); filled < up_to;) {
    const int64_t end = std::min(up_to, filled + kFillBatch);
    std::string records;
    records.reserve(static_cast<size_t>((end - filled) * kRecordSize));
    for (int64_t number = filled + 1; number <= end; ++number) {
      records += SealBox(wrapping_key_, SecretKey::Generate().bytes(),
                         Uint64Bytes(static_cast<uint64_t>(number)));
    }
    DSR_RETURN_IF_ERROR(WriteAt(descriptor_, records, OffsetOf(filled + 1)));
    // The records are durable before the header says so: what a crash leaves behind is filled anew.
    DSR_RETURN_IF_ERROR(Sync(descriptor_));
    DSR_RETURN_IF_ERROR(
        WriteAt(descriptor_, Uint64Bytes(static_cast<uint64_t>(end)), kFilledOffset));
    DSR_RETURN_IF_ERROR(Sync(descriptor_));
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
  const std::string box = ReadAt(descriptor_, OffsetOf(number), kRecordSize);
  if (box == std::string(kRecordSize, '\0')) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
                     "the personal data of this request was erased for ever: its key is destroyed");
  }
  absl::StatusOr<std::string> bytes =
      OpenBox(wrapping_key_, box, Uint64Bytes(static_cast<uint64_t>(number)));
  if (!bytes.ok()) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     absl::StrCat("key ", number, " of the key file is damaged"));
  }
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(*bytes);
  WipeString(*bytes);
  return key;
}

absl::Status KeyFile::Destroy(int64_t number) {
  MutexLock lock(writing_);
  if (number < 1 || number > filled_.load()) return absl::OkStatus();
  DSR_RETURN_IF_ERROR(WriteAt(descriptor_, std::string(kRecordSize, '\0'), OffsetOf(number)));
  return Sync(descriptor_);
}

}  // namespace dsr
