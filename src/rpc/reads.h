// The common part of methods that only read.
#ifndef DSR_RPC_READS_H_
#define DSR_RPC_READS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/ids.h"
#include "dsr/base/status_macros.h"
#include "dsr/store/store.h"
#include "rpc/field_checks.h"
#include "rpc/unary_call.h"

namespace dsr {

// Runs `read` from one snapshot, on a thread of the context's pool, and answers `call` with what it
// returns.
template <class Out>
void AnswerFromStore(const std::shared_ptr<UnaryCall>& call,
                     std::function<absl::StatusOr<Out>(ReadView&)> read) {
  const bool taken = call->context().RunSoon(call->principal(), [call, read = std::move(read)] {
    if (call->is_over()) return;
    absl::StatusOr<Out> out = Out();
    const absl::Status status =
        call->context().parts().store.Read([&](ReadView& view) -> absl::Status {
          out = read(view);
          return out.status();
        });
    if (status.ok()) {
      call->Succeed(*out);
    } else {
      call->Fail(status);
    }
  });
  if (!taken) call->Fail(TooBusy());
}

// The same for an answer that `work` finds in its own way; it may wait.
template <class Out>
void AnswerSoon(const std::shared_ptr<UnaryCall>& call, std::function<absl::StatusOr<Out>()> work) {
  const bool taken = call->context().RunSoon(call->principal(), [call, work = std::move(work)] {
    if (call->is_over()) return;
    const absl::StatusOr<Out> out = work();
    if (out.ok()) {
      call->Succeed(*out);
    } else {
      call->Fail(out.status());
    }
  });
  if (!taken) call->Fail(TooBusy());
}

// One page of a list: how many to read, and after what.
struct PageOf {
  int size = 0;
  std::string after;  // the position of the previous page's last entry; empty for the first page
};

// Returns the page that `in`, with `page_size` and `page_token`, asks for. Errors:
// INVALID_ARGUMENT.
template <class In>
absl::StatusOr<PageOf> ReadPage(const UnaryCall& call, const In& in, int fallback = 100) {
  PageOf page;
  DSR_ASSIGN_OR_RETURN(page.size, PageSize(in.page_size(), "page_size", fallback, 1000));
  DSR_ASSIGN_OR_RETURN(page.after,
                       call.context().tokens().Read(call.method(), in, in.page_token()));
  return page;
}

// The id that a position is; nothing for the first page.
template <class StrongId>
absl::StatusOr<std::optional<StrongId>> AfterId(const PageOf& page) {
  if (page.after.empty()) return std::optional<StrongId>();
  DSR_ASSIGN_OR_RETURN(const StrongId id, StrongId::FromBytes(page.after));
  return std::optional<StrongId>(id);
}

// Cuts `rows`, read with a limit of one more than the page's size, to that size. Returns the token
// for the next page, whose position is `position` of the last row left; empty when there is none.
template <class In, class Row>
std::string EndPage(const UnaryCall& call, const In& in, const PageOf& page, std::vector<Row>& rows,
                    const std::function<std::string(const Row&)>& position) {
  if (rows.size() <= static_cast<size_t>(page.size)) return "";
  rows.resize(static_cast<size_t>(page.size));
  return call.context().tokens().Make(call.method(), in, position(rows.back()));
}

}  // namespace dsr

#endif  // DSR_RPC_READS_H_
