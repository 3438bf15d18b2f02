#include "dsrctl/download.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsrctl/partial_file.h"

namespace dsr::dsrctl {
namespace {

void ShowProgress(Context& context, int64_t done, int64_t total) {
  if (!context.streams.err_is_terminal || total <= 0) return;
  context.streams.err << absl::StreamFormat("\r%.1f of %.1f MiB, %d %%", done / 1048576.0,
                                            total / 1048576.0, done * 100 / total)
                      << std::flush;
}

// Reads one stream from where `part` ends. OK when the stream ended by itself.
absl::Status ReadStream(Context& context, v1::DownloadPackageRequest& request, PartialFile& part,
                        v1::Package& package) {
  request.set_offset(part.size());
  return context.session.Stream(
      &v1::RequestService::Stub::DownloadPackage, request,
      [&](const v1::DownloadPackageResponse& response) -> absl::StatusOr<bool> {
        if (response.has_package()) package = response.package();
        if (response.data().empty()) return true;
        if (response.offset() != part.size()) {
          return absl::DataLossError("the server sent bytes of another place than asked for");
        }
        DSR_RETURN_IF_ERROR(part.Append(response.data()));
        ShowProgress(context, part.size(), package.size_bytes());
        return true;
      });
}

absl::Status CheckPackage(const PartialFile& part, const v1::Package& package) {
  if (package.sha256().empty()) return absl::InternalError("the server did not say what it sent");
  if (part.size() != package.size_bytes()) {
    return absl::UnavailableError(absl::StrCat("the download ended at byte ", part.size(), " of ",
                                               package.size_bytes(), "; run it again to go on"));
  }
  DSR_ASSIGN_OR_RETURN(const std::string sha256, part.Sha256Hex());
  if (sha256 == package.sha256()) return absl::OkStatus();
  return absl::DataLossError("the downloaded file does not have the package's SHA-256");
}

}  // namespace

absl::StatusOr<v1::Package> DownloadPackage(Context& context, v1::DownloadPackageRequest request,
                                            const std::string& to) {
  if (FileExists(to)) return absl::InvalidArgumentError(absl::StrCat(to, " exists already"));
  DSR_ASSIGN_OR_RETURN(const auto part, PartialFile::Open(absl::StrCat(to, ".part")));
  v1::Package package;
  absl::Status status;
  // Only what brought nothing new counts.
  for (int failures = 0; failures < kAttempts;) {
    const int64_t before = part->size();
    status = ReadStream(context, request, *part, package);
    // The server's cap on calls may end a long download, too.
    const bool resumable = status.code() == absl::StatusCode::kUnavailable ||
                           status.code() == absl::StatusCode::kDeadlineExceeded;
    if (!resumable) break;
    if (!package.sha256().empty() && part->size() == package.size_bytes()) {
      // Only the end of the stream was lost; the grant may be used up, so asking again would fail.
      status = absl::OkStatus();
      break;
    }
    failures = part->size() > before ? 0 : failures + 1;
    if (failures < kAttempts) context.session.BackOff(failures);
  }
  if (context.streams.err_is_terminal) context.streams.err << '\n';
  if (status.ok()) status = CheckPackage(*part, package);
  if (absl::IsDataLoss(status)) part->Remove();
  // An empty part is of no use to the next run.
  if (!status.ok() && part->size() == 0) part->Remove();
  DSR_RETURN_IF_ERROR(status);
  DSR_RETURN_IF_ERROR(part->Publish(to));
  return package;
}

}  // namespace dsr::dsrctl
