// The services of the API, each put together in a file of its own.
#ifndef DSR_RPC_SERVICES_H_
#define DSR_RPC_SERVICES_H_

#include <memory>
#include <vector>

#include "rpc/rpc_context.h"
#include "rpc/rpc_service.h"

namespace dsr {

// Returns every service of the API. `context` outlives them.
std::vector<std::unique_ptr<RpcService>> MakeServices(RpcContext& context);

// Give a service its methods. Those of RequestService come in groups.
void AddRequestFiling(RpcService& service);
void AddRequestQueries(RpcService& service);
void AddRequestActions(RpcService& service);
void AddRequestAssignment(RpcService& service);
void AddRequestQueue(RpcService& service);
void AddRequestWatch(RpcService& service);
void AddPackageDownload(RpcService& service);
void AddVerificationMethods(RpcService& service);
void AddEvidenceMethods(RpcService& service);
void AddTaskMethods(RpcService& service);
void AddTaskLeasing(RpcService& service);
void AddRegistryMethods(RpcService& service);
void AddHoldMethods(RpcService& service);
void AddNoticeMethods(RpcService& service);
void AddNoticePulling(RpcService& service);
void AddNoticeStream(RpcService& service);
void AddNoticeBatches(RpcService& service);
void AddRecipientHealth(RpcService& service);
void AddNoticeCertificate(RpcService& service);
void AddNoticeLedger(RpcService& service);
void AddMessageMethods(RpcService& service);
void AddStaffMethods(RpcService& service);
void AddWorkflowMethods(RpcService& service);
void AddReportMethods(RpcService& service);
void AddAuditMethods(RpcService& service);
void AddAdminMethods(RpcService& service);
void AddBackupMethods(RpcService& service);

}  // namespace dsr

#endif  // DSR_RPC_SERVICES_H_
