#include "dsr/base/crypto.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "dsr/base/errors.h"

namespace dsr {
namespace {

static_assert(kHashSize == crypto_hash_sha256_BYTES);
static_assert(kHashSize == crypto_auth_hmacsha256_BYTES);
static_assert(kEd25519KeySize == crypto_sign_SEEDBYTES);
static_assert(kEd25519KeySize == crypto_sign_PUBLICKEYBYTES);
static_assert(kEd25519SignatureSize == crypto_sign_BYTES);
static_assert(SecretKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

constexpr size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kBoxOverhead == kNonceSize + kTagSize);

const unsigned char* In(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* Out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

absl::Status InvalidEncoding(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID, message);
}

// libsodium's form of the private key: seed and public key in one. Wiped when it goes.
class Ed25519Pair {
 public:
  explicit Ed25519Pair(absl::string_view seed) {
    if (seed.size() != kEd25519KeySize) {
      std::fputs("crypto: an Ed25519 seed has 32 bytes\n", stderr);
      std::abort();
    }
    crypto_sign_seed_keypair(Out(public_), secret_.data(), In(seed));
  }
  Ed25519Pair(const Ed25519Pair&) = delete;
  Ed25519Pair& operator=(const Ed25519Pair&) = delete;
  ~Ed25519Pair() { sodium_memzero(secret_.data(), secret_.size()); }

  std::string TakePublic() { return std::move(public_); }
  const unsigned char* secret() const { return secret_.data(); }

 private:
  std::string public_ = std::string(kEd25519KeySize, '\0');
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_ = {};
};

}  // namespace

absl::Status InitCrypto() {
  if (sodium_init() < 0) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "the operating system gives no random bytes");
  }
  return absl::OkStatus();
}

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

void FillRandom(absl::Span<uint8_t> out) { randombytes_buf(out.data(), out.size()); }

std::string Sha256(absl::string_view data) {
  std::string hash(kHashSize, '\0');
  crypto_hash_sha256(Out(hash), In(data), data.size());
  return hash;
}

std::string Sha256Concat(std::initializer_list<absl::string_view> parts) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const absl::string_view part : parts) {
    crypto_hash_sha256_update(&state, In(part), part.size());
  }
  std::string hash(kHashSize, '\0');
  crypto_hash_sha256_final(&state, Out(hash));
  return hash;
}

struct Sha256Stream::State {
  crypto_hash_sha256_state hash;
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  crypto_hash_sha256_init(&state_->hash);
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Add(absl::string_view piece) {
  crypto_hash_sha256_update(&state_->hash, In(piece), piece.size());
}

std::string Sha256Stream::Finish() {
  std::string hash(kHashSize, '\0');
  crypto_hash_sha256_final(&state_->hash, Out(hash));
  return hash;
}

std::string HmacSha256(absl::string_view key, absl::string_view data) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, In(key), key.size());
  crypto_auth_hmacsha256_update(&state, In(data), data.size());
  std::string tag(kHashSize, '\0');
  crypto_auth_hmacsha256_final(&state, Out(tag));
  sodium_memzero(&state, sizeof(state));
  return tag;
}

std::string Ed25519PublicKey(absl::string_view seed) { return Ed25519Pair(seed).TakePublic(); }

std::string Ed25519Sign(absl::string_view seed, absl::string_view message) {
  const Ed25519Pair pair(seed);
  std::string signature(kEd25519SignatureSize, '\0');
  crypto_sign_detached(Out(signature), nullptr, In(message), message.size(), pair.secret());
  return signature;
}

bool Ed25519Verify(absl::string_view public_key, absl::string_view message,
                   absl::string_view signature) {
  return public_key.size() == kEd25519KeySize && signature.size() == kEd25519SignatureSize &&
         crypto_sign_verify_detached(In(signature), In(message), message.size(), In(public_key)) ==
             0;
}

bool ConstantTimeEqual(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SecretKey SecretKey::Generate() {
  SecretKey key;
  FillRandom(absl::MakeSpan(key.bytes_));
  return key;
}

absl::StatusOr<SecretKey> SecretKey::FromBytes(absl::string_view bytes) {
  if (bytes.size() != kSize) return InvalidEncoding("a key has 32 bytes");
  SecretKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), kSize);
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), kSize);
  }
  return *this;
}

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), kSize); }

void WipeString(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

std::string SealBox(const SecretKey& key, absl::string_view plaintext,
                    absl::string_view associated_data) {
  std::string box(plaintext.size() + kBoxOverhead, '\0');
  unsigned char* const nonce = Out(box);
  randombytes_buf(nonce, kNonceSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      nonce + kNonceSize, nullptr, In(plaintext), plaintext.size(), In(associated_data),
      associated_data.size(), nullptr, nonce, In(key.bytes()));
  return box;
}

absl::StatusOr<std::string> OpenBox(const SecretKey& key, absl::string_view box,
                                    absl::string_view associated_data) {
  if (box.size() >= kBoxOverhead) {
    std::string plaintext(box.size() - kBoxOverhead, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            Out(plaintext), nullptr, nullptr, In(box) + kNonceSize, box.size() - kNonceSize,
            In(associated_data), associated_data.size(), In(box), In(key.bytes())) == 0) {
      return plaintext;
    }
  }
  return MakeError(absl::StatusCode::kDataLoss, v1::ERROR_REASON_INTERNAL,
                   "a sealed box does not open: it was altered, or sealed with another key");
}

std::string Base64Encode(absl::string_view bytes) {
  // libsodium's length has room for the NUL that it writes.
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), In(bytes), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

absl::StatusOr<std::string> Base64Decode(absl::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(Out(bytes), bytes.size(), text.data(), text.size(), nullptr, &size, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size()) {
    return InvalidEncoding("not standard base64 with padding");
  }
  bytes.resize(size);
  return bytes;
}

std::string HexEncode(absl::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), In(bytes), bytes.size());
  text.pop_back();
  return text;
}

absl::StatusOr<std::string> HexDecode(absl::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  size_t size = 0;
  const char* end = nullptr;
  if (sodium_hex2bin(Out(bytes), bytes.size(), text.data(), text.size(), nullptr, &size, &end) !=
          0 ||
      end != text.data() + text.size()) {
    return InvalidEncoding("not a string of hexadecimal digits");
  }
  return bytes;
}

}  // namespace dsr
