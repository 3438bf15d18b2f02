// Every role at the door of every method: who is let through, and what the others are told.
#include <gmock/gmock.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "google/protobuf/text_format.h"
#include "integration/service_files.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

constexpr const char* kRolesOfMatrix[] = {
    "intake",          "session_asserter", "verifier",          "caseworker", "reviewer",
    "privacy_officer", "auditor",          "operator",          "registrar",  "data_system",
    "recipient",       "children_privacy", "identity_authority"};

// The roles of each method, by its name.
using Matrix = std::map<std::string, std::set<std::string>>;

Matrix ReadMatrix() {
  Matrix matrix;
  const auto text = ReadFile(DSR_SOURCE_DIR "/tests/integration/role_matrix.txt");
  EXPECT_THAT(text, IsOk());
  for (const absl::string_view line : absl::StrSplit(text.value_or(""), '\n', absl::SkipEmpty())) {
    if (line.front() == '#') continue;
    const std::pair<std::string, std::string> row = absl::StrSplit(line, absl::MaxSplits(": ", 1));
    const std::vector<std::string> roles = absl::StrSplit(row.second, ' ', absl::SkipEmpty());
    EXPECT_TRUE(matrix.emplace(row.first, std::set<std::string>(roles.begin(), roles.end())).second)
        << row.first << " is there twice";
  }
  return matrix;
}

// A principal that has that role and no other.
std::string OnlyOf(absl::string_view role) {
  std::string name = absl::StrCat("only-", role);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

class RoleMatrixTest : public ::testing::Test {
 protected:
  RoleMatrixTest()
      : server_(dir_.File("data"), 30, [this](config::v1::ServerConfig& config) {
          config.set_token_file(WritePrincipals());
        }) {}

  std::string WritePrincipals() const {
    config::v1::TokenFile file;
    const std::string tokens = dir_.File("data/dev/tokens");
    for (const std::string role : kRolesOfMatrix) {
      config::v1::Principal& principal = *file.add_principals();
      principal.set_name(OnlyOf(role));
      principal.add_roles(role);
      if (role == "data_system") principal.set_data_system("systems/profile");
      if (role == "recipient") principal.set_recipient("recipients/ad-partner");
      const std::string token = HexEncode(RandomBytes(32));
      principal.set_token_sha256(HexEncode(Sha256(token)));
      EXPECT_THAT(
          WriteFileAtomically(absl::StrCat(tokens, "/", principal.name(), ".token"), token + "\n"),
          IsOk());
    }
    std::string text;
    google::protobuf::TextFormat::PrintToString(file, &text);
    const std::string path = dir_.File("principals.textproto");
    EXPECT_THAT(WriteFileAtomically(path, text), IsOk());
    return path;
  }

  // Calls with bytes that are no message: whoever is let through is told that, and nothing is done.
  absl::Status Knock(const MethodDescriptor& method, const std::string& principal) {
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    grpc::ClientContext context;
    server_.Prepare(context, principal);
    const grpc::Slice slice(std::string("\x0a\xff"));
    const grpc::ByteBuffer in(&slice, 1);
    grpc::ByteBuffer out;
    const grpc::internal::RpcMethod rpc(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
    return FromGrpc(grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
        server_.channel().get(), rpc, &context, in, &out));
  }

  static std::vector<const MethodDescriptor*> AllMethods() {
    std::vector<const MethodDescriptor*> methods;
    for (const FileDescriptor* file : ServiceFiles()) {
      for (int i = 0; i < file->service(0)->method_count(); ++i)
        methods.push_back(file->service(0)->method(i));
    }
    return methods;
  }

  const TempDir dir_;
  TestServer server_;
};

TEST_F(RoleMatrixTest, EveryRoleIsLetThroughOrRefusedByEveryMethodAsTheMatrixSays) {
  const Matrix matrix = ReadMatrix();
  std::set<std::string> seen;
  int pairs = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    SCOPED_TRACE(method->full_name());
    const auto row = matrix.find(method->name());
    ASSERT_NE(row, matrix.end()) << "the matrix does not have it";
    seen.insert(method->name());
    for (const std::string role : kRolesOfMatrix) {
      const absl::Status status = Knock(*method, OnlyOf(role));
      ++pairs;
      if (row->second.contains(role)) {
        EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << role;
        EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << role;
      } else {
        EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied)) << role;
        EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ROLE_MISSING)) << role;
      }
    }
    const absl::Status unknown = Knock(*method, "");
    EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kUnauthenticated));
    EXPECT_THAT(unknown, ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  }
  for (const auto& [method, roles] : matrix)
    EXPECT_TRUE(seen.contains(method)) << method << " is no method";
  std::printf("%d pairs of role and method\n", pairs);
}

}  // namespace
}  // namespace dsr
