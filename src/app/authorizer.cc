#include "app/authorizer.h"

#include <string>
#include <type_traits>
#include <variant>

#include "absl/strings/str_cat.h"
#include "app/grants.h"
#include "app/not_found.h"
#include "dsr/base/errors.h"
#include "dsr/base/is_one_of.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

absl::Status SystemOnly(const Command& command) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_MISSING,
                   absl::StrCat(CommandName(command), " is done by dsrd itself only"),
                   {{"method", std::string(CommandName(command))}});
}

template <class Resources>
auto FindByName(const Resources& resources, const std::string& name)
    -> decltype(&*resources.begin()) {
  for (const auto& resource : resources) {
    if (resource.name() == name) return &resource;
  }
  return nullptr;
}

absl::Status OwnTask(const Principal& principal, const storage::v1::RequestRecord& record,
                     const std::string& name) {
  const v1::Task* task = FindByName(record.tasks(), name);
  if (task == nullptr || principal.data_system.empty() || task->system() != principal.data_system) {
    return ResourceNotFound(name);
  }
  return absl::OkStatus();
}

absl::Status OwnNotice(const Principal& principal, const storage::v1::RequestRecord& record,
                       const std::string& name) {
  const v1::Notice* notice = FindByName(record.notices(), name);
  if (notice == nullptr || principal.recipient.empty() ||
      notice->recipient() != principal.recipient) {
    return ResourceNotFound(name);
  }
  return absl::OkStatus();
}

absl::Status KnownNotice(const storage::v1::RequestRecord& record, const std::string& name) {
  return FindByName(record.notices(), name) != nullptr ? absl::OkStatus() : ResourceNotFound(name);
}

absl::Status OwnPackage(const Principal& principal, const v1::Request& request) {
  return MayFetchPackage(principal, request) ? absl::OkStatus() : GrantInvalid();
}

}  // namespace

absl::Status Authorize(const Principal& principal, const RequestId& request,
                       const storage::v1::RequestRecord& record, const Command& command) {
  return std::visit(
      [&](const auto& given) -> absl::Status {
        using Given = std::decay_t<decltype(given)>;
        if constexpr (kIsOneOf<Given, CompleteTask, FailTask, CompletePackage>) {
          return OwnTask(principal, record, TaskName(request, given.id));
        } else if constexpr (kIsOneOf<Given, AcknowledgeNotice, CompleteNotice, ObjectToNotice>) {
          // What a person recorded for the recipient; who may do that, the method's roles say.
          if (!given.evidence.empty()) return KnownNotice(record, NoticeName(request, given.id));
          return OwnNotice(principal, record, NoticeName(request, given.id));
        } else if constexpr (kIsOneOf<Given, BeginDownload, FinishDownload>) {
          return OwnPackage(principal, record.state().request());
        } else if constexpr (std::is_same_v<Given, RecordNoticeDelivery>) {
          if (principal.is_system()) return absl::OkStatus();
          // A recipient that fetches its notice has it delivered by that.
          if (!given.delivered) return SystemOnly(command);
          return OwnNotice(principal, record, NoticeName(request, given.id));
        } else if constexpr (kIsOneOf<Given, RecordMessageDelivery, FireTimer, RecountDeadline>) {
          return principal.is_system() ? absl::OkStatus() : SystemOnly(command);
        } else {
          return absl::OkStatus();
        }
      },
      command);
}

bool MayFetchPackage(const Principal& principal, const v1::Request& request) {
  if (request.has_transfer()) return principal.recipient == request.transfer().recipient();
  return principal.recipient.empty();
}

bool MaySeeTask(const Principal& principal, const v1::Task& task) {
  return principal.data_system.empty() || task.system() == principal.data_system;
}

bool MaySeeNotice(const Principal& principal, const v1::Notice& notice) {
  return principal.recipient.empty() || notice.recipient() == principal.recipient;
}

}  // namespace dsr
