#include "rpc/json_web_keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/openssl_pointers.h"
#include "dsr/base/status_macros.h"
#include "rpc/base64url.h"
#include "rpc/caller_errors.h"
#include "rpc/json_object.h"

namespace dsr {
namespace {

using google::protobuf::Struct;

using NumberPtr = std::unique_ptr<BIGNUM, OpenSslFreer<BN_free>>;
using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, OpenSslFreer<OSSL_PARAM_BLD_free>>;
using ParametersPtr = std::unique_ptr<OSSL_PARAM, OpenSslFreer<OSSL_PARAM_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, OpenSslFreer<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, OpenSslFreer<EVP_MD_CTX_free>>;
using EcSignaturePtr = std::unique_ptr<ECDSA_SIG, OpenSslFreer<ECDSA_SIG_free>>;

constexpr int kLeastRsaBits = 2048;
// Larger ones only cost time.
constexpr int kMostRsaBits = 8192;
constexpr size_t kP256Bytes = 32;
constexpr size_t kMostKeys = 100;

struct AlgorithmName {
  const char* name;
  JwtAlgorithm algorithm;
  const char* key_type;
};
constexpr AlgorithmName kAlgorithms[] = {
    {"RS256", JwtAlgorithm::kRs256, "RSA"},
    {"PS256", JwtAlgorithm::kPs256, "RSA"},
    {"ES256", JwtAlgorithm::kEs256, "EC"},
    {"EdDSA", JwtAlgorithm::kEdDsa, "OKP"},
};

const AlgorithmName* FindAlgorithm(absl::string_view name) {
  for (const AlgorithmName& known : kAlgorithms) {
    if (name == known.name) return &known;
  }
  return nullptr;
}

absl::Status InvalidKeys(absl::string_view what) {
  return CallerFileInvalid("oidc.jwks_file", what);
}

absl::Status InvalidKey(absl::string_view id, absl::string_view what) {
  return InvalidKeys(absl::StrCat("the key `", id, "` ", what));
}

NumberPtr NumberOf(const std::string& bytes) {
  return NumberPtr(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()), nullptr));
}

std::optional<std::string> BytesMember(const Struct& key, const char* name) {
  const std::optional<std::string> text = StringMember(key, name);
  if (!text.has_value() || text->empty()) return std::nullopt;
  absl::StatusOr<std::string> bytes = Base64UrlDecode(*text);
  if (!bytes.ok()) return std::nullopt;
  return *std::move(bytes);
}

// Null when the numbers are no key.
PrivateKeyPtr PublicKeyOf(const char* type, OSSL_PARAM_BLD* builder) {
  const ParametersPtr parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  PrivateKeyPtr key(made);
  const KeyContextPtr check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return check != nullptr && EVP_PKEY_public_check(check.get()) == 1 ? std::move(key) : nullptr;
}

PrivateKeyPtr RsaKey(const Struct& key) {
  const std::optional<std::string> modulus = BytesMember(key, "n");
  const std::optional<std::string> exponent = BytesMember(key, "e");
  if (!modulus.has_value() || !exponent.has_value()) return nullptr;
  const NumberPtr n = NumberOf(*modulus);
  const NumberPtr e = NumberOf(*exponent);
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return PublicKeyOf("RSA", builder.get());
}

PrivateKeyPtr P256Key(const Struct& key) {
  const std::optional<std::string> x = BytesMember(key, "x");
  const std::optional<std::string> y = BytesMember(key, "y");
  if (!x.has_value() || !y.has_value() || x->size() != kP256Bytes || y->size() != kP256Bytes) {
    return nullptr;
  }
  const std::string point = absl::StrCat("\x04", *x, *y);
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return PublicKeyOf("EC", builder.get());
}

// `r` and `s` side by side, as tokens have them, in the form that the library takes; empty when
// they are none.
std::string DerOf(absl::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return "";
  NumberPtr r = NumberOf(std::string(signature.substr(0, kP256Bytes)));
  NumberPtr s = NumberOf(std::string(signature.substr(kP256Bytes)));
  const EcSignaturePtr numbers(ECDSA_SIG_new());
  if (numbers == nullptr || ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1) return "";
  r.release();
  s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers.get(), &der);
  if (size <= 0) return "";
  std::string text(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return text;
}

