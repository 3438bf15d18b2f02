#include "rpc/mutations.h"

#include "absl/strings/match.h"
#include "app/server_secrets.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "rpc/field_checks.h"
#include "rpc/public_views.h"

namespace dsr {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string TextOf(const Message& in, const char* name) {
  const FieldDescriptor* field = in.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) return "";
  return in.GetReflection()->GetString(in, field);
}

std::string WithoutKey(const Message& in) {
  const std::unique_ptr<Message> copy(in.New());
  copy->CopyFrom(in);
  const FieldDescriptor* key = in.GetDescriptor()->FindFieldByName("idempotency_key");
  if (key != nullptr) copy->GetReflection()->ClearField(copy.get(), key);
  return copy->SerializeAsString();
}

template <class Resources>
std::string Find(const Resources& resources, const std::string& name) {
  for (auto resource : resources) {
    if (resource.name() != name) continue;
    ClearPersonal(resource);
    return resource.SerializeAsString();
  }
  return "";
}

}  // namespace

std::string AnswerRequest(const storage::v1::RequestRecord& record) {
  return PublicRequest(record.state()).SerializeAsString();
}

AnswerMaker AnswerTask(std::string name) {
  return [name = std::move(name)](const storage::v1::RequestRecord& record) {
    return Find(record.tasks(), name);
  };
}

AnswerMaker AnswerNotice(std::string name) {
  return [name = std::move(name)](const storage::v1::RequestRecord& record) {
    return Find(record.notices(), name);
  };
}

AnswerMaker AnswerVerification(std::string name) {
  return [name = std::move(name)](const storage::v1::RequestRecord& record) {
    return Find(record.state().verifications(), name);
  };
}

absl::StatusOr<CallContext> MutationContext(const UnaryCall& call, const Message& in,
                                            AnswerMaker answer) {
  CallContext context;
  DSR_RETURN_IF_ERROR(call.context().parts().reserve.CheckRoom());
  DSR_ASSIGN_OR_RETURN(context.idempotency_key, ParseIdempotencyKey(TextOf(in, "idempotency_key")));
  context.principal = call.principal();
  context.etag = TextOf(in, "etag");
  context.fingerprint = call.context().parts().secrets.Fingerprint(call.method(), WithoutKey(in));
  context.answer = std::move(answer);
  return context;
}

ExecutionDone AnswerTo(std::shared_ptr<UnaryCall> call) {
  return [call = std::move(call)](absl::StatusOr<ExecutionResult> result) {
    if (result.ok()) {
      call->Succeed(std::move(result->answer));
    } else {
      call->Fail(result.status());
    }
  };
}

void Carry(const std::shared_ptr<UnaryCall>& call, const Message& in, AnswerMaker answer,
           CommandExecutor::Preparation prepare, ExecutionTold told) {
  absl::StatusOr<CallContext> context = MutationContext(*call, in, std::move(answer));
  if (!context.ok()) return call->Fail(context.status());
  call->context().parts().executor.PrepareAndExecute(
      [call, prepare = std::move(prepare)](
          const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
        // Nothing is begun for a client that is gone; what is begun is carried out.
        if (call->is_over()) return DeadlinePassed();
        return prepare(sealer);
      },
      *std::move(context),
      [told = std::move(told), answer_to = AnswerTo(call)](absl::StatusOr<ExecutionResult> result) {
        if (told != nullptr) told(result);
        answer_to(std::move(result));
      });
}

}  // namespace dsr
