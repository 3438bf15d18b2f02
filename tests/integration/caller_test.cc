// Who calls, through real gRPC: tokens with an end and a scope, tokens of an issuer, and what the
// audit log tells of refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/text_file.h"
#include "dsr/v1/admin_service.grpc.pb.h"
#include "dsr/v1/audit_service.grpc.pb.h"
#include "google/protobuf/text_format.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "testing/test_token_signer.h"

namespace dsr {
namespace {

using ::testing::UnorderedElementsAre;
using Admin = v1::AdminService;
using Requests = v1::RequestService;

// Ends a test that waits for what does not come.
constexpr int kMostStreamReads = 1000;

class CallerTest : public ::testing::Test {
 protected:
  absl::Status GetStatus(const std::vector<std::string>& authorizations) {
    grpc::ClientContext context;
    server_.Prepare(context, "");
    for (const std::string& value : authorizations) context.AddMetadata("authorization", value);
    v1::ServerStatus out;
    return FromGrpc(Admin::NewStub(server_.channel())->GetStatus(&context, {}, &out));
  }
  absl::Status Drain(const std::string& authorization) {
    grpc::ClientContext context;
    server_.Prepare(context, "");
    context.AddMetadata("authorization", authorization);
    v1::DrainServerResponse out;
    return FromGrpc(Admin::NewStub(server_.channel())->DrainServer(&context, {}, &out));
  }
  // The audit log's refused calls, once there are `count`: they are written after the answer.
  std::vector<std::string> ActorsOfRefusedCalls(size_t count) {
    std::vector<std::string> actors;
    for (int attempt = 0; attempt < kMostStreamReads && actors.size() < count; ++attempt) {
      const auto events = server_.Call<v1::AuditService>(
          "auditor-1", &v1::AuditService::Stub::ListAuditEvents, v1::ListAuditEventsRequest());
      EXPECT_THAT(events, IsOk());
      actors.clear();
      for (const v1::AuditEvent& event : events->audit_events()) {
        if (event.kind() == "call_refused") actors.push_back(event.actor());
      }
    }
    return actors;
  }
  // Changes a principal of the token file while the server runs.
  template <class Change>
  void ChangePrincipal(const std::string& name, Change change) {
    const std::string path = server_.data_dir() + "/dev/tokens.textproto";
    config::v1::TokenFile file;
    ASSERT_THAT(ReadTextFile(path, file), IsOk());
    for (config::v1::Principal& principal : *file.mutable_principals()) {
      if (principal.name() == name) change(principal);
    }
    std::string text;
    google::protobuf::TextFormat::PrintToString(file, &text);
    ASSERT_THAT(WriteFileAtomically(path, text), IsOk());
  }

