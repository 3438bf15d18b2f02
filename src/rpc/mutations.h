// The common part of methods that change something.
#ifndef DSR_RPC_MUTATIONS_H_
#define DSR_RPC_MUTATIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "app/command_executor.h"
#include "app/decision_body.h"
#include "dsr/storage/v1/state.pb.h"
#include "google/protobuf/message.h"
#include "rpc/unary_call.h"

namespace dsr {

// Makes a call's serialised answer from the request after the decision.
using AnswerMaker = std::function<std::string(const storage::v1::RequestRecord&)>;

// The request without personal fields.
std::string AnswerRequest(const storage::v1::RequestRecord& record);
// The task, notice or verification of that name, without personal fields.
AnswerMaker AnswerTask(std::string name);
AnswerMaker AnswerNotice(std::string name);
AnswerMaker AnswerVerification(std::string name);

// Returns who calls, with the idempotency key, etag and fingerprint of `in`. Errors:
// INVALID_ARGUMENT FIELD_MISSING or FIELD_INVALID for a key that is no UUID; RESOURCE_EXHAUSTED
// DISK_FULL.
absl::StatusOr<CallContext> MutationContext(const UnaryCall& call,
                                            const google::protobuf::Message& in,
                                            AnswerMaker answer = nullptr);

// Answers `call` with what became of its command.
ExecutionDone AnswerTo(std::shared_ptr<UnaryCall> call);

// Makes the call's command on a thread of the executor, decides it, and answers after the commit.
// What became of it is told to `told` first, if there is one.
using ExecutionTold = std::function<void(const absl::StatusOr<ExecutionResult>&)>;
void Carry(const std::shared_ptr<UnaryCall>& call, const google::protobuf::Message& in,
           AnswerMaker answer, CommandExecutor::Preparation prepare, ExecutionTold told = nullptr);

}  // namespace dsr

#endif  // DSR_RPC_MUTATIONS_H_
