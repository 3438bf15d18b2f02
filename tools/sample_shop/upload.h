// Uploads what a COLLECT task found.
#ifndef DSR_TOOLS_SAMPLE_SHOP_UPLOAD_H_
#define DSR_TOOLS_SAMPLE_SHOP_UPLOAD_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/task.pb.h"
#include "dsr/v1/task_service.grpc.pb.h"
#include "sample_shop/rpc_caller.h"

namespace dsr::sample_shop {

// Bytes a call: well below the server's limit, so that even a small category shows that pieces
// work.
inline constexpr size_t kUploadPiece = 64 * 1024;

// Sends `lines` as the upload of `category`, from where the server says it goes on: an interrupted
// upload resumes. Blocks. Errors: those of the server; INTERNAL when it makes no progress.
absl::Status UploadCategory(const RpcCaller& caller, v1::TaskService::Stub& tasks,
                            const v1::Task& task, const std::string& category,
                            absl::string_view lines);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_UPLOAD_H_
