#include "server/dev_certificate.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"
#include "delivery/letter_signer.h"
#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/subprocess.h"

namespace dsr {
namespace {

TEST(DevCertificateTest, SignsLettersThatAreValidWhateverTheClockSays) {
  const TempDir dir;
  ASSERT_THAT(MakeDevCertificate(dir.File("letters.pem"), dir.File("letters.key")), IsOk());
  ASSERT_THAT(WriteFileAtomically(dir.File("content"), "Delete.\r\n"), IsOk());

  for (const int year : {2001, 2026, 2076}) {
    const absl::Time now = absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone());
    const auto signer = LetterSigner::Open(
        {.certificate_file = dir.File("letters.pem"), .key_file = dir.File("letters.key")}, now);
    ASSERT_THAT(signer, IsOk()) << year;
    const auto signature = (*signer)->Sign("Delete.\r\n", now);
    ASSERT_THAT(signature, IsOk()) << year;
    ASSERT_THAT(WriteFileAtomically(dir.File("signature"), *signature), IsOk());

    Subprocess openssl({DSR_OPENSSL, "cms", "-verify", "-binary", "-inform", "DER", "-in",
                        dir.File("signature"), "-content", dir.File("content"), "-CAfile",
                        dir.File("letters.pem"), "-out", dir.File("verified")});
    EXPECT_EQ(openssl.Finish(), 0) << year;
  }
}

}  // namespace
}  // namespace dsr
