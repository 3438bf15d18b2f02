// Issues certificates that nobody but the test trusts.
#ifndef DSR_TESTS_TESTING_TEST_AUTHORITY_H_
#define DSR_TESTS_TESTING_TEST_AUTHORITY_H_

#include <openssl/asn1.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsr/base/openssl_pointers.h"

namespace dsr {

// What a certificate is to say. Without times it is valid for all that a test needs.
struct CertificateWish {
  std::string common_name;
  // As OpenSSL writes them, such as `DNS:localhost,IP:127.0.0.1`; empty for none.
  std::string alternative_names;
  absl::Time begin = absl::FromUnixSeconds(946684800);  // 2000
  absl::Time end = absl::FromUnixSeconds(4070908800);   // 2099
};

// Both in PEM.
struct IssuedCertificate {
  std::string certificate;
  std::string key;
};

// An authority with a key of its own. Ends the test's process when OpenSSL fails. Not thread-safe.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& common_name = "test authority");
  // One that `issuer` vouches for.
  TestAuthority(const std::string& common_name, TestAuthority& issuer);

  // The authority's own certificate, in PEM.
  std::string certificate() const;

  // For servers and clients.
  IssuedCertificate Issue(const CertificateWish& wish) { return IssueBy(wish, this); }
  // One that vouches for itself, and that nobody issued.
  IssuedCertificate SelfSign(const CertificateWish& wish) { return IssueBy(wish, nullptr); }

  // The list of those that are revoked, in PEM.
  std::string RevocationList(const std::vector<IssuedCertificate>& revoked,
                             absl::Time next = absl::FromUnixSeconds(4070908800)) const;

 private:
  IssuedCertificate IssueBy(const CertificateWish& wish, const TestAuthority* issuer);
  CertificatePtr Make(const CertificateWish& wish, EVP_PKEY* key, bool is_authority,
                      const TestAuthority* issuer);

  PrivateKeyPtr key_;
  CertificatePtr certificate_;
  long last_serial_ = 1;
};

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_TEST_AUTHORITY_H_
