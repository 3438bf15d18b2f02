// A company as tests need it: files requests, verifies them, works on tasks.
#ifndef DSR_TESTS_INTEGRATION_SHOP_H_
#define DSR_TESTS_INTEGRATION_SHOP_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/admin_service.grpc.pb.h"
#include "dsr/v1/audit_service.grpc.pb.h"
#include "dsr/v1/message_service.grpc.pb.h"
#include "dsr/v1/notice_service.grpc.pb.h"
#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsr/v1/report_service.grpc.pb.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsr/v1/task_service.grpc.pb.h"
#include "dsr/v1/verification_service.grpc.pb.h"
#include "dsr/v1/workflow_service.grpc.pb.h"
#include "integration/test_server.h"

namespace dsr {

// The account that the shop knows.
inline constexpr char kAccount[] = "account-1";
inline constexpr char kAddress[] = "person@example.com";

// A call that files a deletion of the browsing history.
v1::CreateRequestRequest DeletionCall(absl::string_view account = kAccount);

// Drives a server as the tools and systems of a company do. Its methods fail the test when a step
// that should work does not.
class Shop {
 public:
  explicit Shop(TestServer& server) : server_(server) {}

  // Registers the system `profile`, which knows accounts, and `browsing`, which holds the history;
  // and the recipient `ad-partner`, which fetches its notices and got the history of kAccount.
  void Register();

  // Files `call` as the intake tool.
  v1::Request File(const v1::CreateRequestRequest& call = DeletionCall());
  v1::Request Get(const std::string& name, v1::RequestView view = v1::REQUEST_VIEW_BASIC);

  // Leases and completes one task of a system, with what `work` makes of it.
  void Work(absl::string_view system, const std::function<v1::TaskResult(const v1::Task&)>& work);
  // Lets `profile` answer that it knows the contact point of the oldest request.
  void ResolveContact();

  // Asks for a one-time code.
  v1::Verification AskForCode(const std::string& request);
  // The text of the message made from that template, once it was sent; waits for it.
  std::string ReadMail(const std::string& request, absl::string_view template_id);
  // The code of the first message that brings one; waits for it.
  std::string ReadCode(const std::string& request);
  // Asks until the request is in that state.
  v1::Request AwaitState(const std::string& request, const std::string& state);
  absl::StatusOr<v1::Verification> SubmitCode(const std::string& verification,
                                              const std::string& code);
  // All of the above: the request is verified afterwards.
  void Verify(const std::string& request);

  absl::StatusOr<v1::Request> Assess(const std::string& request, const std::string& etag = "");

 private:
  TestServer& server_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_SHOP_H_
