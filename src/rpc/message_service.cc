// MessageService: what people were told.
#include <memory>
#include <utility>
#include <vector>

#include "dsr/base/status_macros.h"
#include "dsr/v1/message_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {

void AddMessageMethods(RpcService& service) {
  service.Unary<v1::ListMessagesRequest>("ListMessages", [](const std::shared_ptr<UnaryCall>& call,
                                                            const v1::ListMessagesRequest& in) {
    const absl::StatusOr<RequestId> id = ParseRequestName(in.parent());
    if (!id.ok()) return call->Fail(AtField("parent", id.status()));
    AnswerFromStore<v1::ListMessagesResponse>(
        call, [id = *id](ReadView& view) -> absl::StatusOr<v1::ListMessagesResponse> {
          DSR_RETURN_IF_ERROR(view.FindRequest(id).status());
          DSR_ASSIGN_OR_RETURN(std::vector<v1::Message> messages, view.ListMessages(id));
          v1::ListMessagesResponse out;
          for (v1::Message& message : messages) *out.add_messages() = std::move(message);
          return out;
        });
  });
}

}  // namespace dsr
