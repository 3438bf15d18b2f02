// Going over to another key-encryption key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/thread.h"
#include "integration/dsrd_process.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using Admin = v1::AdminService;
using Requests = v1::RequestService;
using ::testing::Contains;
using ::testing::HasSubstr;

v1::RotateKeysRequest Rotation() {
  v1::RotateKeysRequest in;
  in.set_idempotency_key(FreshKey());
  return in;
}

class KeyRotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(InitCrypto(), IsOk());
    ASSERT_THAT(WriteFileAtomically(next_key_, RandomBytes(32)), IsOk());
  }

  std::string FiledAccount(TestServer& server, const std::string& name) {
    v1::GetRequestRequest in;
    in.set_name(name);
    in.set_view(v1::REQUEST_VIEW_FULL);
    const auto request = server.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in);
    EXPECT_THAT(request, IsOk());
    return request.ok() ? request->subject_account() : "";
  }

  const TempDir dir_;
  const std::string next_key_ = dir_.File("next-kek");
};

TEST_F(KeyRotationTest, WithoutANextKeyItIsRefusedAndSaysWhatIsMissing) {
  TestServer server;

  const absl::Status status =
      server.Call<Admin>("operator-1", &Admin::Stub::RotateKeys, Rotation()).status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_THAT(std::string(status.message()), HasSubstr("next_key_encryption_key_file"));
}

TEST_F(KeyRotationTest, AllIsReadableAfterwardsAndAfterARestartUnderTheOldConfiguration) {
  TestServer server(dir_.File("data"), 30, [&](config::v1::ServerConfig& config) {
    config.set_next_key_encryption_key_file(next_key_);
  });
  Shop shop(server);
  const std::string request = shop.File().name();

  const auto rotated = server.Call<Admin>("operator-1", &Admin::Stub::RotateKeys, Rotation());

  ASSERT_THAT(rotated, IsOk());
  EXPECT_GT(rotated->keys(), 0);
  EXPECT_EQ(rotated->damaged(), 0);
  EXPECT_EQ(FiledAccount(server, request), kAccount);
  EXPECT_THAT(shop.AuditedKinds("operator-1"), Contains("keys_rewrapped"));

  server.Restart();
  EXPECT_EQ(FiledAccount(server, request), kAccount);
  // The account is found as before: its hash does not hang on the key-encryption key.
  EXPECT_EQ(shop.File().subject(), shop.Get(request).subject());
}

TEST_F(KeyRotationTest, TheOldKeyAloneOpensNothingAnyMore) {
  const std::string data = dir_.File("data");
  {
    TestServer server(data, 30, [&](config::v1::ServerConfig& config) {
      config.set_next_key_encryption_key_file(next_key_);
    });
    ASSERT_THAT(server.Call<Admin>("operator-1", &Admin::Stub::RotateKeys, Rotation()), IsOk());
  }

  const ProcessEnd end = RunDsrd({"--dev", "--data-dir", data, "--definitions",
                                  DSR_SOURCE_DIR "/workflows", "--listen", "127.0.0.1:0"});

  EXPECT_EQ(end.exit_code, 78);
  EXPECT_THAT(end.output, HasSubstr("another key-encryption key"));
}

TEST_F(KeyRotationTest, CallsAreServedMeanwhile) {
  TestServer server(dir_.File("data"), 30, [&](config::v1::ServerConfig& config) {
    config.set_next_key_encryption_key_file(next_key_);
  });
  Shop shop(server);
  std::atomic<bool> done = false;
  std::atomic<int> failed = 0;
  std::atomic<int> filed = 0;
  Thread caller("caller", [&] {
    for (int person = 0; !done; ++person) {
      const std::string account = absl::StrCat(kAccount, "-", person);
      const auto made = server.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest,
                                              DeletionCall(account));
      if (made.ok() && FiledAccount(server, made->name()) == account) {
        ++filed;
      } else {
        ++failed;
      }
    }
  });
  for (int i = 0; i < 20; ++i)
    EXPECT_THAT(server.Call<Admin>("operator-1", &Admin::Stub::RotateKeys, Rotation()), IsOk());
  while (filed == 0 && failed == 0) std::this_thread::yield();
  done = true;
  caller.Join();

  EXPECT_EQ(failed, 0);
}

TEST_F(KeyRotationTest, AKeyFromACommandServesAsWellAsOneFromAFile) {
  TestServer server(dir_.File("data"), 30, [&](config::v1::ServerConfig& config) {
    config.clear_key_encryption_key_file();
    config.add_key_encryption_key_command("cat");
    config.add_key_encryption_key_command(next_key_);
  });
  Shop shop(server);

  EXPECT_EQ(FiledAccount(server, shop.File().name()), kAccount);
}

}  // namespace
}  // namespace dsr
