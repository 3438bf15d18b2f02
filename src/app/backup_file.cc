#include "app/backup_file.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "app/deletion_certificate.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/sealed_stream.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr absl::string_view kBackupMagic = "dsrdbackup";
constexpr char kBackupVersion = 1;
constexpr size_t kLengthSize = 4;
constexpr size_t kMostHeaderBytes = 64 << 10;
constexpr size_t kBackupChunkBytes = size_t{1} << 20;

absl::Status NotABackup() { return BackupInvalid("not_a_backup", "the file is no backup of dsrd"); }

absl::Status Incomplete() {
  return BackupInvalid("incomplete", "the backup is cut off: its end is missing");
}

absl::Status CannotRead(const std::string& path) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
      absl::StrCat("cannot read the file ", std::filesystem::path(path).filename().string()));
}

// Reads a file from its beginning to its end. Not thread-safe.
class FileBytes {
 public:
  static absl::StatusOr<std::unique_ptr<FileBytes>> Open(const std::string& path) {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(path, error);
    auto bytes = std::unique_ptr<FileBytes>(new FileBytes(path, static_cast<int64_t>(size)));
    if (error || !bytes->file_.is_open()) return CannotRead(path);
    return bytes;
  }

  int64_t size() const { return size_; }
  int64_t position() const { return position_; }
  bool at_end() const { return position_ >= size_; }

  // Returns the next bytes, fewer than `most` only at the end.
  absl::StatusOr<std::string> Next(size_t most) {
    std::string bytes(most, '\0');
    file_.read(bytes.data(), static_cast<std::streamsize>(most));
    if (file_.bad()) return CannotRead(path_);
    bytes.resize(static_cast<size_t>(file_.gcount()));
    position_ += static_cast<int64_t>(bytes.size());
    // One that becomes shorter while it is read must not be read for ever.
    if (bytes.size() < most) position_ = size_;
    return bytes;
  }

 private:
  FileBytes(const std::string& path, int64_t size)
      : path_(path), file_(path, std::ios::binary), size_(size) {}

  const std::string path_;
  std::ifstream file_;
  const int64_t size_;
  int64_t position_ = 0;
};

std::string LengthBytes(size_t length) {
  std::string bytes(kLengthSize, '\0');
  for (size_t i = bytes.size(); i-- > 0; length >>= 8) bytes[i] = static_cast<char>(length);
  return bytes;
}

size_t LengthOf(absl::string_view bytes) {
  size_t length = 0;
  for (const char byte : bytes) length = length << 8 | static_cast<uint8_t>(byte);
  return length;
}

// What stands before the chunks, less the beginning of the stream.
struct Preamble {
  storage::v1::BackupHeader header;
  std::string bytes;
};

absl::StatusOr<Preamble> ReadPreamble(FileBytes& file) {
  const size_t fixed = kBackupMagic.size() + 1 + kLengthSize;
  Preamble preamble;
  DSR_ASSIGN_OR_RETURN(preamble.bytes, file.Next(fixed));
  if (preamble.bytes.size() < fixed || !absl::StartsWith(preamble.bytes, kBackupMagic)) {
    return NotABackup();
  }
  if (preamble.bytes[kBackupMagic.size()] != kBackupVersion) {
    return BackupInvalid("not_a_backup", "the backup was made by a newer program");
  }
  const size_t length = LengthOf(absl::string_view(preamble.bytes).substr(fixed - kLengthSize));
  if (length > kMostHeaderBytes) return NotABackup();
  DSR_ASSIGN_OR_RETURN(const std::string header, file.Next(length));
  if (header.size() < length) return Incomplete();
  if (!preamble.header.ParseFromString(header)) return NotABackup();
  preamble.bytes += header;
  return preamble;
}

// Appends to the file, and to the hash of it.
absl::Status AppendHashed(absl::string_view bytes, NewFile& file, Sha256Stream& hash) {
  hash.Add(bytes);
  return file.Append(bytes);
}

std::string ChecksumPath(const std::string& path) { return absl::StrCat(path, ".sha256"); }

}  // namespace

absl::Status BackupInvalid(absl::string_view problem, absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_BACKUP_INVALID, message,
                   {{"problem", std::string(problem)}});
}

