#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "dsr/base/errors.h"
#include "dsr/v1/task_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"
#include "dsrctl/input.h"

namespace dsr::dsrctl {
namespace {

using TaskStub = v1::TaskService::Stub;

constexpr char kTask[] = "requests/*/tasks/*";
constexpr char kWholeName[] = "The task's whole name";
constexpr char kLease[] = "The lease token from 'task lease'; void without the worker's own token";
// The most that UploadPart takes in one call.
constexpr size_t kPieceBytes = 512 << 10;

// Returns where the server wants the upload to go on, if that is what `status` says; else -1.
int64_t ExpectedOffset(const absl::Status& status) {
  if (ReasonOf(status) != v1::ERROR_REASON_OFFSET_WRONG) return -1;
  const auto metadata = ErrorInfoOf(status)->metadata();
  const auto found = metadata.find("expected_offset");
  int64_t offset = -1;
  return found != metadata.end() && absl::SimpleAtoi(found->second, &offset) ? offset : -1;
}

absl::StatusOr<ExitCode> Upload(Context& context, v1::UploadPartRequest& request,
                                const std::string& file) {
  DSR_ASSIGN_OR_RETURN(const std::string data, ReadInput(file, context.streams.in));
  const auto size = static_cast<int64_t>(data.size());
  v1::UploadPartResponse answer;
  bool resumed = false;
  int64_t offset = 0;
  do {
    request.set_offset(offset);
    request.set_data(data.substr(offset, kPieceBytes));
    const auto response = context.session.Call(&TaskStub::UploadPart, request);
    const int64_t expected = ExpectedOffset(response.status());
    if (!resumed && expected >= 0 && expected <= size) {
      // An earlier run got that far. Once only: a server that moves on twice is not resuming.
      resumed = true;
      offset = expected;
      answer.set_next_offset(expected);
      continue;
    }
    DSR_RETURN_IF_ERROR(response.status());
    if (response->next_offset() <= offset && !request.data().empty()) {
      return absl::InternalError("the server does not take the upload forward");
    }
    answer = *response;
    offset = answer.next_offset();
  } while (offset < size);
  context.output.Item(answer);
  return ExitCode::kOk;
}

void AddUpload(Group& group) {
  Command& command =
      group.Add("upload", "Uploads what was found in one category, before completing");
  const auto request = command.Sends<v1::UploadPartRequest>();
  const auto file = std::make_shared<std::string>();
  command.Name("TASK", "name", kTask, kWholeName, Need::kRequired)
      .Flag("--lease-token", "lease_token", kLease, Need::kRequired)
      .Flag("--category", "category", "The category", Need::kRequired)
      .Text("--file", file.get(), "JSON Lines, one flat object a record (- for stdin)",
            Need::kRequired)
      .Example(
          "dsrctl task upload requests/ID/tasks/ID --lease-token T --category orders"
          " --file orders.jsonl")
      .Runs([request, file](Context& context) { return Upload(context, *request, *file); });
}

}  // namespace

void AddTaskCommands(CommandTree& tree) {
  Group group = tree.AddGroup("task", "Carries out tasks, as the worker of a data system does");

  AddList(group, "lease", "Leases tasks of the calling worker's data system", &TaskStub::LeaseTasks)
      .Flag("--max", "max_tasks", "At most so many, up to 100; 1 without")
      .Flag("--lease", "lease", "How long, 1s to 1h; 60s without")
      .Flag("--wait", "wait", "How long to wait when there is none, up to 20s")
      .Columns("name,kind,categories,due_time,lease_expire_time,lease_token")
      .Example("dsrctl task lease --wait 20s -o json > task.json");

  AddCall(group, "extend", "Moves the end of a lease", &TaskStub::ExtendLease)
      .Name("TASK", "name", kTask, kWholeName, Need::kRequired)
      .Flag("--lease-token", "lease_token", kLease, Need::kRequired)
      .Flag("--lease", "lease", "How long from now, 1s to 1h; 60s without")
      .Example("dsrctl task extend requests/ID/tasks/ID --lease-token T --lease 5m");

  AddCall(group, "complete", "Ends a task with what the data system reports",
          &TaskStub::CompleteTask)
      .Name("TASK", "name", kTask, kWholeName, Need::kRequired)
      .Flag("--lease-token", "lease_token", kLease, Need::kRequired)
      .JsonFile("--file", "result", "The result, as dsr.v1.TaskResult in protobuf JSON",
                Need::kRequired)
      .Example(
          "echo '{\"categories\":[{\"category\":\"orders\",\"records\":\"3\"}]}' |"
          " dsrctl task complete requests/ID/tasks/ID --lease-token T --file -");

  AddCall(group, "fail", "Says that an attempt failed", &TaskStub::FailTask)
      .Name("TASK", "name", kTask, kWholeName, Need::kRequired)
      .Flag("--lease-token", "lease_token", kLease, Need::kRequired)
      .Flag("--code", "code", "Such as database-locked: a-z, 0-9 and -, nothing personal",
            Need::kRequired)
      .Flag("--for-good", "for_good", "Trying again is of no use")
      .Example("dsrctl task fail requests/ID/tasks/ID --lease-token T --code database-locked");

  AddUpload(group);

  AddCallForEach(group, "retry", "Opens tasks that failed for good again", kTask,
                 &TaskStub::RetryTask)
      .Example("dsrctl task retry requests/ID/tasks/ID");

  std::shared_ptr<v1::ListTasksRequest> list;
  Command& command =
      AddList(group, "list", "Lists tasks: of a request, or all that failed for good",
              &TaskStub::ListTasks, &list);
  list->set_parent("requests/-");
  command.Name("REQUEST", "parent", "requests/*", "The request; without, all that need a person")
      .Example("dsrctl task list 01jd2m8q7r5v9x3c6b4n1k0wte")
      .Example("dsrctl task list");
}

}  // namespace dsr::dsrctl
