// Cryptography, all of it by libsodium.
//
// Byte strings are std::string; hashes and tags have 32 bytes.
#ifndef DSR_BASE_CRYPTO_H_
#define DSR_BASE_CRYPTO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace dsr {

// Bytes of a SHA-256 hash and of an HMAC-SHA256 tag.
inline constexpr size_t kHashSize = 32;
// Bytes of an Ed25519 seed and public key, and of a signature.
inline constexpr size_t kEd25519KeySize = 32;
inline constexpr size_t kEd25519SignatureSize = 64;
// By how much a sealed box is longer than its plaintext: nonce and tag.
inline constexpr size_t kBoxOverhead = 24 + 16;

// Sets libsodium up; each program calls it first in main, before a second thread starts. Calling it
// again does nothing. INTERNAL when the operating system gives no random bytes.
absl::Status InitCrypto();

// Returns `size` bytes that nobody can predict. Thread-safe, as is everything below.
std::string RandomBytes(size_t size);
// Fills `out` with such bytes.
void FillRandom(absl::Span<uint8_t> out);

// Returns the SHA-256 of `data`.
std::string Sha256(absl::string_view data);
// Returns the SHA-256 of all `parts` one after the other, without joining them. Nothing separates
// the parts: give lengths yourself where their borders matter.
std::string Sha256Concat(std::initializer_list<absl::string_view> parts);

// SHA-256 of bytes that come piece by piece. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void Add(absl::string_view piece);
  // Returns the hash of all pieces so far; nothing may be added after.
  std::string Finish();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Returns the HMAC-SHA256 of `data`. `key` may have any length.
std::string HmacSha256(absl::string_view key, absl::string_view data);

// Ed25519 (RFC 8032). The seed, of kEd25519KeySize bytes, is the private key: anybody who has it
// can sign. A seed of another size is a fault of the caller and ends the process.
//
// Returns the seed's public key, of kEd25519KeySize bytes.
std::string Ed25519PublicKey(absl::string_view seed);
// Returns the signature of `message`, of kEd25519SignatureSize bytes; always the same for the same
// two.
std::string Ed25519Sign(absl::string_view seed, absl::string_view message);
// Tells whether `signature` is that of `message` by the seed of `public_key`. False also for a key
// or signature of another size, or one that nobody can have made rightly (a key of small order, a
// signature not in its one canonical form).
bool Ed25519Verify(absl::string_view public_key, absl::string_view message,
                   absl::string_view signature);

// Tells whether the two are equal, in a time that depends on their lengths only.
bool ConstantTimeEqual(absl::string_view a, absl::string_view b);

// A key of 32 bytes, wiped when it is destroyed or moved from. Move-only. Not thread-safe while it
// is moved from; otherwise a constant.
class SecretKey {
 public:
  static constexpr size_t kSize = 32;

  // Returns a random key.
  static SecretKey Generate();
  // Returns the key with these bytes; wiping the argument is the caller's part. INVALID_ARGUMENT
  // (FIELD_INVALID) unless it has 32 bytes.
  static absl::StatusOr<SecretKey> FromBytes(absl::string_view bytes);

  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey();

  // The bytes, valid as long as this object; all zeros once moved from. Never log or store them.
  absl::string_view bytes() const {
    return absl::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
  }

 private:
  SecretKey() = default;

  std::array<uint8_t, kSize> bytes_ = {};
};

// Overwrites `secret` with zeros that the compiler does not optimise away, and empties it.
void WipeString(std::string& secret);

// Encrypts and authenticates `plaintext` (XChaCha20-Poly1305, a random nonce) and returns nonce,
// ciphertext and tag in one string. `associated_data` is authenticated but not part of the result.
std::string SealBox(const SecretKey& key, absl::string_view plaintext,
                    absl::string_view associated_data);

// Returns the plaintext of a box that SealBox made with the same key and associated data. DATA_LOSS
// (INTERNAL) when it is any other box, or one that was altered.
absl::StatusOr<std::string> OpenBox(const SecretKey& key, absl::string_view box,
                                    absl::string_view associated_data);

// Standard base64 with padding. Decoding takes exactly what encoding gives; anything else, white
// space included, is INVALID_ARGUMENT (FIELD_INVALID).
std::string Base64Encode(absl::string_view bytes);
absl::StatusOr<std::string> Base64Decode(absl::string_view text);

// Two hexadecimal digits for each byte, lower case. Decoding takes both cases; anything else is
// INVALID_ARGUMENT (FIELD_INVALID).
std::string HexEncode(absl::string_view bytes);
absl::StatusOr<std::string> HexDecode(absl::string_view text);

}  // namespace dsr

#endif  // DSR_BASE_CRYPTO_H_
