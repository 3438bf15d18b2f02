// What one peer may do to the server: limits, reflection, and requests that ended other versions of
// gRPC.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "dsr/v1/admin_service.grpc.pb.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "google/protobuf/empty.pb.h"
#include "integration/dsrd_process.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using Admin = v1::AdminService;
using Requests = v1::RequestService;

constexpr int kCallers = 16;
constexpr int kCallsOfEach = 10;
// Below the usual limit of open files of a process.
constexpr int kSilentConnections = 500;

class TransportLimitsTest : public ::testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {
        "--dev",    "--data-dir", folder_.path(), "--definitions", DSR_SOURCE_DIR "/workflows",
        "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  absl::Status GetStatus(const ApiClient& client) {
    return client.Call<Admin>("operator-1", &Admin::Stub::GetStatus, v1::GetStatusRequest())
        .status();
  }

  TempDir folder_;
};

TEST_F(TransportLimitsTest, HeadersOfMoreThan8KilobytesAreRefusedAndOthersServed) {
  TestServer server;
  // gRPC may close the connection that such headers came by; others go on.
  ApiClient other;
  other.Connect(server.data_dir(),
                std::stoi(server.address().substr(server.address().rfind(':') + 1)));
  ASSERT_THAT(GetStatus(other), IsOk());
  const auto call = [&](size_t bytes) {
    grpc::ClientContext context;
    server.Prepare(context, "operator-1");
    context.AddMetadata("x-padding", std::string(bytes, 'x'));
    v1::ServerStatus out;
    return FromGrpc(Admin::NewStub(server.channel())->GetStatus(&context, {}, &out));
  };

  EXPECT_THAT(call(7 << 10), IsOk());
  EXPECT_THAT(call(8 << 10), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(GetStatus(other), IsOk());
}

TEST_F(TransportLimitsTest, TheSmallestQuotaServesManyLargeCallsAtOnce) {
  TestServer server("", 30, [](config::v1::ServerConfig& config) {
    config.set_grpc_memory_mib(64);
    config.set_grpc_threads(8);
  });
  v1::GetRequestRequest large;
  large.set_name(std::string(500'000, 'x'));

  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      for (int call = 0; call < kCallsOfEach; ++call) {
        EXPECT_THAT(server.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, large),
                    StatusIs(absl::StatusCode::kInvalidArgument));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();

  EXPECT_THAT(GetStatus(server), IsOk());
}

// Asks for the names of the services, as grpcurl does.
grpc::Status AskReflection(const ApiClient& client, std::string* names) {
  grpc::ClientContext context;
  client.Prepare(context, "");
  google::protobuf::Empty in;
  // ServerReflectionRequest.list_services of grpc/reflection/v1alpha.
  in.GetReflection()->MutableUnknownFields(&in)->AddLengthDelimited(7, "*");
  google::protobuf::Empty out;
  const grpc::internal::RpcMethod method(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status =
      grpc::internal::BlockingUnaryCall<google::protobuf::Empty, google::protobuf::Empty>(
          client.channel().get(), method, &context, in, &out);
  *names = out.SerializeAsString();
  return status;
}

TEST_F(TransportLimitsTest, ReflectionIsServedOnlyWhenAskedFor) {
  std::string names;
  {
    DsrdProcess dsrd(Arguments());
    ApiClient client;
    client.Connect(folder_.path(), dsrd.AwaitPort());
    EXPECT_EQ(AskReflection(client, &names).error_code(), grpc::StatusCode::UNIMPLEMENTED);
    dsrd.Signal(SIGTERM);
    EXPECT_EQ(dsrd.Wait().exit_code, 0);
  }
  DsrdProcess dsrd(Arguments({"--reflection"}));
  ApiClient client;
  client.Connect(folder_.path(), dsrd.AwaitPort());
  EXPECT_EQ(AskReflection(client, &names).error_code(), grpc::StatusCode::OK);
  EXPECT_THAT(names, HasSubstr("dsr.v1.RequestService"));
  EXPECT_THAT(GetStatus(client), IsOk());
}

// HPACK (RFC 7541, section 5.1), with a prefix of 7 bits.
std::string Length(size_t length) {
  if (length < 127) return std::string(1, static_cast<char>(length));
  std::string bytes(1, 127);
  for (length -= 127; length >= 128; length /= 128) {
    bytes.push_back(static_cast<char>(length % 128 + 128));
  }
  bytes.push_back(static_cast<char>(length));
  return bytes;
}

std::string Literal(char encoding, const std::string& name, const std::string& value) {
  return std::string(1, encoding) + Length(name.size()) + name + Length(value.size()) + value;
}

std::string Frame(char type, char flags, char stream, const std::string& payload) {
  const size_t size = payload.size();
  std::string frame = {static_cast<char>(size >> 16),
                       static_cast<char>(size >> 8),
                       static_cast<char>(size),
                       type,
                       flags,
                       0,
                       0,
                       0,
                       stream};
  return frame + payload;
}

// Returns the connection's descriptor.
int ConnectTo(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  return connection;
}

// Sends bytes to a port of loopback, and returns what comes until the peer closes, or has sent what
// it had.
std::string SendRaw(int port, const std::string& bytes) {
  const int connection = ConnectTo(port);
  EXPECT_EQ(send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
  // The server answers a PING only after what came before it.
  const std::string ping = Frame(6, 0, 0, "12345678");
  send(connection, ping.data(), ping.size(), MSG_NOSIGNAL);
  std::string answer;
  char buffer[4096];
  while (answer.find("12345678") == std::string::npos) {
    const ssize_t size = recv(connection, buffer, sizeof(buffer), 0);
    if (size <= 0) break;
    answer.append(buffer, static_cast<size_t>(size));
  }
  close(connection);
  return answer;
}

// The value of a setting in the SETTINGS frame that a server begins with; -1 when it is not there.
int64_t SettingOf(const std::string& answer, int identifier) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(answer.at(at)); };
  const size_t size = (byte(0) << 16) + (byte(1) << 8) + byte(2);
  for (size_t at = 9; at + 6 <= 9 + size; at += 6) {
    if ((byte(at) << 8) + byte(at + 1) != identifier) continue;
    return (int64_t{byte(at + 2)} << 24) + (byte(at + 3) << 16) + (byte(at + 4) << 8) +
           byte(at + 5);
  }
  return -1;
}

TEST_F(TransportLimitsTest, AConnectionIsToldHowManyCallsAndHowLargeHeadersItMayHave) {
  TestServer server;
  const int port = std::stoi(server.address().substr(server.address().rfind(':') + 1));

  const std::string answer = SendRaw(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0, ""));

  ASSERT_GE(answer.size(), 9u);
  EXPECT_EQ(SettingOf(answer, /*MAX_CONCURRENT_STREAMS*/ 3), 100);
  EXPECT_EQ(SettingOf(answer, /*MAX_HEADER_LIST_SIZE*/ 6), 8 << 10);
}

TEST_F(TransportLimitsTest, HeadersThatEndedOtherVersionsLeaveTheServerAlive) {
  DsrdProcess dsrd(Arguments());
  const int port = dsrd.AwaitPort();
  ASSERT_NE(port, 0);
  ApiClient client;
  client.Connect(folder_.path(), port);
  const std::string opening = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0, "");
  constexpr char kEncodings[] = {0x00, 0x10, 0x40};

  // CVE-2023-1428: each with headers beyond 8 kB. CVE-2023-32732: base64 that is none.
  for (const auto& [name, value] : {std::pair<std::string, std::string>("te", "x"),
                                    {":scheme", "x"},
                                    {"grpclb_client_stats", "x"},
                                    {"x-bin", "!!"}}) {
    for (const char encoding : kEncodings) {
      std::string headers = Literal(encoding, ":method", "POST");
      if (name != ":scheme") headers += Literal(encoding, ":scheme", "http");
      headers += Literal(encoding, ":path", "/dsr.v1.AdminService/GetStatus") +
                 Literal(encoding, ":authority", "localhost") + Literal(encoding, name, value) +
                 Literal(encoding, "x-padding", std::string(9 << 10, 'x'));
      SendRaw(port, opening + Frame(1, 0x5, 1, headers));
      ASSERT_THAT(GetStatus(client), IsOk()) << name << " by encoding " << int{encoding};
    }
  }
  dsrd.Signal(SIGTERM);
  EXPECT_EQ(dsrd.Wait().exit_code, 0);
}

TEST_F(TransportLimitsTest, ManyConnectionsThatSayNothingLeaveOthersServed) {
  DsrdProcess dsrd(Arguments());
  const int port = dsrd.AwaitPort();
  ASSERT_NE(port, 0);
  ApiClient client;
  client.Connect(folder_.path(), port);

  std::vector<int> silent;
  for (int i = 0; i < kSilentConnections; ++i) silent.push_back(ConnectTo(port));
  EXPECT_THAT(GetStatus(client), IsOk());
  for (const int connection : silent) close(connection);

  EXPECT_THAT(GetStatus(client), IsOk());
  dsrd.Signal(SIGTERM);
  EXPECT_EQ(dsrd.Wait().exit_code, 0);
}

TEST_F(TransportLimitsTest, ASecondServerOnThePortIsRefused) {
  DsrdProcess first(Arguments());
  const int port = first.AwaitPort();
  ASSERT_NE(port, 0);
  TempDir other;

  const ProcessEnd second =
      RunDsrd({"--dev", "--data-dir", other.path(), "--definitions", DSR_SOURCE_DIR "/workflows",
               "--listen", "127.0.0.1:" + std::to_string(port)});

  EXPECT_EQ(second.exit_code, 78) << second.output;
  EXPECT_THAT(second.output, HasSubstr("is another server there?"));
}

}  // namespace
}  // namespace dsr
