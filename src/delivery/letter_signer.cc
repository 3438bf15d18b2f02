#include "delivery/letter_signer.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/openssl_pointers.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr char kCertificateKey[] = "letter_signing.certificate_file";
constexpr char kKeyKey[] = "letter_signing.key_file";

// The bytes are signed as they are: a letter has its line ends already.
constexpr unsigned int kSignFlags = CMS_DETACHED | CMS_BINARY;

absl::Status Invalid(absl::string_view key, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("configuration: ", key, ": ", what));
}

absl::Status CannotSign() {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   "a letter could not be signed");
}

// Memory that the library reads, without a copy. `bytes` outlives it.
BioPtr Reading(absl::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

absl::StatusOr<std::string> Contents(const std::string& path, absl::string_view key) {
  absl::StatusOr<std::string> contents = ReadFile(path);
  if (contents.ok()) return contents;
  return Invalid(key, std::string(contents.status().message()));
}

// No passphrase: without this the library would ask on the terminal, and wait.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*is_writing*/, void* /*user*/) { return -1; }

bool IsNotBefore(const ASN1_TIME* limit, absl::Time now) {
  return ASN1_TIME_cmp_time_t(limit, absl::ToTimeT(now)) <= 0;
}

bool IsNotAfter(const ASN1_TIME* limit, absl::Time now) {
  return ASN1_TIME_cmp_time_t(limit, absl::ToTimeT(now)) >= 0;
}

}  // namespace

struct LetterSigner::Identity {
  CertificatePtr certificate;
  CertificatesPtr issuers{sk_X509_new_null()};
  PrivateKeyPtr key;
};

namespace {

using Certificates = std::pair<CertificatePtr, CertificatesPtr>;

absl::StatusOr<Certificates> ReadCertificates(const std::string& path) {
  DSR_ASSIGN_OR_RETURN(const std::string pem, Contents(path, kCertificateKey));
  const BioPtr bio = Reading(pem);
  Certificates read(PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr),
                    sk_X509_new_null());
  if (read.first == nullptr) {
    return Invalid(kCertificateKey, "the file holds no certificate in PEM");
  }
  while (X509* issuer = PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)) {
    if (sk_X509_push(read.second.get(), issuer) == 0) X509_free(issuer);
  }
  // The list ends where no further block begins; anything else is a block that is broken.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return Invalid(kCertificateKey, "what follows the first certificate is no certificate in PEM");
  }
  return read;
}

absl::StatusOr<PrivateKeyPtr> ReadKey(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    return Invalid(kKeyKey,
                   "the file may be read by others: take their permissions (chmod 600), and think "
                   "of a new key");
  }
  DSR_ASSIGN_OR_RETURN(std::string pem, Contents(path, kKeyKey));
  PrivateKeyPtr key(PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr, NoPassphrase, nullptr));
  WipeString(pem);
  if (key == nullptr) {
    return Invalid(kKeyKey, "the file holds no private key in PEM without a passphrase");
  }
  return key;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LetterSigner>> LetterSigner::Open(const LetterSignerFiles& files,
                                                                 absl::Time now) {
  const OpenSslErrors errors;
  auto identity = std::make_unique<Identity>();
  DSR_ASSIGN_OR_RETURN(Certificates certificates, ReadCertificates(files.certificate_file));
  identity->certificate = std::move(certificates.first);
  identity->issuers = std::move(certificates.second);
  DSR_ASSIGN_OR_RETURN(identity->key, ReadKey(files.key_file));
  X509* const certificate = identity->certificate.get();
  if (X509_check_private_key(certificate, identity->key.get()) != 1) {
    return Invalid(kKeyKey, "the key is not that of the first certificate in certificate_file");
  }
  if (X509_check_purpose(certificate, X509_PURPOSE_SMIME_SIGN, /*ca=*/0) != 1) {
    return Invalid(kCertificateKey, "the certificate is not made for signing mail");
  }
  if (!IsNotBefore(X509_get0_notBefore(certificate), now)) {
    return Invalid(kCertificateKey, "the certificate is not valid yet");
  }
  if (!IsNotAfter(X509_get0_notAfter(certificate), now)) {
    return Invalid(kCertificateKey, "the certificate has expired");
  }
  std::unique_ptr<LetterSigner> signer(new LetterSigner(std::move(identity)));
  // Of a key that cannot do it the operator learns now and not with the first letter.
  if (!signer->Sign("", now).ok()) {
    return Invalid(kKeyKey, "a key of this kind cannot sign letters; use RSA or EC");
  }
  return signer;
}

LetterSigner::LetterSigner(std::unique_ptr<Identity> identity) : identity_(std::move(identity)) {}

LetterSigner::~LetterSigner() = default;

bool LetterSigner::IsValidAt(absl::Time now) const {
  const X509* const certificate = identity_->certificate.get();
  return IsNotBefore(X509_get0_notBefore(certificate), now) &&
         IsNotAfter(X509_get0_notAfter(certificate), now);
}

absl::StatusOr<std::string> LetterSigner::Sign(absl::string_view content, absl::Time now) const {
  const OpenSslErrors errors;
  const CmsPtr cms(CMS_sign(/*signcert=*/nullptr, /*pkey=*/nullptr, identity_->issuers.get(),
                            /*data=*/nullptr, kSignFlags | CMS_PARTIAL));
  if (cms == nullptr) return CannotSign();
  CMS_SignerInfo* const signer =
      CMS_add1_signer(cms.get(), identity_->certificate.get(), identity_->key.get(), EVP_sha256(),
                      kSignFlags | CMS_PARTIAL);
  // Set here, because the library's own clock is not the server's.
  const Asn1TimePtr time(ASN1_TIME_set(nullptr, absl::ToTimeT(now)));
  if (signer == nullptr || time == nullptr ||
      CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, ASN1_STRING_type(time.get()),
                                  time.get(), -1) != 1) {
    return CannotSign();
  }
  const BioPtr data = Reading(content);
  const BioPtr result(BIO_new(BIO_s_mem()));
  if (data == nullptr || result == nullptr ||
      CMS_final(cms.get(), data.get(), /*dcont=*/nullptr, kSignFlags) != 1 ||
      i2d_CMS_bio(result.get(), cms.get()) != 1) {
    return CannotSign();
  }
  return BytesOf(result.get());
}

}  // namespace dsr
