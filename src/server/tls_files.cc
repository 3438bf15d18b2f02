#include "server/tls_files.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <ctime>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/log.h"
#include "dsr/base/openssl_pointers.h"
#include "dsr/base/status_macros.h"
#include "rpc/client_certificates.h"

namespace dsr {
namespace {

constexpr char kTlsCertificateKey[] = "tls.certificate_file";
constexpr char kTlsKeyKey[] = "tls.key_file";
constexpr char kTlsIssuersKey[] = "tls.client_ca_file";
constexpr absl::Duration kRenewBefore = absl::Hours(30 * 24);

absl::Status InvalidTls(absl::string_view key, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("configuration: ", key, ": ", what));
}

absl::StatusOr<std::string> TlsFile(const std::string& path, absl::string_view key) {
  absl::StatusOr<std::string> contents = ReadFile(path);
  if (contents.ok()) return contents;
  return InvalidTls(key, std::string(contents.status().message()));
}

// Without this the library would ask for a passphrase on the terminal, and wait.
int NoTlsPassphrase(char* /*buffer*/, int /*size*/, int /*is_writing*/, void* /*user*/) {
  return -1;
}

BioPtr TlsBytes(const std::string& bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

absl::Status CheckCertificate(X509* certificate, absl::Time now) {
  if (X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, /*ca=*/0) != 1) {
    return InvalidTls(kTlsCertificateKey, "the certificate is not made for a server");
  }
  if (ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), absl::ToTimeT(now)) > 0) {
    return InvalidTls(kTlsCertificateKey, "the certificate is not valid yet");
  }
  if (ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), absl::ToTimeT(now)) < 0) {
    return InvalidTls(kTlsCertificateKey, "the certificate has expired; renew it");
  }
  return absl::OkStatus();
}

// Tells the operator when to renew, at each start and with each new file.
void LogEnd(const X509* certificate, absl::Time now) {
  std::tm fields = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &fields) != 1) return;
  const absl::Time end = absl::FromTM(fields, absl::UTCTimeZone());
  Log(end < now + kRenewBefore ? LogLevel::kWarning : LogLevel::kInfo, "tls_certificate",
      {{"expire_time", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", end, absl::UTCTimeZone())}});
}

absl::Status CheckKeyPermissions(const std::string& path) {
  struct stat file;
  if (stat(path.c_str(), &file) != 0 || (file.st_mode & 077) == 0) return absl::OkStatus();
  return InvalidTls(kTlsKeyKey,
                    "the file may be read by others: take their permissions (chmod 600), and think "
                    "of a new key");
}

absl::StatusOr<TlsMaterial> LoadTls(const config::v1::Tls& settings, absl::Time now) {
  const OpenSslErrors errors;
  TlsMaterial material;
  DSR_ASSIGN_OR_RETURN(material.certificates,
                       TlsFile(settings.certificate_file(), kTlsCertificateKey));
  const CertificatePtr certificate(
      PEM_read_bio_X509(TlsBytes(material.certificates).get(), nullptr, NoTlsPassphrase, nullptr));
  if (certificate == nullptr) {
    return InvalidTls(kTlsCertificateKey, "the file holds no certificate in PEM");
  }
  DSR_RETURN_IF_ERROR(CheckCertificate(certificate.get(), now));
  DSR_RETURN_IF_ERROR(CheckKeyPermissions(settings.key_file()));
  DSR_ASSIGN_OR_RETURN(material.key, TlsFile(settings.key_file(), kTlsKeyKey));
  const PrivateKeyPtr key(
      PEM_read_bio_PrivateKey(TlsBytes(material.key).get(), nullptr, NoTlsPassphrase, nullptr));
  if (key == nullptr) {
    return InvalidTls(kTlsKeyKey, "the file holds no private key in PEM without a passphrase");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return InvalidTls(kTlsKeyKey,
                      "the key is not that of the first certificate in certificate_file");
  }
  if (!settings.client_ca_file().empty()) {
    DSR_ASSIGN_OR_RETURN(material.client_issuers,
                         TlsFile(settings.client_ca_file(), kTlsIssuersKey));
    DSR_RETURN_IF_ERROR(CheckClientIssuers(material.client_issuers));
  }
  LogEnd(certificate.get(), now);
  return material;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsFiles>> TlsFiles::Open(const config::v1::Tls& settings,
                                                         const Clock& clock) {
  std::vector<std::string> paths = {settings.certificate_file(), settings.key_file()};
  if (!settings.client_ca_file().empty()) paths.push_back(settings.client_ca_file());
  DSR_ASSIGN_OR_RETURN(
      std::unique_ptr<WatchedFiles<TlsMaterial>> files,
      WatchedFiles<TlsMaterial>::Open(kTlsCertificateKey, std::move(paths), [settings, &clock] {
        return LoadTls(settings, clock.Now());
      }));
  return std::unique_ptr<TlsFiles>(new TlsFiles(std::move(files)));
}

}  // namespace dsr
