// The files of the API that declare a service each.
#ifndef DSR_TESTS_INTEGRATION_SERVICE_FILES_H_
#define DSR_TESTS_INTEGRATION_SERVICE_FILES_H_

#include <vector>

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

inline std::vector<const google::protobuf::FileDescriptor*> ServiceFiles() {
  return {v1::GetStatusRequest::descriptor()->file(),
          v1::GetCheckpointRequest::descriptor()->file(),
          v1::ListMessagesRequest::descriptor()->file(),
          v1::PullNoticesRequest::descriptor()->file(),
          v1::CreateRecipientRequest::descriptor()->file(),
          v1::GetSlaReportRequest::descriptor()->file(),
          v1::CreateRequestRequest::descriptor()->file(),
          v1::LeaseTasksRequest::descriptor()->file(),
          v1::SetAbsenceRequest::descriptor()->file(),
          v1::StartVerificationRequest::descriptor()->file(),
          v1::ListWorkflowsRequest::descriptor()->file(),
          v1::PlaceHoldRequest::descriptor()->file()};
}

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_SERVICE_FILES_H_
