// ExportLedger: what was done to a holder's data since a moment.
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "app/ledger.h"
#include "app/not_found.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/notice_service.pb.h"
#include "rpc/field_checks.h"
#include "rpc/services.h"

namespace dsr {
namespace {

// One export. Used by one thread at a time.
class LedgerExport {
 public:
  LedgerExport(RpcContext& context, const std::string& holder, absl::Time since)
      : context_(context), holder_(holder), ledger_(context.reader(), holder, since) {}

  void Produce(StreamCall& call) {
    if (context_.parts().hub.is_closed()) return call.End(TooBusy());
    while (pending_.empty() && !ledger_.is_at_end()) {
      if (absl::Status status = Fill(); !status.ok()) return call.End(status);
    }
    if (pending_.empty()) return call.End(absl::OkStatus());
    const v1::LedgerEntry next = std::move(pending_.front());
    pending_.pop_front();
    call.Write(next);
  }

 private:
  absl::Status Fill() {
    return context_.parts().store.Read([this](ReadView& view) -> absl::Status {
      if (!std::exchange(is_holder_known_, true)) DSR_RETURN_IF_ERROR(FindHolder(view));
      DSR_ASSIGN_OR_RETURN(std::vector<v1::LedgerEntry> entries, ledger_.ReadPage(view));
      for (v1::LedgerEntry& entry : entries) pending_.push_back(std::move(entry));
      return absl::OkStatus();
    });
  }

  // A name that is mistyped must not look like one with nothing to do.
  absl::Status FindHolder(ReadView& view) const {
    const absl::Status found = absl::StartsWith(holder_, "recipients/")
                                   ? view.FindRecipient(holder_).status()
                                   : view.FindDataSystem(holder_).status();
    return absl::IsNotFound(found) ? ResourceNotFound(holder_) : found;
  }

  RpcContext& context_;
  const std::string holder_;
  LedgerReader ledger_;
  bool is_holder_known_ = false;
  std::deque<v1::LedgerEntry> pending_;
};

// Whose ledger `principal` gets. A recipient and a data system get their own only.
absl::StatusOr<std::string> HolderOf(const Principal& principal,
                                     const v1::ExportLedgerRequest& in) {
  const bool is_bound = !principal.recipient.empty() || !principal.data_system.empty();
  if (in.holder().empty()) {
    if (is_bound) {
      return principal.recipient.empty() ? principal.data_system : principal.recipient;
    }
    return MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "holder", "is required");
  }
  if (!absl::StartsWith(in.holder(), "recipients/") && !absl::StartsWith(in.holder(), "systems/")) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "holder",
                          "is `recipients/{id}` or `systems/{id}`");
  }
  if (is_bound && in.holder() != principal.recipient && in.holder() != principal.data_system) {
    return ResourceNotFound(in.holder());
  }
  return in.holder();
}

void ExportLedger(const std::shared_ptr<StreamCall>& call, const v1::ExportLedgerRequest& in) {
  FieldErrors errors;
  if (in.has_since()) {
    CheckTimestamp(in.since(), "since", errors);
  } else {
    errors.AddMissing("since");
  }
  if (!errors.empty()) return call->End(errors.ToStatus());
  const absl::StatusOr<std::string> holder = HolderOf(call->principal(), in);
  if (!holder.ok()) return call->End(holder.status());
  const auto ledger =
      std::make_shared<LedgerExport>(call->context(), *holder, FromTimestamp(in.since()));
  call->Run([ledger](StreamCall& running) { ledger->Produce(running); });
}

}  // namespace

void AddNoticeLedger(RpcService& service) {
  service.Stream<v1::ExportLedgerRequest>("ExportLedger", ExportLedger);
}

}  // namespace dsr
