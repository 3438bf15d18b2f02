#include "dsr/base/sealed_stream.h"

#include <sodium.h>

#include <utility>

#include "dsr/base/errors.h"

namespace dsr {
namespace {

static_assert(kStreamHeaderSize == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(kChunkOverhead == crypto_secretstream_xchacha20poly1305_ABYTES);
static_assert(SecretKey::kSize == crypto_secretstream_xchacha20poly1305_KEYBYTES);

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

absl::Status CannotOpen() {
  return MakeError(absl::StatusCode::kDataLoss, v1::ERROR_REASON_INTERNAL,
                   "a sealed chunk was altered, or sealed with another key");
}

}  // namespace

// Both are wiped when they go: they hold a key.
struct StreamSealer::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { sodium_memzero(&stream, sizeof(stream)); }

  crypto_secretstream_xchacha20poly1305_state stream = {};
};

struct StreamOpener::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { sodium_memzero(&stream, sizeof(stream)); }

  crypto_secretstream_xchacha20poly1305_state stream = {};
};

StreamSealer::StreamSealer(const SecretKey& key)
    : state_(std::make_unique<State>()), header_(kStreamHeaderSize, '\0') {
  crypto_secretstream_xchacha20poly1305_init_push(&state_->stream, Bytes(header_),
                                                  Bytes(key.bytes()));
}

StreamSealer::~StreamSealer() = default;

std::string StreamSealer::Seal(absl::string_view plaintext, absl::string_view associated_data,
                               bool is_last) {
  std::string sealed(plaintext.size() + kChunkOverhead, '\0');
  const unsigned char tag = is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  crypto_secretstream_xchacha20poly1305_push(&state_->stream, Bytes(sealed), nullptr,
                                             Bytes(plaintext), plaintext.size(),
                                             Bytes(associated_data), associated_data.size(), tag);
  return sealed;
}

StreamOpener::StreamOpener(std::unique_ptr<State> state) : state_(std::move(state)) {}

StreamOpener::~StreamOpener() = default;

absl::StatusOr<std::unique_ptr<StreamOpener>> StreamOpener::Begin(const SecretKey& key,
                                                                  absl::string_view header) {
  auto state = std::make_unique<State>();
  if (header.size() != kStreamHeaderSize ||
      crypto_secretstream_xchacha20poly1305_init_pull(&state->stream, Bytes(header),
                                                      Bytes(key.bytes())) != 0) {
    return CannotOpen();
  }
  return std::unique_ptr<StreamOpener>(new StreamOpener(std::move(state)));
}

absl::StatusOr<OpenedChunk> StreamOpener::Open(absl::string_view sealed,
                                               absl::string_view associated_data) {
  if (sealed.size() < kChunkOverhead) return CannotOpen();
  OpenedChunk chunk;
  chunk.plaintext.resize(sealed.size() - kChunkOverhead);
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(
          &state_->stream, Bytes(chunk.plaintext), nullptr, &tag, Bytes(sealed), sealed.size(),
          Bytes(associated_data), associated_data.size()) != 0) {
    return CannotOpen();
  }
  chunk.is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  return chunk;
}

}  // namespace dsr
