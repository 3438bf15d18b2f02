// A transfer to another handler, from its filing to the handler's download, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "integration/download.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Requests = v1::RequestService;
using ::testing::AllOf;
using ::testing::HasSubstr;

class TransferFlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    shop_.RegisterRecipient("payment", "browsing");
    v1::CreateRequestRequest call = FilingCall("transfer");
    call.mutable_request()->add_categories("browsing");
    call.mutable_request()->mutable_transfer()->set_recipient("recipients/ad-partner");
    call.mutable_request()->mutable_transfer()->set_agreement("letter of 1 March 2026");
    request_ = shop_.File(call).name();
    shop_.Verify(request_);
    ASSERT_THAT(shop_.Assess(request_), IsOk());
    shop_.Work("browsing", [](const v1::Task&) { return RecordsOf("browsing", 0); });
    shop_.AwaitState(request_, "ready");
    ASSERT_THAT(shop_.Act("caseworker-1", &Requests::Stub::RespondToRequest,
                          v1::RespondToRequestRequest(), request_),
                IsOk());
    mail_ = shop_.ReadMail(request_, "response-transfer");
  }

  Download Fetch(absl::string_view principal, const std::string& grant) {
    return FetchPackage(server_, principal, request_, grant);
  }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
  std::string mail_;
};

TEST_F(TransferFlowTest, TheHandlerFetchesThePackageAsItselfWithTheGrantOfTheRequester) {
  EXPECT_THAT(mail_, HasSubstr("The recipient ad-partner"));

  const Download download = Fetch("recipient-ad-partner", GrantIn(mail_));

  ASSERT_THAT(download.status, IsOk());
  EXPECT_EQ(HexEncode(Sha256(download.bytes)), download.package.sha256());
  const v1::Package package = shop_.Get(request_).package();
  EXPECT_EQ(package.state(), v1::Package::STATE_DOWNLOADED);
  EXPECT_EQ(package.bound_to(), "recipient-ad-partner");
}

TEST_F(TransferFlowTest, NobodyButTheHandlerFetchesThePackageAndNothingIsBoundByTrying) {
  const std::string grant = GrantIn(mail_);

  for (const char* other : {"intake-tool", "caseworker-1", "recipient-payment"}) {
    EXPECT_THAT(Fetch(other, grant).status, AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                                                  ReasonIs(v1::ERROR_REASON_GRANT_INVALID)))
        << other;
  }
  EXPECT_THAT(Fetch("recipient-ad-partner", std::string(26, '0')).status,
              ReasonIs(v1::ERROR_REASON_GRANT_INVALID));

  EXPECT_EQ(shop_.Get(request_).package().state(), v1::Package::STATE_READY);
  EXPECT_THAT(Fetch("recipient-ad-partner", grant).status, IsOk());
}

}  // namespace
}  // namespace dsr
