#include "unit/dsrctl/fake_server.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace dsr::dsrctl {
namespace {

using grpc::ServerContext;

// As the real server packs its errors.
grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  v1::Status details;
  details.set_code(static_cast<int>(status.code()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    google::protobuf::Any& any = *details.add_details();
    any.set_type_url(std::string(url));
    any.set_value(std::string(payload));
  });
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      details.SerializeAsString());
}

// Records the call and returns the error that the test ordered for it, if any.
grpc::Status Begin(FakeState& state, ServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  state.authorizations.push_back(found == context.client_metadata().end()
                                     ? ""
                                     : std::string(found->second.data(), found->second.size()));
  const auto call = static_cast<size_t>(state.calls++);
  return call < state.errors.size() ? ToGrpc(state.errors[call]) : grpc::Status::OK;
}

template <class Request>
grpc::Status BeginChange(FakeState& state, ServerContext& context, const Request& request) {
  state.idempotency_keys.push_back(request.idempotency_key());
  return Begin(state, context);
}

class FakeRequests : public v1::RequestService::Service {
 public:
  explicit FakeRequests(FakeState& state) : state_(state) {}

  grpc::Status CreateRequest(ServerContext* context, const v1::CreateRequestRequest* in,
                             v1::Request* out) override {
    state_.created = *in;
    out->set_name("requests/new");
    out->set_type(in->request().type());
    return BeginChange(state_, *context, *in);
  }

  grpc::Status GetRequest(ServerContext* context, const v1::GetRequestRequest* in,
                          v1::Request* out) override {
    out->set_name(in->name());
    out->set_type("deletion");
    out->mutable_due_time()->set_seconds(1772035200);
    return Begin(state_, *context);
  }

  grpc::Status ListRequests(ServerContext* context, const v1::ListRequestsRequest* in,
                            v1::ListRequestsResponse* out) override {
    state_.list_query = *in;
    int begin = 0;
    if (!in->page_token().empty() && !absl::SimpleAtoi(in->page_token(), &begin)) std::abort();
    const int end = std::min(begin + in->page_size(), state_.requests_stored);
    for (int i = begin; i < end; ++i) out->add_requests()->set_name(absl::StrCat("requests/", i));
    if (end < state_.requests_stored) out->set_next_page_token(absl::StrCat(end));
    return Begin(state_, *context);
  }

  grpc::Status ListAllowedActions(ServerContext* context, const v1::ListAllowedActionsRequest*,
                                  v1::ListAllowedActionsResponse* out) override {
    *out = state_.actions;
    return Begin(state_, *context);
  }

  grpc::Status WatchRequests(ServerContext* context, const v1::WatchRequestsRequest* in,
                             grpc::ServerWriter<v1::WatchRequestsResponse>* out) override {
    state_.resume_tokens.push_back(in->resume_token());
    if (const grpc::Status status = Begin(state_, *context); !status.ok()) return status;
    for (int i = 0; i < state_.changes_per_watch; ++i) {
      v1::WatchRequestsResponse response;
      response.mutable_request()->set_name(absl::StrCat("requests/", state_.changes_sent++));
      response.set_resume_token(absl::StrCat("after-", state_.changes_sent));
      out->Write(response);
    }
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining");
  }

  grpc::Status DownloadPackage(ServerContext* context, const v1::DownloadPackageRequest* in,
                               grpc::ServerWriter<v1::DownloadPackageResponse>* out) override {
    state_.download_offsets.push_back(in->offset());
    if (const grpc::Status status = Begin(state_, *context); !status.ok()) return status;
    v1::DownloadPackageResponse response;
    response.mutable_package()->set_sha256(
        state_.package_sha256.empty() ? HexEncode(Sha256(state_.package)) : state_.package_sha256);
    response.mutable_package()->set_size_bytes(static_cast<int64_t>(state_.package.size()));
    const size_t download = state_.download_offsets.size() - 1;
    const bool cut = download < state_.cut_after.size();
    const int64_t left = static_cast<int64_t>(state_.package.size()) - in->offset();
    const int64_t count = cut ? std::min(state_.cut_after[download], left) : left;
    for (int64_t sent = 0; sent < count || sent == 0; sent += 10) {
      response.set_offset(in->offset() + sent);
      response.set_data(
          state_.package.substr(in->offset() + sent, std::min<int64_t>(10, count - sent)));
      out->Write(response);
      response.clear_package();
    }
    return cut ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "broken") : grpc::Status::OK;
  }

 private:
  FakeState& state_;
};

