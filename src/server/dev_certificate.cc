#include "server/dev_certificate.h"

#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>

#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/openssl_pointers.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr unsigned char kCommonName[] = "dsrd --dev";
// RFC 5280, 4.1.2.5: the end of what has none.
constexpr char kBegin[] = "20000101000000Z";
constexpr char kNoEnd[] = "99991231235959Z";
constexpr size_t kSerialBytes = 16;

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslFreer<X509_EXTENSION_free>>;

struct Extension {
  int nid;
  const char* value;
};
constexpr Extension kExtensions[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "emailProtection"},
    {NID_subject_alt_name, "email:dsrd@localhost"},
};

absl::Status CannotMakeCertificate() {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   "cannot make a certificate for letters");
}

bool SetSerial(X509* certificate) {
  std::string bytes = RandomBytes(kSerialBytes);
  // Positive, as it must be, and of full length.
  bytes[0] = static_cast<char>((bytes[0] & 0x3f) | 0x40);
  const std::unique_ptr<BIGNUM, OpenSslFreer<BN_free>> number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                static_cast<int>(bytes.size()), nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool AddExtensions(X509* certificate) {
  for (const Extension& extension : kExtensions) {
    const ExtensionPtr made(X509V3_EXT_conf_nid(nullptr, nullptr, extension.nid, extension.value));
    if (made == nullptr || X509_add_ext(certificate, made.get(), -1) != 1) return false;
  }
  return true;
}

// Returns null when the library fails.
CertificatePtr SelfSigned(EVP_PKEY* key) {
  CertificatePtr certificate(X509_new());
  if (certificate == nullptr) return nullptr;
  X509* const made = certificate.get();
  X509_NAME* const name = X509_get_subject_name(made);
  const bool is_made =
      X509_set_version(made, X509_VERSION_3) == 1 && SetSerial(made) &&
      ASN1_TIME_set_string(X509_getm_notBefore(made), kBegin) == 1 &&
      ASN1_TIME_set_string(X509_getm_notAfter(made), kNoEnd) == 1 &&
      X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, kCommonName, -1, -1, 0) == 1 &&
      X509_set_issuer_name(made, name) == 1 && X509_set_pubkey(made, key) == 1 &&
      AddExtensions(made) && X509_sign(made, key, EVP_sha256()) != 0;
  return is_made ? std::move(certificate) : nullptr;
}

}  // namespace

absl::Status MakeDevCertificate(const std::string& certificate_file, const std::string& key_file) {
  const OpenSslErrors errors;
  const PrivateKeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return CannotMakeCertificate();
  const CertificatePtr certificate = SelfSigned(key.get());
  const BioPtr key_pem(BIO_new(BIO_s_mem()));
  const BioPtr certificate_pem(BIO_new(BIO_s_mem()));
  if (certificate == nullptr || key_pem == nullptr || certificate_pem == nullptr ||
      PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(certificate_pem.get(), certificate.get()) != 1) {
    return CannotMakeCertificate();
  }
  std::string key_text = BytesOf(key_pem.get());
  const absl::Status written = WriteFileAtomically(key_file, key_text);
  WipeString(key_text);
  DSR_RETURN_IF_ERROR(written);
  return WriteFileAtomically(certificate_file, BytesOf(certificate_pem.get()));
}

}  // namespace dsr