  TempDir keys_;
  const TestTokenSigner signer_{TestTokenSigner::Kind::kEc, "key-1"};
  TestServer server_{"", 30, [this](config::v1::ServerConfig& config) {
                       ASSERT_THAT(WriteFileAtomically(keys_.File("jwks.json"), signer_.KeySet()),
                                   IsOk());
                       config::v1::OidcIssuer& issuer = *config.add_oidc();
                       issuer.set_issuer("https://id.corp");
                       issuer.set_audience("dsrd");
                       issuer.set_jwks_file(keys_.File("jwks.json"));
                     }};
};

TEST_F(CallerTest, AScopedTokenCallsItsMethodsUntilItExpires) {
  ChangePrincipal("operator-1", [&](config::v1::Principal& principal) {
    config::v1::Token& token = *principal.add_tokens();
    token.set_token_sha256(HexEncode(Sha256("scoped")));
    token.add_scopes("reads");
    *token.mutable_expire_time() = ToTimestamp(server_.clock().Now() + absl::Hours(1));
  });
  EXPECT_THAT(GetStatus({"Bearer scoped"}), IsOk());
  const absl::Status drained = Drain("Bearer scoped");
  EXPECT_THAT(drained, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(drained, ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_EQ(ErrorInfoOf(drained)->metadata().at("method"), "DrainServer");

  server_.clock().Advance(absl::Hours(1));

  const absl::Status expired = GetStatus({"Bearer scoped"});
  EXPECT_THAT(expired, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(expired, ReasonIs(v1::ERROR_REASON_TOKEN_EXPIRED));
}

TEST_F(CallerTest, ATokenIsTakenBackWhileTheServerRuns) {
  const std::string header = server_.Authorization("operator-1");
  EXPECT_THAT(GetStatus({header}), IsOk());

  ChangePrincipal("operator-1",
                  [](config::v1::Principal& principal) { principal.clear_token_sha256(); });

  EXPECT_THAT(GetStatus({header}), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(CallerTest, AStreamEndsWithTheTokenThatItWasOpenedWith) {
  ChangePrincipal("caseworker-1", [&](config::v1::Principal& principal) {
    config::v1::Token& token = *principal.add_tokens();
    token.set_token_sha256(HexEncode(Sha256("brief")));
    *token.mutable_expire_time() = ToTimestamp(server_.clock().Now() + absl::Hours(1));
  });
  const auto stub = Requests::NewStub(server_.channel());
  const std::string kept = server_.Authorization("caseworker-1");
  for (const std::string& header : {std::string("Bearer brief"), kept}) {
    grpc::ClientContext context;
    server_.Prepare(context, "");
    context.AddMetadata("authorization", header);
    const auto stream = stub->WatchRequests(&context, v1::WatchRequestsRequest());
    v1::WatchRequestsResponse response;
    ASSERT_TRUE(stream->Read(&response)) << header.size();

    if (header == kept) {
      ChangePrincipal("caseworker-1",
                      [](config::v1::Principal& principal) { principal.clear_token_sha256(); });
    } else {
      server_.clock().Advance(absl::Hours(1));
    }
    Shop(server_).File(DeletionCall("account-" + std::to_string(header.size())));

    EXPECT_FALSE(stream->Read(&response));
    EXPECT_THAT(
        FromGrpc(stream->Finish()),
        ReasonIs(header == kept ? v1::ERROR_REASON_TOKEN_INVALID : v1::ERROR_REASON_TOKEN_EXPIRED));
  }
}

TEST_F(CallerTest, TwoAuthorizationHeadersAreRefused) {
  const std::string header = server_.Authorization("operator-1");

  EXPECT_THAT(GetStatus({header, header}), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(CallerTest, ATokenOfAnIssuerCallsAsThePrincipalItNames) {
  ChangePrincipal("operator-1", [](config::v1::Principal& principal) {
    principal.add_oidc_subjects()->set_issuer("https://id.corp");
    principal.mutable_oidc_subjects(0)->set_subject("op");
  });
  const int64_t now = absl::ToUnixSeconds(server_.clock().Now());
  const std::string header = absl::StrCat(
      "Bearer ",
      signer_.Token(absl::StrCat(
          R"({"iss":"https://id.corp","aud":["shop","dsrd"],"sub":"op","exp":)", now + 300, "}")));

  EXPECT_THAT(GetStatus({header}), IsOk());
  EXPECT_THAT(GetStatus({header + "x"}), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  server_.clock().Advance(absl::Seconds(400));
  EXPECT_THAT(GetStatus({header}), ReasonIs(v1::ERROR_REASON_TOKEN_EXPIRED));
}

TEST_F(CallerTest, UnknownCallersAreCountedInTheAuditLogAndKnownOnesNamed) {
  EXPECT_THAT(GetStatus({"Bearer guess"}), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(GetStatus({server_.Authorization("intake-tool")}),
              StatusIs(absl::StatusCode::kPermissionDenied));

  EXPECT_THAT(ActorsOfRefusedCalls(2), UnorderedElementsAre("", "intake-tool"));
}

}  // namespace
}  // namespace dsr