class FakeVerifications : public v1::VerificationService::Service {
 public:
  explicit FakeVerifications(FakeState& state) : state_(state) {}

  grpc::Status SubmitCode(ServerContext* context, const v1::SubmitCodeRequest* in,
                          v1::Verification* out) override {
    state_.submitted = *in;
    out->set_name(in->name());
    out->set_state(v1::Verification::STATE_PASSED);
    return BeginChange(state_, *context, *in);
  }

 private:
  FakeState& state_;
};

class FakeNotices : public v1::NoticeService::Service {
 public:
  explicit FakeNotices(FakeState& state) : state_(state) {}

  grpc::Status AcknowledgeNotice(ServerContext* context, const v1::AcknowledgeNoticeRequest* in,
                                 v1::Notice* out) override {
    out->set_name(in->name());
    out->set_state(v1::Notice::STATE_ACKNOWLEDGED);
    return BeginChange(state_, *context, *in);
  }

  grpc::Status ObjectToNotice(ServerContext* context, const v1::ObjectToNoticeRequest* in,
                              v1::Notice* out) override {
    state_.objection = *in;
    out->set_name(in->name());
    return BeginChange(state_, *context, *in);
  }

  grpc::Status GetDeletionCertificate(ServerContext* context,
                                      const v1::GetDeletionCertificateRequest* in,
                                      v1::DeletionCertificate* out) override {
    state_.certified = *in;
    *out = state_.certificate;
    return Begin(state_, *context);
  }

  grpc::Status ExportLedger(ServerContext* context, const v1::ExportLedgerRequest* in,
                            grpc::ServerWriter<v1::LedgerEntry>* out) override {
    state_.ledger_query = *in;
    if (const grpc::Status status = Begin(state_, *context); !status.ok()) return status;
    for (const v1::LedgerEntry& entry : state_.ledger) out->Write(entry);
    return ToGrpc(state_.ledger_end);
  }

  grpc::Status ListNotices(ServerContext* context, const v1::ListNoticesRequest* in,
                           v1::ListNoticesResponse* out) override {
    out->add_notices()->set_name(in->parent() + "/notices/n");
    return Begin(state_, *context);
  }

 private:
  FakeState& state_;
};

class FakeRegistry : public v1::RegistryService::Service {
 public:
  explicit FakeRegistry(FakeState& state) : state_(state) {}

  grpc::Status BatchCreateDisclosures(ServerContext* context,
                                      const v1::BatchCreateDisclosuresRequest* in,
                                      v1::BatchCreateDisclosuresResponse* out) override {
    state_.disclosure_batches.push_back(in->disclosures_size());
    if (grpc::Status status = BeginChange(state_, *context, *in); !status.ok()) return status;
    if (state_.check_disclosures) {
      const absl::Status status = state_.check_disclosures(*in);
      if (!status.ok()) return ToGrpc(status);
    }
    for (const v1::Disclosure& disclosure : in->disclosures()) {
      state_.disclosures.push_back(disclosure);
      out->add_disclosures()->set_recipient(disclosure.recipient());
    }
    return grpc::Status::OK;
  }

  grpc::Status BatchCreateConsents(ServerContext* context, const v1::BatchCreateConsentsRequest* in,
                                   v1::BatchCreateConsentsResponse*) override {
    state_.consents.assign(in->consents().begin(), in->consents().end());
    return BeginChange(state_, *context, *in);
  }

