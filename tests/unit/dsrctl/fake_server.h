// A server that answers as a test tells it to.
#ifndef DSR_TESTS_UNIT_DSRCTL_FAKE_SERVER_H_
#define DSR_TESTS_UNIT_DSRCTL_FAKE_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dsr/v1/audit_service.grpc.pb.h"
#include "dsr/v1/notice_service.grpc.pb.h"
#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsr/v1/report_service.grpc.pb.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsr/v1/task_service.grpc.pb.h"
#include "dsr/v1/verification_service.grpc.pb.h"
#include "grpcpp/server.h"

namespace dsr::dsrctl {

// What the fakes were told, and what they saw. dsrctl makes one call at a time, and a test looks
// when it has ended, so there is no lock.
struct FakeState {
  // The statuses of the next calls, one each; calls beyond them succeed.
  std::vector<absl::Status> errors;
  int calls = 0;
  std::vector<std::string> authorizations;
  std::vector<std::string> idempotency_keys;

  v1::CreateRequestRequest created;
  v1::ListRequestsRequest list_query;
  v1::ListAllowedActionsResponse actions;
  v1::SubmitCodeRequest submitted;
  v1::ObjectToNoticeRequest objection;
  v1::GetDeletionCertificateRequest certified;
  v1::DeletionCertificate certificate;
  v1::ExportLedgerRequest ledger_query;
  std::vector<v1::LedgerEntry> ledger;
  absl::Status ledger_end;
  int requests_stored = 0;  // what ListRequests pages through
  std::vector<int> disclosure_batches;
  std::vector<v1::Disclosure> disclosures;  // of the batches that were taken
  std::vector<v1::Consent> consents;
  v1::MergeAccountsRequest merge;
  // Decides about each batch of disclosures, when set; beside `errors`.
  std::function<absl::Status(const v1::BatchCreateDisclosuresRequest&)> check_disclosures;

  std::string package;
  std::string package_sha256;      // empty: that of `package`
  std::vector<int64_t> cut_after;  // the n-th next download breaks after so many bytes
  std::vector<int64_t> download_offsets;

  std::vector<std::string> resume_tokens;
  int changes_per_watch = 1;  // then the stream breaks
  int changes_sent = 0;

  std::string uploaded;
  v1::SlaReport report;
  bool log_intact = true;
  v1::VerifyLogRequest verified;
  int audit_leaves = 0;   // what ListAuditEvents pages through
  int missing_leaf = -1;  // one of them that it leaves out
};

// Serves the fakes on a free port of loopback for as long as it lives.
class FakeServer {
 public:
  FakeServer();
  ~FakeServer();

  // What `--server` takes.
  const std::string& address() const { return address_; }
  FakeState& state() { return state_; }

 private:
  FakeState state_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TESTS_UNIT_DSRCTL_FAKE_SERVER_H_
