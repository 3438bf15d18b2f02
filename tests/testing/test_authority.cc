#include "testing/test_authority.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

namespace dsr {
namespace {

using RevocationListPtr = std::unique_ptr<X509_CRL, OpenSslFreer<X509_CRL_free>>;

void Need(bool is_done) {
  if (!is_done) std::abort();
}

std::string PemOf(X509* certificate) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  Need(PEM_write_bio_X509(memory.get(), certificate) == 1);
  return BytesOf(memory.get());
}

CertificatePtr CertificateOf(const std::string& pem) {
  const BioPtr memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return CertificatePtr(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
}

void Extend(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  Need(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Asn1TimePtr TimeOf(absl::Time time) {
  return Asn1TimePtr(ASN1_TIME_set(nullptr, absl::ToTimeT(time)));
}

}  // namespace

TestAuthority::TestAuthority(const std::string& common_name)
    : key_(EVP_EC_gen("P-256")),
      certificate_(Make({.common_name = common_name}, key_.get(), true, nullptr)) {}

TestAuthority::TestAuthority(const std::string& common_name, TestAuthority& issuer)
    : key_(EVP_EC_gen("P-256")),
      certificate_(issuer.Make({.common_name = common_name}, key_.get(), true, &issuer)) {}

std::string TestAuthority::certificate() const { return PemOf(certificate_.get()); }

CertificatePtr TestAuthority::Make(const CertificateWish& wish, EVP_PKEY* key, bool is_authority,
                                   const TestAuthority* issuer) {
  CertificatePtr made(X509_new());
  Need(key != nullptr && made != nullptr && X509_set_version(made.get(), X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++last_serial_);
  ASN1_TIME_set(X509_getm_notBefore(made.get()), absl::ToTimeT(wish.begin));
  ASN1_TIME_set(X509_getm_notAfter(made.get()), absl::ToTimeT(wish.end));
  Need(X509_NAME_add_entry_by_NID(X509_get_subject_name(made.get()), NID_commonName, MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(wish.common_name.c_str()),
                                  -1, -1, 0) == 1);
  X509_set_issuer_name(made.get(),
                       X509_get_subject_name(issuer ? issuer->certificate_.get() : made.get()));
  X509_set_pubkey(made.get(), key);
  Extend(made.get(), NID_basic_constraints,
         is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  Extend(made.get(), NID_key_usage,
         is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (!is_authority) Extend(made.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  Extend(made.get(), NID_subject_alt_name, wish.alternative_names);
  Need(X509_sign(made.get(), issuer ? issuer->key_.get() : key, EVP_sha256()) != 0);
  return made;
}

IssuedCertificate TestAuthority::IssueBy(const CertificateWish& wish, const TestAuthority* issuer) {
  const PrivateKeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr made = Make(wish, key.get(), false, issuer);
  const BioPtr memory(BIO_new(BIO_s_mem()));
  Need(PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
       1);
  return {.certificate = PemOf(made.get()), .key = BytesOf(memory.get())};
}

std::string TestAuthority::RevocationList(const std::vector<IssuedCertificate>& revoked,
                                          absl::Time next) const {
  const RevocationListPtr list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
  const Asn1TimePtr begin = TimeOf(CertificateWish().begin);
  X509_CRL_set1_lastUpdate(list.get(), begin.get());
  X509_CRL_set1_nextUpdate(list.get(), TimeOf(next).get());
  for (const IssuedCertificate& one : revoked) {
    const CertificatePtr certificate = CertificateOf(one.certificate);
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
    X509_REVOKED_set_revocationDate(entry, begin.get());
    X509_CRL_add0_revoked(list.get(), entry);
  }
  X509_CRL_sort(list.get());
  Need(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) != 0);
  const BioPtr memory(BIO_new(BIO_s_mem()));
  Need(PEM_write_bio_X509_CRL(memory.get(), list.get()) == 1);
  return BytesOf(memory.get());
}

}  // namespace dsr
