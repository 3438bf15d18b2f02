#include "rpc/client_certificates.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/openssl_pointers.h"
#include "dsr/base/status_macros.h"
#include "rpc/caller_errors.h"

namespace dsr {
namespace {

constexpr char kCaKey[] = "tls.client_ca_file";
constexpr char kCrlKey[] = "tls.crl_file";
// Far more than callers have certificates.
constexpr size_t kMostVerdicts = 1024;
// As many as a sensible chain has; what a client sends beyond is not looked at.
constexpr int kMostIssuers = 10;

using StorePtr = std::unique_ptr<X509_STORE, OpenSslFreer<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, OpenSslFreer<X509_STORE_CTX_free>>;
using RevocationListPtr = std::unique_ptr<X509_CRL, OpenSslFreer<X509_CRL_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFreer<GENERAL_NAMES_free>>;

BioPtr Memory(absl::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

absl::StatusOr<std::string> FileOf(absl::string_view key, const std::string& path) {
  absl::StatusOr<std::string> contents = ReadFile(path);
  if (contents.ok()) return contents;
  return CallerFileInvalid(key, std::string(contents.status().message()));
}

// The list ends where no further block begins; anything else is a block that is broken.
bool IsEndOfPem() { return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE; }

absl::Status AddIssuers(absl::string_view pem, X509_STORE* store) {
  const BioPtr bio = Memory(pem);
  int count = 0;
  while (const CertificatePtr issuer{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store, issuer.get()) == 1) ++count;
  }
  if (count > 0 && IsEndOfPem()) return absl::OkStatus();
  return CallerFileInvalid(kCaKey, "the file must hold certificates in PEM and nothing else");
}

absl::Status AddRevocationLists(const std::string& path, X509_STORE* store) {
  DSR_ASSIGN_OR_RETURN(const std::string pem, FileOf(kCrlKey, path));
  const BioPtr bio = Memory(pem);
  int count = 0;
  while (
      const RevocationListPtr list{PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_crl(store, list.get()) == 1) ++count;
  }
  if (count > 0 && IsEndOfPem()) return absl::OkStatus();
  return CallerFileInvalid(kCrlKey,
                           "the file must hold lists of revoked certificates (X509 CRL) in PEM");
}

absl::Status WrongCertificate(int error) {
  switch (error) {
    case X509_V_ERR_CERT_REVOKED:
      return CallerUnknown("the client certificate is revoked");
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CallerUnknown("the client certificate has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return CallerUnknown("the client certificate is not valid yet");
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return CallerUnknown(
          "whether the client certificate is revoked cannot be told: the list of its issuer is "
          "missing or out of date");
    default:
      return CallerUnknown("the client certificate was not issued by anybody trusted here");
  }
}

std::string SubjectOf(const X509* certificate) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  if (X509_NAME_entry_count(subject) == 0) return "";
  X509_NAME_print_ex(memory.get(), subject, 0, XN_FLAG_RFC2253);
  return BytesOf(memory.get());
}

std::vector<std::string> NamesOf(const X509* certificate) {
  std::vector<std::string> names;
  const NamesPtr alternatives(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_URI) continue;
    // The whole string counts, also behind a zero byte that would cut it short elsewhere.
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.ia5)),
                           static_cast<size_t>(ASN1_STRING_length(name->d.ia5)));
    names.push_back(absl::StrCat(name->type == GEN_DNS ? "DNS:" : "URI:", text));
  }
  if (std::string subject = SubjectOf(certificate); !subject.empty()) {
    names.push_back(std::move(subject));
  }
  return names;
}

absl::StatusOr<std::vector<std::string>> Examine(absl::string_view pem, absl::string_view chain,
                                                 X509_STORE* store, absl::Time now) {
  const OpenSslErrors errors;
  const CertificatePtr certificate(PEM_read_bio_X509(Memory(pem).get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return CallerUnknown("the client certificate cannot be read");
  const CertificatesPtr issuers(sk_X509_new_null());
  const BioPtr rest = Memory(chain);
  for (int i = 0; i < kMostIssuers; ++i) {
    X509* const issuer = PEM_read_bio_X509(rest.get(), nullptr, nullptr, nullptr);
    if (issuer == nullptr) break;
    if (sk_X509_push(issuers.get(), issuer) == 0) X509_free(issuer);
  }
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (context == nullptr ||
      X509_STORE_CTX_init(context.get(), store, certificate.get(), issuers.get()) != 1) {
    return CallerUnknown("the client certificate cannot be checked");
  }
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  if (X509_verify_cert(context.get()) != 1) {
    return WrongCertificate(X509_STORE_CTX_get_error(context.get()));
  }
  return NamesOf(certificate.get());
}

}  // namespace

absl::Status CheckClientIssuers(absl::string_view pem) {
  const OpenSslErrors errors;
  const StorePtr store(X509_STORE_new());
  return AddIssuers(pem, store.get());
}

struct ClientCertificates::Trust {
  StorePtr store;
};

absl::StatusOr<ClientCertificates::Trust> ClientCertificates::Load(
    const ClientCertificateFiles& files) {
  const OpenSslErrors errors;
  Trust trust{StorePtr(X509_STORE_new())};
  // As gRPC's own check at the handshake: the file need not go up to a root.
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;
  DSR_ASSIGN_OR_RETURN(const std::string issuers, FileOf(kCaKey, files.ca_file));
  DSR_RETURN_IF_ERROR(AddIssuers(issuers, trust.store.get()));
  ERR_clear_error();
  if (!files.crl_file.empty()) {
    DSR_RETURN_IF_ERROR(AddRevocationLists(files.crl_file, trust.store.get()));
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  }
  X509_STORE_set_flags(trust.store.get(), flags);
  return trust;
}

ClientCertificates::ClientCertificates(std::unique_ptr<WatchedFiles<Trust>> trust,
                                       const Clock& clock)
    : trust_(std::move(trust)), clock_(clock) {}

ClientCertificates::~ClientCertificates() = default;

absl::StatusOr<std::unique_ptr<ClientCertificates>> ClientCertificates::Open(
    const ClientCertificateFiles& files, const Clock& clock) {
  std::vector<std::string> paths = {files.ca_file};
  if (!files.crl_file.empty()) paths.push_back(files.crl_file);
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<WatchedFiles<Trust>> trust,
                       WatchedFiles<Trust>::Open("tls.client_ca_file", std::move(paths),
                                                 [files] { return Load(files); }));
  return std::unique_ptr<ClientCertificates>(new ClientCertificates(std::move(trust), clock));
}

absl::StatusOr<std::vector<std::string>> ClientCertificates::Check(absl::string_view pem,
                                                                   absl::string_view chain) {
  const std::shared_ptr<const Trust> trust = trust_->Present();
  const absl::Time now = clock_.Now();
  const std::string key = Sha256Concat({absl::StrCat(pem.size(), " "), pem, chain});
  {
    MutexLock lock(mutex_);
    const auto known = verdicts_.find(key);
    if (known != verdicts_.end() && known->second.trust == trust && known->second.time <= now &&
        now < known->second.time + kVerdictLife) {
      return known->second.names;
    }
  }
  absl::StatusOr<std::vector<std::string>> names = Examine(pem, chain, trust->store.get(), now);
  MutexLock lock(mutex_);
  if (verdicts_.size() >= kMostVerdicts) verdicts_.clear();
  verdicts_.insert_or_assign(key, Verdict{trust, now, names});
  return names;
}

}  // namespace dsr
