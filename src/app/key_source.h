// Where the key-encryption key comes from: a file, or a command that prints it.
#ifndef DSR_APP_KEY_SOURCE_H_
#define DSR_APP_KEY_SOURCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/crypto.h"

namespace dsr {

// Reads the key-encryption key. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when the file
// cannot be read, has not exactly 32 bytes, or may be read by anyone but its owner. Blocks on the
// disk.
absl::StatusOr<SecretKey> ReadKeyEncryptionKey(absl::string_view path);

// Runs a command, such as one that asks a key service, and takes the key from what it prints: 32
// bytes, or their base64 on one line. `command` is a program, looked for in PATH, and its
// arguments; no shell is in between. It gets no input; what it writes to standard error goes to
// ours. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when it cannot be run, fails, prints
// anything else, or has not ended after `patience`. Blocks.
absl::StatusOr<SecretKey> RunKeyCommand(const std::vector<std::string>& command,
                                        absl::Duration patience = absl::Seconds(30));

// One of the two. Nothing set: there is no such key.
struct KeySource {
  std::string file;
  std::vector<std::string> command;

  bool is_set() const { return !file.empty() || !command.empty(); }
  // As above.
  absl::StatusOr<SecretKey> Read() const;
};

}  // namespace dsr

#endif  // DSR_APP_KEY_SOURCE_H_
