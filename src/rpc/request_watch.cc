// WatchRequests: requests as they change, fed by the audit log's leaves.
#include <map>
#include <memory>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.pb.h"
#include "rpc/public_views.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr int kLeavesAtOnce = 500;

// Runs on one thread at a time.
class Watcher {
 public:
  Watcher(RpcContext& context, std::string type, int64_t next_leaf, CommitHub::Subscription* unused)
      : context_(context), type_(std::move(type)), next_leaf_(next_leaf) {
    (void)unused;
  }

 private:
  RpcContext& context_;
  const std::string type_;
  int64_t next_leaf_;
};

}  // namespace
}  // namespace dsr