bool IsSignedWithSha256(EVP_PKEY* key, bool is_pss, absl::string_view text,
                        absl::string_view signature) {
  const OpenSslErrors errors;
  const DigestContextPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), &settings, EVP_sha256(), nullptr, key) != 1) {
    return false;
  }
  if (is_pss && (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1 ||
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

// Tells whether the key is one to check signatures with.
bool IsForSignatures(const Struct& key) {
  if (StringMember(key, "use").value_or("sig") != "sig") return false;
  const google::protobuf::Value* const operations = FindMember(key, "key_ops");
  if (operations == nullptr) return true;
  for (const google::protobuf::Value& operation : operations->list_value().values()) {
    if (operation.string_value() == "verify") return true;
  }
  return false;
}

absl::StatusOr<JwtAlgorithm> AlgorithmOf(const std::string& id, const Struct& key) {
  const std::string type = StringMember(key, "kty").value_or("");
  std::string name = StringMember(key, "alg").value_or("");
  if (name.empty()) {
    if (FindMember(key, "alg") != nullptr) return InvalidKey(id, "has an `alg` that is no text");
    if (type == "RSA") return InvalidKey(id, "is an RSA key and must name its `alg`");
    name = type == "EC" ? "ES256" : "EdDSA";
  }
  const AlgorithmName* const known = FindAlgorithm(name);
  if (known == nullptr || type != known->key_type) {
    return InvalidKey(id, "is for none of RS256, PS256, ES256 and EdDSA");
  }
  return known->algorithm;
}

}  // namespace

struct JsonWebKeys::Key {
  JwtAlgorithm algorithm;
  PrivateKeyPtr public_key;  // RSA and EC
  std::string ed25519;       // else
};

namespace {

absl::StatusOr<PrivateKeyPtr> CheckedRsaKey(const std::string& id, const Struct& given) {
  PrivateKeyPtr key = RsaKey(given);
  if (key == nullptr) return InvalidKey(id, "is no RSA key");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits >= kLeastRsaBits && bits <= kMostRsaBits) return key;
  return InvalidKey(id, "has a modulus that is not 2048 to 8192 bits long");
}

absl::StatusOr<PrivateKeyPtr> CheckedP256Key(const std::string& id, const Struct& given) {
  if (StringMember(given, "crv") != "P-256") return InvalidKey(id, "has a curve other than P-256");
  PrivateKeyPtr key = P256Key(given);
  if (key == nullptr) return InvalidKey(id, "is no point of P-256");
  return key;
}

absl::StatusOr<std::string> CheckedEd25519Key(const std::string& id, const Struct& given) {
  std::optional<std::string> key = BytesMember(given, "x");
  if (StringMember(given, "crv") == "Ed25519" && key.has_value() &&
      key->size() == kEd25519KeySize) {
    return *std::move(key);
  }
  return InvalidKey(id, "is no Ed25519 key");
}

}  // namespace

JsonWebKeys::JsonWebKeys() = default;
JsonWebKeys::JsonWebKeys(JsonWebKeys&&) noexcept = default;
JsonWebKeys& JsonWebKeys::operator=(JsonWebKeys&&) noexcept = default;
JsonWebKeys::~JsonWebKeys() = default;

absl::StatusOr<JsonWebKeys> JsonWebKeys::Parse(absl::string_view json) {
  const OpenSslErrors errors;
  const std::optional<Struct> set = ParseJsonObject(json);
  const google::protobuf::Value* const list = set ? FindMember(*set, "keys") : nullptr;
  if (list == nullptr || !list->has_list_value()) {
    return InvalidKeys("the file must hold a JSON object with a list `keys`");
  }
  if (static_cast<size_t>(list->list_value().values_size()) > kMostKeys) {
    return InvalidKeys("the file has more than 100 keys");
  }
  JsonWebKeys keys;
  for (const google::protobuf::Value& entry : list->list_value().values()) {
    const Struct& given = entry.struct_value();
    const std::string id = StringMember(given, "kid").value_or("");
    if (id.empty()) return InvalidKeys("a key has no `kid`");
    if (FindMember(given, "d") != nullptr || FindMember(given, "k") != nullptr) {
      return InvalidKey(id, "is a private or shared one, which does not belong into this file");
    }
    if (!IsForSignatures(given)) continue;
    auto key = std::make_unique<Key>();
    DSR_ASSIGN_OR_RETURN(key->algorithm, AlgorithmOf(id, given));
    switch (key->algorithm) {
      case JwtAlgorithm::kRs256:
      case JwtAlgorithm::kPs256: {
        DSR_ASSIGN_OR_RETURN(key->public_key, CheckedRsaKey(id, given));
        break;
      }
      case JwtAlgorithm::kEs256: {
        DSR_ASSIGN_OR_RETURN(key->public_key, CheckedP256Key(id, given));
        break;
      }
      case JwtAlgorithm::kEdDsa: {
        DSR_ASSIGN_OR_RETURN(key->ed25519, CheckedEd25519Key(id, given));
        break;
      }
    }
    if (!keys.keys_.emplace(id, std::move(key)).second) {
      return InvalidKey(id, "is there twice");
    }
  }
  if (keys.keys_.empty()) return InvalidKeys("the file has no key for signatures");
  return keys;
}

absl::Status JsonWebKeys::Verify(const Signature& signature) const {
  const auto found = keys_.find(signature.key_id);
  if (found == keys_.end()) return CallerUnknown("the token names a key that its issuer lacks");
  const Key& key = *found->second;
  const AlgorithmName* const named = FindAlgorithm(signature.algorithm);
  if (named == nullptr || named->algorithm != key.algorithm) {
    return CallerUnknown("the token is not signed by the algorithm of its key");
  }
  bool is_signed = false;
  switch (key.algorithm) {
    case JwtAlgorithm::kRs256:
    case JwtAlgorithm::kPs256:
      is_signed = IsSignedWithSha256(key.public_key.get(), key.algorithm == JwtAlgorithm::kPs256,
                                     signature.signed_text, signature.bytes);
      break;
    case JwtAlgorithm::kEs256: {
      const std::string der = DerOf(signature.bytes);
      is_signed = !der.empty() && IsSignedWithSha256(key.public_key.get(), /*is_pss=*/false,
                                                     signature.signed_text, der);
      break;
    }
    case JwtAlgorithm::kEdDsa:
      is_signed = Ed25519Verify(key.ed25519, signature.signed_text, signature.bytes);
      break;
  }
  return is_signed ? absl::OkStatus() : CallerUnknown("the signature of the token is wrong");
}

}  // namespace dsr
