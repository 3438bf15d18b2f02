// MessageService: what people were told, and what they would be.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "app/not_found.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/delivery/message_previewer.h"
#include "dsr/v1/message_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/case_file.h"
#include "rpc/field_checks.h"
#include "rpc/method_roles.h"
#include "rpc/public_views.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr size_t kMaxTemplateId = 100;
constexpr size_t kMaxLanguage = 20;

// The messages that the caller may know of.
absl::StatusOr<std::vector<v1::Message>> VisibleMessages(ReadView& view, const RequestId& request,
                                                         const Principal& principal) {
  DSR_ASSIGN_OR_RETURN(const storage::v1::RequestState state, view.FindRequest(request));
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Message> messages, view.ListMessages(request));
  if (WasVerified(state) || MaySeeCodes(principal)) return messages;
  messages.erase(
      std::remove_if(messages.begin(), messages.end(),
                     [](const v1::Message& message) { return !message.verification().empty(); }),
      messages.end());
  return messages;
}

void ListMessages(const std::shared_ptr<UnaryCall>& call, const v1::ListMessagesRequest& in) {
  const absl::StatusOr<RequestId> id = ParseRequestName(in.parent());
  if (!id.ok()) return call->Fail(AtField("parent", id.status()));
  AnswerFromStore<v1::ListMessagesResponse>(
      call, [call, id = *id](ReadView& view) -> absl::StatusOr<v1::ListMessagesResponse> {
        DSR_ASSIGN_OR_RETURN(std::vector<v1::Message> messages,
                             VisibleMessages(view, id, call->principal()));
        v1::ListMessagesResponse out;
        for (v1::Message& message : messages) *out.add_messages() = std::move(message);
        return out;
      });
}

absl::StatusOr<v1::Message> FindMessage(ReadView& view, const RequestId& request,
                                        const std::string& name, const Principal& principal) {
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Message> messages,
                       VisibleMessages(view, request, principal));
  for (v1::Message& message : messages) {
    if (message.name() == name) return std::move(message);
  }
  return ResourceNotFound(name);
}

void GetMessage(const std::shared_ptr<UnaryCall>& call, const v1::GetMessageRequest& in) {
  const auto name = ParseMessageName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  if (!v1::MessageView_IsValid(in.view())) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "view", "is BASIC or FULL"));
  }
  const bool is_full = in.view() == v1::MESSAGE_VIEW_FULL;
  if (is_full && !MaySeePersonalFields(call->principal())) {
    return call->Fail(PersonalFieldsDenied(call->method()));
  }
  const auto answer = [call, name = in.name(), request = name->first, is_full] {
    AnswerFromStore<v1::Message>(
        call, [call, name, request, is_full](ReadView& view) -> absl::StatusOr<v1::Message> {
          DSR_ASSIGN_OR_RETURN(v1::Message message,
                               FindMessage(view, request, name, call->principal()));
          if (is_full) {
            DSR_RETURN_IF_ERROR(call->context().reader().OpenMessage(view, request, message));
          }
          return message;
        });
  };
  if (!is_full) return answer();
  OpenCaseFile(call, name->first, answer);
}

absl::StatusOr<PreviewQuery> QueryOf(const v1::PreviewMessageRequest& in) {
  PreviewQuery query;
  if (!in.name().empty()) {
    DSR_ASSIGN_OR_RETURN(query.request, ParseRequestName(in.name()));
  }
  FieldErrors errors;
  if (in.template_().empty()) {
    errors.AddMissing("template");
  } else {
    CheckWord(in.template_(), "template", kMaxTemplateId, errors);
  }
  CheckText(in.language(), "language", 0, kMaxLanguage, errors);
  DSR_RETURN_IF_ERROR(errors.ToStatus());
  query.template_id = in.template_();
  query.language = in.language();
  return query;
}

void PreviewMessage(const std::shared_ptr<UnaryCall>& call, const v1::PreviewMessageRequest& in) {
  const absl::StatusOr<PreviewQuery> query = QueryOf(in);
  if (!query.ok()) return call->Fail(query.status());
  const auto answer = [call, query = *query] {
    AnswerSoon<v1::PreviewMessageResponse>(
        call, [call, query]() -> absl::StatusOr<v1::PreviewMessageResponse> {
          DSR_ASSIGN_OR_RETURN(MessagePreview preview,
                               call->context().parts().previews.Preview(query));
          v1::PreviewMessageResponse out;
          out.set_language(std::move(preview.language));
          out.set_subject(std::move(preview.subject));
          out.set_text(std::move(preview.text));
          out.set_html(std::move(preview.html));
          return out;
        });
  };
  if (!query->request.has_value()) return answer();
  OpenCaseFile(call, *query->request, answer);
}

}  // namespace

void AddMessageMethods(RpcService& service) {
  service.Unary<v1::ListMessagesRequest>("ListMessages", ListMessages);
  service.Unary<v1::GetMessageRequest>("GetMessage", GetMessage);
  service.Unary<v1::PreviewMessageRequest>("PreviewMessage", PreviewMessage);
}

}  // namespace dsr
