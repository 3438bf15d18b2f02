// The server's token file, changed in place.
#ifndef DSR_TOOLS_DSRCTL_TOKEN_FILE_H_
#define DSR_TOOLS_DSRCTL_TOKEN_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr::dsrctl {

// Reads the token file at `path`, and checks it as the server does. Errors: INVALID_ARGUMENT.
absl::StatusOr<config::v1::TokenFile> ReadTokenFile(const std::string& path);

// Replaces the file, as a whole or not at all, by `file`, if the server would take that. It is
// readable by its owner only, who stays the same. Comments in it are lost. Errors: those of
// PrincipalDirectory::Create and file.h; the file is then as it was.
absl::Status WriteTokenFile(const std::string& path, const config::v1::TokenFile& file);

// Returns the principal of that name. Errors: NOT_FOUND.
absl::StatusOr<config::v1::Principal*> FindPrincipal(config::v1::TokenFile& file,
                                                     absl::string_view name);

// What a token is called in lists and on the command line: the first 8 digits of its hash.
std::string TokenId(absl::string_view token_sha256);

// Gives the principal's token without an end a place among `tokens`, where it can have one.
void MovePlainToken(config::v1::Principal& principal);

// Reads a time from now on such as `90d`, `36h` or `30m`; longer than nothing. Errors:
// INVALID_ARGUMENT naming `flag`.
absl::StatusOr<absl::Duration> ParseSpan(absl::string_view flag, const std::string& text);

// A token that is not anywhere yet.
struct FreshToken {
  std::string text;
  config::v1::Token entry;
};

// Makes a token with these scopes, joined by commas, that expires `expires` from now, empty for
// never. Errors: INVALID_ARGUMENT naming the flag that is wrong.
absl::StatusOr<FreshToken> MakeFreshToken(const std::string& expires, const std::string& scopes,
                                          absl::Time now);

// Writes the token to a new file, readable by its owner only. Errors: INVALID_ARGUMENT when there
// is a file already; those of file.h.
absl::Status WriteToken(const std::string& path, const std::string& text);

// Writes both the token, to `path`, and the token file that knows it; neither when one fails.
absl::Status WriteTokenAndFile(const std::string& path, const std::string& text,
                               const std::string& token_file, const config::v1::TokenFile& file);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TOKEN_FILE_H_
