// What every method of the API works with.
#ifndef DSR_RPC_RPC_CONTEXT_H_
#define DSR_RPC_RPC_CONTEXT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "app/backups.h"
#include "app/command_executor.h"
#include "app/disk_reserve.h"
#include "app/holds.h"
#include "app/key_file.h"
#include "app/key_rotator.h"
#include "app/registry.h"
#include "app/request_reader.h"
#include "app/rulebook_catalog.h"
#include "app/server_secrets.h"
#include "app/too_busy.h"
#include "app/work_pool.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/config/v1/config.pb.h"
#include "dsr/delivery/message_previewer.h"
#include "dsr/delivery/recipient_checker.h"
#include "dsr/store/store.h"
#include "rpc/anonymous_refusals.h"
#include "rpc/authenticator.h"
#include "rpc/call_limits.h"
#include "rpc/call_observer.h"
#include "rpc/code_limits.h"
#include "rpc/commit_hub.h"
#include "rpc/held_refusals.h"
#include "rpc/limited_calls.h"
#include "rpc/page_tokens.h"
#include "rpc/principal_file.h"

namespace dsr {

// The parts of the server that the API stands on; all of them outlive it.
struct RpcParts {
  const Clock& clock;
  const IdGenerator& ids;
  Store& store;
  CommandExecutor& executor;
  Registry& registry;
  Holds& holds;
  RulebookCatalog& rulebooks;
  const KeyFile& keys;
  KeyRotator& rotator;
  const ServerSecrets& secrets;
  PrincipalFile& principals;
  Authenticator& authenticator;
  MessagePreviewer& previews;
  RecipientChecker& checker;
  DiskReserve& reserve;
  CommitHub& hub;
  // Null where no backup directory is configured.
  Backups* backups = nullptr;
  // Counts calls. May be null.
  CallObserver* observer = nullptr;
  // Begins a graceful end; does not block.
  std::function<void()> drain;
  // What a call without a deadline may take.
  absl::Duration call_cap = absl::Seconds(30);
  // What a call's message may have.
  size_t max_message_bytes = 1 << 20;
  // How many calls are taken; complete (CompleteLimits).
  config::v1::Limits limits;
  std::string version;
  absl::Time start_time;
  bool is_dev = false;
};

// Thread-safe.
class RpcContext {
 public:
  // What a stream without a deadline may take. It goes on with its token or offset.
  static constexpr absl::Duration kStreamCap = absl::Minutes(30);

  explicit RpcContext(RpcParts parts);
  RpcContext(const RpcContext&) = delete;
  RpcContext& operator=(const RpcContext&) = delete;
  ~RpcContext() { Close(); }

  const RpcParts& parts() const { return parts_; }
  const PageTokens& tokens() const { return tokens_; }
  const RequestReader& reader() const { return reader_; }
  AnonymousRefusals& anonymous_refusals() { return anonymous_refusals_; }
  CallLimits& call_limits() { return call_limits_; }
  CodeLimits& code_limits() { return code_limits_; }
  LimitedCalls& limited_calls() { return limited_calls_; }
  HeldRefusals& held_refusals() { return held_refusals_; }

  // Runs `job`, which may read and wait, on a thread that is not gRPC's, in turn with the jobs of
  // other principals. False when too much waits.
  bool RunSoon(const Principal& principal, std::function<void()> job) {
    return pool_.Add(principal.name, std::move(job));
  }
  // The same for work that may take minutes, one at a time.
  bool RunLong(const Principal& principal, std::function<void()> job) {
    return long_pool_.Add(principal.name, std::move(job));
  }

  // How many jobs wait for a thread.
  size_t queued() const { return pool_.queued(); }
  size_t queued_long() const { return long_pool_.queued(); }

  // Finishes what runs. Idempotent; after the gRPC server has shut down, before the store closes.
  void Close();

 private:
  const RpcParts parts_;
  const PageTokens tokens_;
  const RequestReader reader_;
  AnonymousRefusals anonymous_refusals_;
  CallLimits call_limits_;
  CodeLimits code_limits_;
  LimitedCalls limited_calls_;
  HeldRefusals held_refusals_;
  // Last: their jobs use all of the above.
  WorkPool pool_;
  WorkPool long_pool_;
};

}  // namespace dsr

#endif  // DSR_RPC_RPC_CONTEXT_H_
