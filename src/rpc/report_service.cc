// ReportService: how the deadlines are kept.
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/reporter.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/report_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

// Reads once everything is durable that was decided up to now: a report as of this instant that is
// asked for again must not find more.
template <class Out>
void AnswerSettled(const std::shared_ptr<UnaryCall>& call,
                   std::function<absl::StatusOr<Out>(ReadView&)> read) {
  AnswerSoon<Out>(call, [call, read = std::move(read)]() -> absl::StatusOr<Out> {
    Store& store = call->context().parts().store;
    DSR_RETURN_IF_ERROR(TransactAndWait(store, [](Transaction&) { return absl::OkStatus(); }));
    absl::StatusOr<Out> out = Out();
    DSR_RETURN_IF_ERROR(store.Read([&](ReadView& view) {
      out = read(view);
      return out.status();
    }));
    return out;
  });
}

void GetSlaReport(const std::shared_ptr<UnaryCall>& call, const v1::GetSlaReportRequest& in) {
  FieldErrors errors;
  if (in.has_from_time()) CheckTimestamp(in.from_time(), "from_time", errors);
  if (in.has_to_time()) CheckTimestamp(in.to_time(), "to_time", errors);
  if (in.has_as_of_time()) CheckTimestamp(in.as_of_time(), "as_of_time", errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  AnswerSettled<v1::SlaReport>(
      call,
      [in,
       now = call->context().parts().clock.Now()](ReadView& view) -> absl::StatusOr<v1::SlaReport> {
        DSR_ASSIGN_OR_RETURN(const SlaQuery query, SlaQueryFrom(view, in, now));
        return MakeSlaReport(view, query);
      });
}

void ListBreachedRequests(const std::shared_ptr<UnaryCall>& call,
                          const v1::ListBreachesRequest& in) {
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListBreachesResponse>(
      call, [call, in, page = *page](ReadView& view) -> absl::StatusOr<v1::ListBreachesResponse> {
        v1::ListBreachesResponse out;
        DSR_ASSIGN_OR_RETURN(const std::optional<RequestId> after, AfterId<RequestId>(page));
        DSR_ASSIGN_OR_RETURN(std::vector<v1::SlaLine> lines,
                             ListBreaches(view, after, page.size + 1));
        out.set_next_page_token(EndPage<v1::ListBreachesRequest, v1::SlaLine>(
            *call, in, page, lines, [](const v1::SlaLine& line) {
              const absl::StatusOr<RequestId> id = ParseRequestName(line.request());
              return id.ok() ? std::string(id->bytes()) : std::string();
            }));
        for (v1::SlaLine& line : lines) *out.add_breaches() = std::move(line);
        return out;
      });
}

void GetYearlyReport(const std::shared_ptr<UnaryCall>& call, const v1::GetYearlyReportRequest& in) {
  AnswerSettled<v1::YearlyReport>(
      call, [year = in.year(), now = call->context().parts().clock.Now()](ReadView& view) {
        return MakeYearlyReport(view, year, now);
      });
}

}  // namespace

void AddReportMethods(RpcService& service) {
  service.Unary<v1::GetYearlyReportRequest>("GetYearlyReport", GetYearlyReport);
  service.Unary<v1::GetSlaReportRequest>("GetSlaReport", GetSlaReport);
  service.Unary<v1::ListBreachesRequest>("ListBreaches", ListBreachedRequests);
}

}  // namespace dsr
