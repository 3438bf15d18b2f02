// A certificate that nobody but the test trusts.
#ifndef DSR_TESTS_UNIT_DELIVERY_TEST_CERTIFICATE_H_
#define DSR_TESTS_UNIT_DELIVERY_TEST_CERTIFICATE_H_

#include <string>
#include <vector>

#include "testing/temp_dir.h"

namespace dsr {

// Makes a key and a certificate for 127.0.0.1, signed by itself, in the folder. Returns the path of
// a PEM file with both; "" when it cannot be made.
std::string MakeTestCertificate(const TempDir& folder);

// Makes `<name>.key` and the certificate `<name>.pem` in the folder, for 30 days from now, with no
// extension but those of `arguments`, which go to `openssl req`. Tells whether it could.
bool MakeMailCertificate(const TempDir& folder, const std::string& name,
                         const std::vector<std::string>& arguments = {});

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_TEST_CERTIFICATE_H_