absl::StatusOr<std::string> WriteBackup(const std::string& database,
                                        const storage::v1::BackupHeader& header,
                                        const ServerSecrets& secrets, const std::string& path) {
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<FileBytes> in, FileBytes::Open(database));
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<NewFile> out, NewFile::Create(path));
  StreamSealer sealer(secrets.BackupKey());
  const std::string header_bytes = header.SerializeAsString();
  std::string preamble = absl::StrCat(kBackupMagic, std::string(1, kBackupVersion),
                                      LengthBytes(header_bytes.size()), header_bytes);
  Sha256Stream hash;
  DSR_RETURN_IF_ERROR(AppendHashed(preamble, *out, hash));
  DSR_RETURN_IF_ERROR(AppendHashed(sealer.header(), *out, hash));
  bool is_last = false;
  while (!is_last) {
    DSR_ASSIGN_OR_RETURN(const std::string chunk, in->Next(kBackupChunkBytes));
    is_last = in->at_end();
    DSR_RETURN_IF_ERROR(AppendHashed(sealer.Seal(chunk, preamble, is_last), *out, hash));
    preamble.clear();
  }
  std::string sha256 = HexEncode(hash.Finish());
  const std::string name = std::filesystem::path(path).filename().string();
  // The checksum first: a backup without it would look like one that somebody tampered with.
  DSR_RETURN_IF_ERROR(
      WriteFileAtomically(ChecksumPath(path), absl::StrCat(sha256, "  ", name, "\n")));
  DSR_RETURN_IF_ERROR(out->Finish());
  return sha256;
}

absl::StatusOr<storage::v1::BackupHeader> ReadBackupHeader(const std::string& path) {
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<FileBytes> file, FileBytes::Open(path));
  DSR_ASSIGN_OR_RETURN(Preamble preamble, ReadPreamble(*file));
  return std::move(preamble.header);
}

absl::StatusOr<storage::v1::BackupHeader> OpenBackup(const std::string& path,
                                                     const ServerSecrets& secrets, NewFile& out,
                                                     const ByteProgress& progress) {
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<FileBytes> in, FileBytes::Open(path));
  DSR_ASSIGN_OR_RETURN(Preamble preamble, ReadPreamble(*in));
  const std::string own = InstallationSigner(secrets).name();
  if (preamble.header.installation() != own) {
    return BackupInvalid("other_installation",
                         absl::StrCat("the backup is of the installation ",
                                      preamble.header.installation(), ", these keys are of ", own));
  }
  DSR_ASSIGN_OR_RETURN(const std::string begin, in->Next(kStreamHeaderSize));
  if (begin.size() < kStreamHeaderSize) return Incomplete();
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<StreamOpener> opener,
                       StreamOpener::Begin(secrets.BackupKey(), begin));
  int64_t written = 0;
  bool is_last = false;
  while (!is_last) {
    if (in->at_end()) return Incomplete();
    DSR_ASSIGN_OR_RETURN(const std::string sealed, in->Next(kBackupChunkBytes + kChunkOverhead));
    const absl::StatusOr<OpenedChunk> chunk = opener->Open(sealed, preamble.bytes);
    if (!chunk.ok()) {
      return BackupInvalid(
          "damaged",
          absl::StrCat("the backup is damaged within the ", kBackupChunkBytes + kChunkOverhead,
                       " bytes before byte ", in->position(), ", or was cut off there"));
    }
    preamble.bytes.clear();
    DSR_RETURN_IF_ERROR(out.Append(chunk->plaintext));
    written += static_cast<int64_t>(chunk->plaintext.size());
    is_last = chunk->is_last;
    progress(in->position(), in->size());
  }
  if (!in->at_end() || written != preamble.header.database_bytes()) {
    return BackupInvalid("damaged", "the backup is longer or shorter than it says");
  }
  return std::move(preamble.header);
}

absl::StatusOr<std::string> CheckBackupChecksum(const std::string& path,
                                                const ByteProgress& progress) {
  if (!FileExists(ChecksumPath(path))) {
    return BackupInvalid(
        "no_checksum",
        "the checksum, a file named as the backup with .sha256 after it, is missing");
  }
  DSR_ASSIGN_OR_RETURN(const std::string line, ReadFile(ChecksumPath(path)));
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<FileBytes> file, FileBytes::Open(path));
  Sha256Stream hash;
  while (!file->at_end()) {
    DSR_ASSIGN_OR_RETURN(const std::string bytes, file->Next(kBackupChunkBytes));
    hash.Add(bytes);
    progress(file->position(), file->size());
  }
  std::string sha256 = HexEncode(hash.Finish());
  if (line.substr(0, line.find(' ')) != sha256) {
    return BackupInvalid("checksum", "the backup is not the file that its checksum was made of");
  }
  return sha256;
}

}  // namespace dsr
