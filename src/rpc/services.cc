#include "rpc/services.h"

#include <initializer_list>
#include <string>

#include "dsr/v1/admin_service.pb.h"
#include "dsr/v1/audit_service.pb.h"
#include "dsr/v1/hold_service.pb.h"
#include "dsr/v1/message_service.pb.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/v1/registry_service.pb.h"
#include "dsr/v1/report_service.pb.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/v1/staff_service.pb.h"
#include "dsr/v1/task_service.pb.h"
#include "dsr/v1/verification_service.pb.h"
#include "dsr/v1/workflow_service.pb.h"
#include "google/protobuf/descriptor.h"

namespace dsr {

std::vector<std::unique_ptr<RpcService>> MakeServices(RpcContext& context) {
  using Adder = void (*)(RpcService&);
  std::vector<std::unique_ptr<RpcService>> services;
  const auto add = [&](const google::protobuf::FileDescriptor* file,
                       std::initializer_list<Adder> adders) {
    auto service = std::make_unique<RpcService>(context, *file->service(0));
    for (const Adder adder : adders) adder(*service);
    services.push_back(std::move(service));
  };
  add(v1::CreateRequestRequest::descriptor()->file(),
      {AddRequestFiling, AddRequestQueries, AddRequestActions, AddRequestAssignment,
       AddRequestQueue, AddRequestWatch, AddPackageDownload});
  add(v1::StartVerificationRequest::descriptor()->file(), {AddVerificationMethods});
  add(v1::LeaseTasksRequest::descriptor()->file(), {AddTaskMethods, AddTaskLeasing});
  add(v1::CreateRecipientRequest::descriptor()->file(), {AddRegistryMethods, AddRecipientHealth});
  add(v1::PlaceHoldRequest::descriptor()->file(), {AddHoldMethods});
  add(v1::PullNoticesRequest::descriptor()->file(),
      {AddNoticeMethods, AddNoticePulling, AddNoticeStream, AddNoticeBatches, AddNoticeCertificate,
       AddNoticeLedger});
  add(v1::ListMessagesRequest::descriptor()->file(), {AddMessageMethods});
  add(v1::SetAbsenceRequest::descriptor()->file(), {AddStaffMethods});
  add(v1::ListWorkflowsRequest::descriptor()->file(), {AddWorkflowMethods});
  add(v1::GetSlaReportRequest::descriptor()->file(), {AddReportMethods});
  add(v1::GetCheckpointRequest::descriptor()->file(), {AddAuditMethods});
  add(v1::GetStatusRequest::descriptor()->file(), {AddAdminMethods, AddBackupMethods});
  return services;
}

}  // namespace dsr
