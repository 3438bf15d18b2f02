// What workers report about tasks, and what people see of them.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/not_found.h"
#include "app/sealer.h"
#include "dsr/base/errors.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/task_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"
#include "rpc/task_tokens.h"

namespace dsr {
namespace {

constexpr size_t kMostPieceBytes = 512 << 10;
constexpr int64_t kMostPartBytes = int64_t{1} << 30;
constexpr int kMostRetainedGroups = 4000;

void CheckBlockers(const v1::TaskResult& result, FieldErrors& errors) {
  if (!CheckLength(result.blockers_size(), "result.blockers", 100, errors)) return;
  for (int i = 0; i < result.blockers_size(); ++i) {
    const std::string path = absl::StrCat("result.blockers[", i, "]");
    CheckText(result.blockers(i).id(), path + ".id", 1, 100, errors);
    CheckWord(result.blockers(i).kind(), path + ".kind", 100, errors);
    CheckText(result.blockers(i).description(), path + ".description", 1, 1000, errors);
  }
}

absl::Status CheckResult(const v1::CompleteTaskRequest& in) {
  FieldErrors errors;
  if (!in.has_result()) errors.AddMissing("result");
  const v1::TaskResult& result = in.result();
  if (CheckLength(result.categories_size(), "result.categories", 100, errors)) {
    for (int i = 0; i < result.categories_size(); ++i) {
      CheckLength(result.categories(i).retained_size(),
                  absl::StrCat("result.categories[", i, "].retained"), kMostRetainedGroups, errors);
    }
  }
  if (result.has_contact()) {
    if (result.contact().channel() != "email" && result.contact().channel() != "sms") {
      errors.AddInvalid("result.contact.channel", "is `email` or `sms`");
    }
    CheckText(result.contact().address(), "result.contact.address", 1, 320, errors);
  }
  CheckBlockers(result, errors);
  if (result.has_decision()) {
    CheckText(result.decision().decided_by(), "result.decision.decided_by", 1, 200, errors);
    CheckText(result.decision().record(), "result.decision.record", 1, 16000, errors);
  }
  return errors.ToStatus();
}

void HandleCompleteTask(const std::shared_ptr<UnaryCall>& call, const v1::CompleteTaskRequest& in) {
  const auto name = ParseTaskName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  const absl::StatusOr<std::string> token = ParseLeaseToken(in.lease_token());
  if (!token.ok()) return call->Fail(token.status());
  if (absl::Status status = CheckResult(in); !status.ok()) return call->Fail(status);
  Carry(call, in, AnswerTask(in.name()),
        [in, request = name->first, id = name->second,
         token = *token](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
          storage::v1::Event event;
          *event.mutable_task_completed()->mutable_result() = in.result();
          absl::StatusOr<PreparedContent> content = sealer.Prepare(request, std::move(event));
          // As for a task of another system: nobody learns which requests are.
          if (absl::IsNotFound(content.status())) return ResourceNotFound(in.name());
          DSR_RETURN_IF_ERROR(content.status());
          PreparedContent& prepared = *content;
          PlannedCommand planned{.request = request};
          planned.command =
              CompleteTask{.id = id, .result = prepared.clear.task_completed().result()};
          planned.content = std::move(prepared.content);
          planned.lease_token = token;
          return planned;
        });
}

void HandleFailTask(const std::shared_ptr<UnaryCall>& call, const v1::FailTaskRequest& in) {
  const auto name = ParseTaskName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  const absl::StatusOr<std::string> token = ParseLeaseToken(in.lease_token());
  if (!token.ok()) return call->Fail(token.status());
  FieldErrors errors;
  CheckWord(in.code(), "code", 60, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  Carry(call, in, AnswerTask(in.name()),
        [in, request = name->first, id = name->second,
         token = *token](const ContentSealer&) -> absl::StatusOr<PlannedCommand> {
          return PlannedCommand{
              .request = request,
              .command = FailTask{.id = id, .code = in.code(), .for_good = in.for_good()},
              .lease_token = token};
        });
}

void HandleRetryTask(const std::shared_ptr<UnaryCall>& call, const v1::RetryTaskRequest& in) {
  const auto name = ParseTaskName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  Carry(call, in, AnswerTask(in.name()),
        [request = name->first,
         id = name->second](const ContentSealer&) -> absl::StatusOr<PlannedCommand> {
          return PlannedCommand{.request = request, .command = RetryTask{.id = id}};
        });
}

absl::Status CheckPiece(const v1::UploadPartRequest& in) {
  FieldErrors errors;
  CheckText(in.category(), "category", 1, 100, errors);
  if (in.offset() < 0) errors.AddInvalid("offset", "is not negative");
  if (in.data().size() > kMostPieceBytes) errors.AddInvalid("data", "has at most 512 KiB");
  if (in.offset() > kMostPartBytes - static_cast<int64_t>(in.data().size())) {
    errors.AddInvalid("offset", "leaves the part at most 1 GiB");
  }
  return errors.ToStatus();
}

// The piece as it is stored. Errors: NOT_FOUND, INVALID_ARGUMENT for what the task does not
// collect.
absl::StatusOr<PartChunk> SealPiece(const UnaryCall& call, const v1::UploadPartRequest& in,
                                    const RequestId& request, const TaskId& id) {
  const RpcParts& parts = call.context().parts();
  v1::Task task;
  DSR_RETURN_IF_ERROR(parts.store.Read(
      [&](ReadView& view) { return FindOwnTask(view, call.principal(), request, id, task); }));
  const auto& categories = task.categories();
  if (task.kind() != v1::TASK_KIND_COLLECT ||
      std::find(categories.begin(), categories.end(), in.category()) == categories.end()) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "category",
                          "is a category of a COLLECT task");
  }
  PartChunk chunk{.offset = in.offset(), .size_bytes = static_cast<int64_t>(in.data().size())};
  if (in.data().empty()) return chunk;
  DSR_ASSIGN_OR_RETURN(const SecretKey key, parts.executor.sealer().KeyOf(request));
  chunk.sealed = SealChunk(key, id.bytes(), in.category(), in.offset(), in.data());
  return chunk;
}

void UploadPart(const std::shared_ptr<UnaryCall>& call, v1::UploadPartRequest in) {
  const auto name = ParseTaskName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  const absl::StatusOr<std::string> token = ParseLeaseToken(in.lease_token());
  if (!token.ok()) return call->Fail(token.status());
  if (absl::Status status = CheckPiece(in); !status.ok()) return call->Fail(status);
  const absl::Status has_room = call->context().parts().reserve.CheckRoom();
  if (!has_room.ok()) return call->Fail(has_room);
  const bool taken = call->context().RunSoon(
      call->principal(),
      [call, in = std::move(in), request = name->first, id = name->second, token = *token] {
        if (call->is_over()) return;
        absl::StatusOr<PartChunk> chunk = SealPiece(*call, in, request, id);
        if (!chunk.ok()) return call->Fail(chunk.status());
        const int64_t next = chunk->offset + chunk->size_bytes;
        const RpcParts& parts = call->context().parts();
        parts.store.Transact(
            [category = in.category(), chunk = *std::move(chunk), request, id, token,
             &clock = parts.clock](Transaction& transaction) -> absl::Status {
              DSR_RETURN_IF_ERROR(transaction.CheckLease(id, token, clock.Now()));
              return transaction.AppendChunk(request, id, category, chunk);
            },
            [call, next](const absl::Status& status) {
              if (!status.ok()) return call->Fail(status);
              v1::UploadPartResponse out;
              out.set_next_offset(next);
              call->Succeed(out);
            });
      });
  if (!taken) call->Fail(TooBusy());
}

void ListTasks(const std::shared_ptr<UnaryCall>& call, const v1::ListTasksRequest& in) {
  const bool is_all = in.parent() == "requests/-";
  const absl::StatusOr<RequestId> request =
      is_all ? absl::StatusOr<RequestId>(RequestId()) : ParseRequestName(in.parent());
  if (!request.ok()) return call->Fail(AtField("parent", request.status()));
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListTasksResponse>(
      call,
      [call, in, is_all, request = *request,
       page = *page](ReadView& view) -> absl::StatusOr<v1::ListTasksResponse> {
        v1::ListTasksResponse out;
        std::vector<v1::Task> tasks;
        DSR_ASSIGN_OR_RETURN(const std::optional<TaskId> after, AfterId<TaskId>(page));
        if (is_all) {
          DSR_ASSIGN_OR_RETURN(tasks, view.ListFailedTasks(after, page.size + 1));
        } else {
          DSR_RETURN_IF_ERROR(view.FindRequest(request).status());
          DSR_ASSIGN_OR_RETURN(tasks, view.ListTasks(request));
          if (after.has_value()) {
            tasks.erase(tasks.begin(),
                        std::find_if(tasks.begin(), tasks.end(), [&](const v1::Task& task) {
                          const auto name = ParseTaskName(task.name());
                          return name.ok() && name->second > *after;
                        }));
          }
        }
        out.set_next_page_token(EndPage<v1::ListTasksRequest, v1::Task>(
            *call, in, page, tasks, [](const v1::Task& task) {
              const auto name = ParseTaskName(task.name());
              return name.ok() ? std::string(name->second.bytes()) : std::string();
            }));
        for (v1::Task& task : tasks) {
          ClearPersonal(task);
          *out.add_tasks() = std::move(task);
        }
        return out;
      });
}

}  // namespace

void AddTaskMethods(RpcService& service) {
  service.Unary<v1::CompleteTaskRequest>("CompleteTask", HandleCompleteTask);
  service.Unary<v1::FailTaskRequest>("FailTask", HandleFailTask);
  service.Unary<v1::RetryTaskRequest>("RetryTask", HandleRetryTask);
  service.Unary<v1::UploadPartRequest>("UploadPart", UploadPart);
  service.Unary<v1::ListTasksRequest>("ListTasks", ListTasks);
}

}  // namespace dsr
