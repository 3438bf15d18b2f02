// A company as tests need it: files requests, verifies them, works on tasks.
#ifndef DSR_TESTS_INTEGRATION_SHOP_H_
#define DSR_TESTS_INTEGRATION_SHOP_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/admin_service.grpc.pb.h"
#include "dsr/v1/audit_service.grpc.pb.h"
#include "dsr/v1/hold_service.grpc.pb.h"
#include "dsr/v1/message_service.grpc.pb.h"
#include "dsr/v1/notice_service.grpc.pb.h"
#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsr/v1/report_service.grpc.pb.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsr/v1/task_service.grpc.pb.h"
#include "dsr/v1/verification_service.grpc.pb.h"
#include "dsr/v1/workflow_service.grpc.pb.h"
#include "integration/api_client.h"

namespace dsr {

// The person that the shop knows: account, mail address, name, and what a recipient calls it. All
// of it is marked (leak_watch.h).
inline constexpr char kAccount[] = "account-1-qx7MarkedPerson-墨钧标记甲-🦑🪁🧿";
inline constexpr char kAddress[] = "qx7MarkedPerson@example.com";
inline constexpr char kPersonName[] = "墨钧标记甲 qx7MarkedPerson 🦑🪁🧿";
inline constexpr char kReference[] = "ad-4711-qx7MarkedPerson";

// A call that files a request of that type by kAccount, without categories and details.
v1::CreateRequestRequest FilingCall(absl::string_view type);

// A call that files a deletion of the browsing history.
v1::CreateRequestRequest DeletionCall(absl::string_view account = kAccount);

// A task's result with so many records of one category.
v1::TaskResult RecordsOf(absl::string_view category, int64_t records);

// The way of a recipient that fetches its notices.
v1::Delivery FetchesNotices();

// Drives a server as the tools and systems of a company do. Its methods fail the test when a step
// that should work does not.
class Shop {
 public:
  explicit Shop(ApiClient& server) : server_(server) {}

  // Registers the system `profile`, which knows accounts, and `browsing`, which holds the history;
  // and the recipient `ad-partner`, which fetches its notices and got the history of kAccount.
  void Register();
  void RegisterSystem(const std::string& id, const std::vector<std::string>& categories,
                      const std::vector<v1::TaskKind>& kinds);
  // A recipient that got that category of kAccount, whom it knows as kReference.
  void RegisterRecipient(const std::string& id, const std::string& category,
                         const v1::Delivery& delivery = FetchesNotices());

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

  // Files a deletion of the browsing history, and verifies, assesses and confirms it; returns its
  // name.
  std::string ConfirmDeletion();

  // Makes a call of RequestService that acts on `request`:
  //   Act("caseworker-1", &v1::RequestService::Stub::ConfirmPlan, v1::ConfirmPlanRequest(), name)
  template <class In>
  absl::StatusOr<v1::Request> Act(absl::string_view principal,
                                  grpc::Status (v1::RequestService::Stub::*method)(
                                      grpc::ClientContext*, const In&, v1::Request*),
                                  In in, const std::string& request) {
    in.set_name(request);
    in.set_idempotency_key(FreshKey());
    return server_.Call<v1::RequestService>(principal, method, in);
  }

  // What that principal did or was refused, as the audit log tells it, oldest first.
  std::vector<std::string> AuditedKinds(absl::string_view actor);

  // Asks until the request's only notice is in that state.
  v1::Notice AwaitNotice(const std::string& request, v1::Notice::State state);
  // The notices that `recipient` has not ended yet.
  std::vector<v1::Notice> PullNotices(absl::string_view recipient);
  // Acknowledges and completes a notice.
  void EndNotice(absl::string_view recipient, const std::string& notice);

 private:
  ApiClient& server_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_SHOP_H_
