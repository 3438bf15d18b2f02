#include "integration/download.h"

#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "dsr/v1/request_service.grpc.pb.h"

namespace dsr {

Download FetchPackage(const ApiClient& server, absl::string_view principal,
                      const std::string& request, const std::string& grant, int64_t offset) {
  grpc::ClientContext context;
  server.Prepare(context, principal);
  v1::DownloadPackageRequest in;
  in.set_name(request);
  in.set_grant(grant);
  in.set_offset(offset);
  const auto stub = v1::RequestService::NewStub(server.channel());
  const auto stream = stub->DownloadPackage(&context, in);
  Download download;
  v1::DownloadPackageResponse piece;
  while (stream->Read(&piece)) {
    EXPECT_EQ(piece.offset(), offset + static_cast<int64_t>(download.bytes.size()));
    download.bytes += piece.data();
    if (piece.has_package()) download.package = piece.package();
  }
  download.status = FromGrpc(stream->Finish());
  return download;
}

std::string GrantIn(absl::string_view mail) {
  for (const absl::string_view word :
       absl::StrSplit(mail, absl::ByAnyChar(" \r\n"), absl::SkipEmpty())) {
    if (word.size() == 26) return std::string(word);
  }
  ADD_FAILURE() << "no grant was sent";
  return "";
}

}  // namespace dsr
