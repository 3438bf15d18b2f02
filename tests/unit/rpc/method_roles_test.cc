#include "rpc/method_roles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "dsr/workflow/engine.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

bool SetsOffATransition(const v1::AllowedAction& told) {
  for (const char* plain :
       {"StartVerification", "SubmitCode", "RecordEvidence", "DecideVerification",
        "RevokeVerification", "RecordAnnouncement", "ApproveFileAccess", "AssignRequest",
        "MigrateRequest", "DownloadPackage", "RetryTask", "RetryNotice"}) {
    if (told.action() == plain) return false;
  }
  return true;
}

class MethodRolesTest : public ::testing::TestWithParam<std::string> {};

TEST_P(MethodRolesTest, WhomListAllowedActionsNamesTheMethodLetsThrough) {
  RequestDriver request(GetParam());
  request.FileUsual();

  for (const v1::AllowedAction& told :
       AllowedActions(request.rulebook(), request.record(), request.ContextFor(Visitor()))) {
    EXPECT_FALSE(told.roles().empty()) << told.action();
    for (const std::string& role : RoleNames()) {
      const bool is_let_through =
          CheckRole(Principal{.name = "somebody", .roles = {role}}, told.action()).ok();
      const bool is_named =
          std::find(told.roles().begin(), told.roles().end(), role) != told.roles().end();
      if (SetsOffATransition(told)) {
        EXPECT_TRUE(is_let_through || !is_named) << told.action() << " by " << role;
      } else {
        EXPECT_EQ(is_let_through, is_named) << told.action() << " by " << role;
      }
    }
  }
}

TEST(ScopesTest, ATokenWithoutScopesIsGoodForAll) {
  EXPECT_THAT(CheckScope({}, "DrainServer"), IsOk());
}

TEST(ScopesTest, AScopeCoversItsMethodAndNoOther) {
  EXPECT_THAT(CheckScope({"AssessRequest", "GetRequest"}, "GetRequest"), IsOk());
  EXPECT_THAT(CheckScope({"GetRequest"}, "GetRequests"), ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_THAT(CheckScope({"GetRequest"}, "ListRequests"), ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
}

TEST(ScopesTest, ReadsCoverWhatChangesNothing) {
  for (const char* read : {"GetRequest", "ListQueue", "WatchRequests", "VerifyLog"}) {
    EXPECT_THAT(CheckScope({"reads"}, read), IsOk()) << read;
  }
  for (const char* change : {"CreateRequest", "LeaseTasks", "PullNotices", "DownloadPackage",
                             "DrainServer", "GetNothing"}) {
    EXPECT_THAT(CheckScope({"reads"}, change), ReasonIs(v1::ERROR_REASON_ROLE_MISSING)) << change;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWorkflow, MethodRolesTest, ::testing::ValuesIn(ShopWorkflows()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace dsr
