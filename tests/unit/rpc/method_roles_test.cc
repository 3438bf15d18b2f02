#include "rpc/method_roles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "dsr/workflow/engine.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

constexpr const char* kEveryRole[] = {
    "intake",          "session_asserter", "verifier",          "caseworker", "reviewer",
    "privacy_officer", "auditor",          "operator",          "registrar",  "data_system",
    "recipient",       "children_privacy", "identity_authority"};

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
    for (const std::string role : kEveryRole) {
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

INSTANTIATE_TEST_SUITE_P(EveryWorkflow, MethodRolesTest, ::testing::ValuesIn(ShopWorkflows()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace dsr
