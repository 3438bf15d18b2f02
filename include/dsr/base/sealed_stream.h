// Long data sealed chunk by chunk: libsodium's secretstream (XChaCha20-Poly1305).
//
// A chunk opens only as the next one of its own stream: none can be altered, left out, repeated or
// moved unseen. The last one is marked, so that a stream cut off at its end is told from a whole
// one.
#ifndef DSR_BASE_SEALED_STREAM_H_
#define DSR_BASE_SEALED_STREAM_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/crypto.h"

namespace dsr {

// Bytes of what a stream begins with, and by how much a sealed chunk is longer than its plaintext.
inline constexpr size_t kStreamHeaderSize = 24;
inline constexpr size_t kChunkOverhead = 17;

// Seals one stream. Not thread-safe.
class StreamSealer {
 public:
  // Begins a stream; no two have the same header.
  explicit StreamSealer(const SecretKey& key);
  StreamSealer(const StreamSealer&) = delete;
  StreamSealer& operator=(const StreamSealer&) = delete;
  ~StreamSealer();

  // What the opener needs beside the key; no secret.
  const std::string& header() const { return header_; }

  // Returns the next chunk, sealed. `associated_data` is authenticated but not part of the result.
  // Nothing comes after the last.
  std::string Seal(absl::string_view plaintext, absl::string_view associated_data, bool is_last);

 private:
  struct State;
  const std::unique_ptr<State> state_;
  std::string header_;
};

// What a sealed chunk held.
struct OpenedChunk {
  std::string plaintext;
  bool is_last = false;
};

// Opens one stream. Not thread-safe.
class StreamOpener {
 public:
  // Errors: DATA_LOSS INTERNAL when `header` is not that of any stream.
  static absl::StatusOr<std::unique_ptr<StreamOpener>> Begin(const SecretKey& key,
                                                             absl::string_view header);
  StreamOpener(const StreamOpener&) = delete;
  StreamOpener& operator=(const StreamOpener&) = delete;
  ~StreamOpener();

  // Opens the next chunk. Errors: DATA_LOSS INTERNAL when it is not that, was altered, or was
  // sealed with another key or other associated data.
  absl::StatusOr<OpenedChunk> Open(absl::string_view sealed, absl::string_view associated_data);

 private:
  struct State;
  explicit StreamOpener(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace dsr

#endif  // DSR_BASE_SEALED_STREAM_H_
