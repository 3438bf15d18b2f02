// GetDeletionCertificate: who was told what, and what each answered.
#include <memory>

#include "app/deletion_certificate.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

void GetDeletionCertificate(const std::shared_ptr<UnaryCall>& call,
                            const v1::GetDeletionCertificateRequest& in) {
  const absl::StatusOr<RequestId> id = ParseRequestName(in.name());
  if (!id.ok()) return call->Fail(id.status());
  AnswerFromStore<v1::DeletionCertificate>(call, [call, id = *id](ReadView& view) {
    const RpcParts& parts = call->context().parts();
    return MakeDeletionCertificate(view, parts.rulebooks, InstallationSigner(parts.secrets), id,
                                   parts.clock.Now());
  });
}

}  // namespace

void AddNoticeCertificate(RpcService& service) {
  service.Unary<v1::GetDeletionCertificateRequest>("GetDeletionCertificate",
                                                   GetDeletionCertificate);
}

}  // namespace dsr
