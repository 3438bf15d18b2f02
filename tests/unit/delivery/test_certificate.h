// A certificate that nobody but the test trusts.
#ifndef DSR_TESTS_UNIT_DELIVERY_TEST_CERTIFICATE_H_
#define DSR_TESTS_UNIT_DELIVERY_TEST_CERTIFICATE_H_

#include <string>

#include "testing/temp_dir.h"

namespace dsr {

// Makes a key and a certificate for 127.0.0.1, signed by itself, in the folder. Returns the path of
// a PEM file with both; "" when it cannot be made.
std::string MakeTestCertificate(const TempDir& folder);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_TEST_CERTIFICATE_H_
