#include "rpc/rpc_context.h"

#include <utility>

#include "dsr/base/errors.h"

namespace dsr {
namespace {

constexpr int kReadThreads = 4;
// Some seconds of work; more would only wait until its deadline.
constexpr size_t kReadLimit = 4096;
constexpr size_t kLongLimit = 8;

}  // namespace

RpcContext::RpcContext(RpcParts parts)
    : parts_(std::move(parts)),
      tokens_(parts_.secrets),
      reader_(parts_.keys),
      anonymous_refusals_(parts_.store, parts_.clock),
      call_limits_(parts_.limits),
      code_limits_(parts_.limits, parts_.clock),
      limited_calls_(parts_.store, parts_.clock),
      pool_("rpc-read", kReadThreads, kReadLimit),
      long_pool_("rpc-long", 1, kLongLimit) {}

void RpcContext::Close() {
  anonymous_refusals_.Flush();
  limited_calls_.Flush();
  pool_.Close();
  long_pool_.Close();
}

}  // namespace dsr