  grpc::Status MergeAccounts(ServerContext* context, const v1::MergeAccountsRequest* in,
                             v1::AccountMerge* out) override {
    state_.merge = *in;
    out->set_subject("subjects/old");
    out->set_into_subject("subjects/new");
    return BeginChange(state_, *context, *in);
  }

 private:
  FakeState& state_;
};

class FakeTasks : public v1::TaskService::Service {
 public:
  explicit FakeTasks(FakeState& state) : state_(state) {}

  grpc::Status UploadPart(ServerContext* context, const v1::UploadPartRequest* in,
                          v1::UploadPartResponse* out) override {
    if (const grpc::Status status = Begin(state_, *context); !status.ok()) return status;
    const auto size = static_cast<int64_t>(state_.uploaded.size());
    if (in->offset() != size) {
      return ToGrpc(MakeError(absl::StatusCode::kOutOfRange, v1::ERROR_REASON_OFFSET_WRONG,
                              "the upload goes on elsewhere",
                              {{"expected_offset", absl::StrCat(size)}}));
    }
    state_.uploaded += in->data();
    out->set_next_offset(static_cast<int64_t>(state_.uploaded.size()));
    return grpc::Status::OK;
  }

 private:
  FakeState& state_;
};

class FakeReports : public v1::ReportService::Service {
 public:
  explicit FakeReports(FakeState& state) : state_(state) {}

  grpc::Status GetSlaReport(ServerContext* context, const v1::GetSlaReportRequest*,
                            v1::SlaReport* out) override {
    *out = state_.report;
    return Begin(state_, *context);
  }

 private:
  FakeState& state_;
};

class FakeAudit : public v1::AuditService::Service {
 public:
  explicit FakeAudit(FakeState& state) : state_(state) {}

  grpc::Status VerifyLog(ServerContext* context, const v1::VerifyLogRequest* in,
                         v1::VerifyLogResponse* out) override {
    state_.verified = *in;
    out->set_size(3);
    out->set_intact(state_.log_intact);
    if (!state_.log_intact) {
      v1::LogFinding& finding = *out->add_details();
      finding.set_kind(v1::LogFinding::KIND_LEAF_MISSING);
      finding.set_description("the leaf 1 is missing");
    }
    return Begin(state_, *context);
  }

  grpc::Status GetCheckpoint(ServerContext* context, const v1::GetCheckpointRequest*,
                             v1::Checkpoint* out) override {
    out->set_size(state_.audit_leaves);
    out->set_note("the note\n");
    return Begin(state_, *context);
  }

  // One more than the checkpoint tells: the log grows meanwhile.
  grpc::Status ListAuditEvents(ServerContext* context, const v1::ListAuditEventsRequest* in,
                               v1::ListAuditEventsResponse* out) override {
    int64_t next = in->page_token().empty() ? in->first_index() : std::stoll(in->page_token());
    for (; next <= state_.audit_leaves && out->audit_events_size() < in->page_size(); ++next) {
      if (next != state_.missing_leaf) out->add_audit_events()->set_index(next);
    }
    if (next <= state_.audit_leaves) out->set_next_page_token(std::to_string(next));
    return Begin(state_, *context);
  }

 private:
  FakeState& state_;
};

}  // namespace

FakeServer::FakeServer() {
  if (!InitCrypto().ok()) std::abort();
  services_.push_back(std::make_unique<FakeRequests>(state_));
  services_.push_back(std::make_unique<FakeVerifications>(state_));
  services_.push_back(std::make_unique<FakeNotices>(state_));
  services_.push_back(std::make_unique<FakeRegistry>(state_));
  services_.push_back(std::make_unique<FakeTasks>(state_));
  services_.push_back(std::make_unique<FakeReports>(state_));
  services_.push_back(std::make_unique<FakeAudit>(state_));
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  for (const auto& service : services_) builder.RegisterService(service.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) std::abort();
  address_ = absl::StrCat("127.0.0.1:", port);
}

FakeServer::~FakeServer() { server_->Shutdown(); }

}  // namespace dsr::dsrctl
