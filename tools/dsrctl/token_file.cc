#include "dsrctl/token_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/text_file.h"
#include "google/protobuf/text_format.h"
#include "rpc/method_roles.h"
#include "rpc/principal_directory.h"

namespace dsr::dsrctl {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kIdDigits = 8;
constexpr int kMostDays = 100 * 366;

absl::Status WrongTokenFile(const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat("--principals: ", status.message()));
}

absl::Status CheckTokenFile(const config::v1::TokenFile& file) {
  const absl::Status status = PrincipalDirectory::Create(file).status();
  return status.ok() ? status : WrongTokenFile(status);
}

}  // namespace

absl::StatusOr<config::v1::TokenFile> ReadTokenFile(const std::string& path) {
  config::v1::TokenFile file;
  if (absl::Status status = ReadTextFile(path, file); !status.ok()) return WrongTokenFile(status);
  DSR_RETURN_IF_ERROR(CheckTokenFile(file));
  return file;
}

absl::Status WriteTokenFile(const std::string& path, const config::v1::TokenFile& file) {
  DSR_RETURN_IF_ERROR(CheckTokenFile(file));
  struct stat before = {};
  const bool is_there = stat(path.c_str(), &before) == 0;
  std::string text;
  google::protobuf::TextFormat::PrintToString(file, &text);
  DSR_RETURN_IF_ERROR(WriteFileAtomically(path, text, 0600));
  // The server, which is not root, must still be able to read what root wrote.
  if (is_there && before.st_uid != geteuid() &&
      chown(path.c_str(), before.st_uid, before.st_gid) != 0) {
    return absl::UnknownError(
        "the token file is written, but its owner could not be set to the one it had");
  }
  return absl::OkStatus();
}

absl::StatusOr<config::v1::Principal*> FindPrincipal(config::v1::TokenFile& file,
                                                     absl::string_view name) {
  for (config::v1::Principal& principal : *file.mutable_principals()) {
    if (principal.name() == name) return &principal;
  }
  return absl::NotFoundError(absl::StrCat("the token file has no principal `", name, "`"));
}

std::string TokenId(absl::string_view token_sha256) {
  return std::string(token_sha256.substr(0, kIdDigits));
}

void MovePlainToken(config::v1::Principal& principal) {
  if (principal.token_sha256().empty()) return;
  principal.add_tokens()->set_token_sha256(principal.token_sha256());
  principal.clear_token_sha256();
}

absl::StatusOr<absl::Duration> ParseSpan(absl::string_view flag, const std::string& text) {
  absl::string_view days = text;
  absl::Duration span;
  int number = 0;
  if (absl::ConsumeSuffix(&days, "d") && absl::SimpleAtoi(days, &number) && number <= kMostDays) {
    span = number * absl::Hours(24);
  } else if (!absl::ParseDuration(text, &span)) {
    span = absl::ZeroDuration();
  }
  if (span > absl::ZeroDuration() && span <= kMostDays * absl::Hours(24)) return span;
  return absl::InvalidArgumentError(absl::StrCat(flag, " takes a time such as 90d or 36h"));
}

absl::StatusOr<FreshToken> MakeFreshToken(const std::string& expires, const std::string& scopes,
                                          absl::Time now) {
  FreshToken fresh;
  *fresh.entry.mutable_create_time() = ToTimestamp(now);
  if (!expires.empty()) {
    DSR_ASSIGN_OR_RETURN(const absl::Duration span, ParseSpan("--expires", expires));
    *fresh.entry.mutable_expire_time() = ToTimestamp(now + span);
  }
  for (const absl::string_view scope : absl::StrSplit(scopes, ',', absl::SkipEmpty())) {
    if (!IsScope(scope)) {
      return absl::InvalidArgumentError(
          "--scopes takes, joined by commas, names of methods such as GetRequest, or reads for all "
          "that change nothing");
    }
    fresh.entry.add_scopes(std::string(scope));
  }
  // The prefix lets secret scanners find a token that strayed into a repository.
  fresh.text = absl::StrCat("dsr_", HexEncode(RandomBytes(kTokenBytes)));
  fresh.entry.set_token_sha256(HexEncode(Sha256(fresh.text)));
  return fresh;
}

absl::Status WriteToken(const std::string& path, const std::string& text) {
  if (FileExists(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " exists already; a token in use must not be lost"));
  }
  return WriteFileAtomically(path, absl::StrCat(text, "\n"), 0600);
}

absl::Status WriteTokenAndFile(const std::string& path, const std::string& text,
                               const std::string& token_file, const config::v1::TokenFile& file) {
  DSR_RETURN_IF_ERROR(WriteToken(path, text));
  const absl::Status written = WriteTokenFile(token_file, file);
  // Nobody knows the token, and the next attempt writes one of the same name.
  if (!written.ok()) std::remove(path.c_str());
  return written;
}

}  // namespace dsr::dsrctl
