#include <memory>
#include <set>
#include <string>

#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/admin_service.pb.h"
#include "dsr/v1/audit_service.pb.h"
#include "dsr/v1/errors.pb.h"
#include "dsr/v1/message_service.pb.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/v1/registry_service.pb.h"
#include "dsr/v1/report_service.pb.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/v1/task_service.pb.h"
#include "dsr/v1/verification_service.pb.h"
#include "dsr/v1/workflow_service.pb.h"
#include "dsrctl/commands.h"
#include "google/protobuf/descriptor.pb.h"

namespace dsr::dsrctl {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;

// Adds `file` after everything it imports, as tools that read the set expect.
void AddFile(const FileDescriptor& file, std::set<std::string>& seen, FileDescriptorSet& set) {
  if (!seen.insert(file.name()).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), seen, set);
  google::protobuf::FileDescriptorProto& proto = *set.add_file();
  file.CopyTo(&proto);
  file.CopyJsonNameTo(&proto);
}

FileDescriptorSet ApiDescriptors() {
  FileDescriptorSet set;
  std::set<std::string> seen;
  for (const google::protobuf::Descriptor* message :
       {v1::GetStatusRequest::descriptor(), v1::ListAuditEventsRequest::descriptor(),
        v1::ErrorInfo::descriptor(), v1::ListMessagesRequest::descriptor(),
        v1::PullNoticesRequest::descriptor(), v1::ListRecipientsRequest::descriptor(),
        v1::GetSlaReportRequest::descriptor(), v1::GetRequestRequest::descriptor(),
        v1::LeaseTasksRequest::descriptor(), v1::SubmitCodeRequest::descriptor(),
        v1::ListWorkflowsRequest::descriptor()}) {
    AddFile(*message->file(), seen, set);
  }
  return set;
}

}  // namespace

void AddApiCommands(CommandTree& tree) {
  Group group = tree.AddGroup("api", "Describes the API to other tools, without a server");
  Command& command = group.Add("descriptors", "Prints the API as a FileDescriptorSet");
  const auto out = std::make_shared<std::string>();
  command.Text("--out", out.get(), "The file to write; without, stdout")
      .Example("dsrctl api descriptors --out dsr.binpb")
      .Example(
          "buf curl --schema dsr.binpb --protocol grpc --http2-prior-knowledge"
          " http://127.0.0.1:7443/dsr.v1.AdminService/GetStatus")
      .Runs([out](Context& context) -> absl::StatusOr<ExitCode> {
        const std::string bytes = ApiDescriptors().SerializeAsString();
        if (!out->empty()) {
          DSR_RETURN_IF_ERROR(WriteFileAtomically(*out, bytes, 0644));
          return ExitCode::kOk;
        }
        if (context.streams.out_is_terminal) {
          return absl::InvalidArgumentError("this is binary; use --out FILE or redirect stdout");
        }
        context.output.Raw(bytes);
        return ExitCode::kOk;
      });
}

}  // namespace dsr::dsrctl
