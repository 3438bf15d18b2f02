#include "testing/test_token_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "dsr/base/crypto.h"

namespace dsr {
namespace {

void NeedKey(bool is_done) {
  if (!is_done) std::abort();
}

// A number of the key, in at least `least` bytes.
std::string NumberOfKey(EVP_PKEY* key, const char* name, int least = 0) {
  BIGNUM* number = nullptr;
  NeedKey(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(static_cast<size_t>(std::max(BN_num_bytes(number), least)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  BN_free(number);
  return bytes;
}

std::string Ed25519Of(EVP_PKEY* key) {
  std::string bytes(kEd25519KeySize, '\0');
  size_t size = bytes.size();
  NeedKey(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &size) ==
          1);
  return bytes;
}

// From the library's form to the two numbers side by side.
std::string RawSignature(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* const numbers = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  NeedKey(numbers != nullptr);
  std::string raw(64, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(numbers), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(numbers), out + 32, 32);
  ECDSA_SIG_free(numbers);
  return raw;
}

}  // namespace

std::string Base64UrlEncode(const std::string& bytes) {
  std::string text = Base64Encode(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

TestTokenSigner::TestTokenSigner(Kind kind, std::string key_id, int rsa_bits)
    : kind_(kind), key_id_(std::move(key_id)) {
  switch (kind_) {
    case Kind::kRsa:
    case Kind::kRsaPss:
      key_.reset(EVP_RSA_gen(static_cast<unsigned>(rsa_bits)));
      break;
    case Kind::kEc:
      key_.reset(EVP_EC_gen("P-256"));
      break;
    case Kind::kEd25519:
      key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
  }
  NeedKey(key_ != nullptr);
}

std::string TestTokenSigner::algorithm() const {
  switch (kind_) {
    case Kind::kRsa:
      return "RS256";
    case Kind::kRsaPss:
      return "PS256";
    case Kind::kEc:
      return "ES256";
    case Kind::kEd25519:
      return "EdDSA";
  }
  std::abort();
}

std::string TestTokenSigner::Jwk(const std::string& more) const {
  std::string text = "{\"kid\":\"" + key_id_ + "\",";
  if (kind_ == Kind::kEd25519) {
    text += R"("kty":"OKP","crv":"Ed25519","x":")" + Base64UrlEncode(Ed25519Of(key_.get())) + '"';
  } else if (kind_ == Kind::kEc) {
    text += R"("kty":"EC","crv":"P-256","x":")" +
            Base64UrlEncode(NumberOfKey(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)) + R"(","y":")" +
            Base64UrlEncode(NumberOfKey(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)) + '"';
  } else {
    text += R"("kty":"RSA","alg":")" + algorithm() + R"(","n":")" +
            Base64UrlEncode(NumberOfKey(key_.get(), OSSL_PKEY_PARAM_RSA_N)) + R"(","e":")" +
            Base64UrlEncode(NumberOfKey(key_.get(), OSSL_PKEY_PARAM_RSA_E)) + '"';
  }
  return text + more + "}";
}

std::string TestTokenSigner::Token(const std::string& claims) const {
  return Token(R"({"typ":"JWT","alg":")" + algorithm() + R"(","kid":")" + key_id_ + "\"}", claims);
}

std::string TestTokenSigner::Token(const std::string& header, const std::string& claims) const {
  const std::string text = Base64UrlEncode(header) + "." + Base64UrlEncode(claims);
  return text + "." + Base64UrlEncode(Sign(text));
}

std::string TestTokenSigner::Sign(const std::string& text) const {
  const std::unique_ptr<EVP_MD_CTX, OpenSslFreer<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  NeedKey(EVP_DigestSignInit(context.get(), &settings,
                             kind_ == Kind::kEd25519 ? nullptr : EVP_sha256(), nullptr,
                             key_.get()) == 1);
  if (kind_ == Kind::kRsaPss) {
    EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
  }
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  NeedKey(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  NeedKey(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         bytes, text.size()) == 1);
  signature.resize(size);
  return kind_ == Kind::kEc ? RawSignature(signature) : signature;
}

}  // namespace dsr
