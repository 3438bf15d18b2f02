// Owning pointers to what OpenSSL makes. Who includes this links OpenSSL::Crypto.
#ifndef DSR_BASE_OPENSSL_POINTERS_H_
#define DSR_BASE_OPENSSL_POINTERS_H_

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace dsr {

// Frees with the library's own function.
template <auto Free>
struct OpenSslFreer {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};

inline void FreeCertificates(STACK_OF(X509) * certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

using BioPtr = std::unique_ptr<BIO, OpenSslFreer<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, OpenSslFreer<X509_free>>;
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), OpenSslFreer<FreeCertificates>>;
using PrivateKeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFreer<EVP_PKEY_free>>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, OpenSslFreer<CMS_ContentInfo_free>>;
using Asn1TimePtr = std::unique_ptr<ASN1_TIME, OpenSslFreer<ASN1_TIME_free>>;

// Empties the thread's list of errors at both ends of a scope: what is left there the thread's next
// caller, libcurl or gRPC, would take for its own.
class OpenSslErrors {
 public:
  OpenSslErrors() { ERR_clear_error(); }
  OpenSslErrors(const OpenSslErrors&) = delete;
  OpenSslErrors& operator=(const OpenSslErrors&) = delete;
  ~OpenSslErrors() { ERR_clear_error(); }
};

// Returns what was written into a BIO of memory.
inline std::string BytesOf(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace dsr

#endif  // DSR_BASE_OPENSSL_POINTERS_H_
