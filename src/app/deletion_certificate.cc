#include "app/deletion_certificate.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/certificate_text.h"
#include "app/not_found.h"
#include "app/purged.h"
#include "dsr/base/crypto.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// Enough to tell installations apart; the key itself is in the verifier key.
constexpr size_t kNameBytes = 4;

// Every recipient that a notice names. One that is not registered any more keeps its name alone.
absl::StatusOr<std::map<std::string, v1::Recipient>> RecipientsOf(
    ReadView& view, const std::vector<v1::Notice>& notices) {
  std::map<std::string, v1::Recipient> recipients;
  const auto add = [&](const std::string& name) -> absl::Status {
    if (recipients.find(name) != recipients.end()) return absl::OkStatus();
    absl::StatusOr<v1::Recipient> recipient = view.FindRecipient(name);
    if (absl::IsNotFound(recipient.status())) return absl::OkStatus();
    DSR_RETURN_IF_ERROR(recipient.status());
    recipients[name] = *std::move(recipient);
    return absl::OkStatus();
  };
  for (const v1::Notice& notice : notices) {
    DSR_RETURN_IF_ERROR(add(notice.recipient()));
    for (const v1::FormerRecipient& former : notice.former_recipients())
      DSR_RETURN_IF_ERROR(add(former.recipient()));
    for (const auto* names : {&notice.onward_recipients(), &notice.onward_told()}) {
      for (const std::string& name : *names) DSR_RETURN_IF_ERROR(add(name));
    }
  }
  return recipients;
}

}  // namespace

NoteSigner InstallationSigner(const ServerSecrets& secrets) {
  const std::string key = Ed25519PublicKey(secrets.SigningSeed().bytes());
  return NoteSigner(absl::StrCat("dsrd-", HexEncode(Sha256(key).substr(0, kNameBytes))),
                    secrets.SigningSeed());
}

absl::StatusOr<v1::DeletionCertificate> MakeDeletionCertificate(ReadView& view,
                                                                RulebookCatalog& rulebooks,
                                                                const NoteSigner& signer,
                                                                const RequestId& id,
                                                                absl::Time now) {
  absl::StatusOr<storage::v1::RequestState> state = view.FindRequest(id);
  if (absl::IsNotFound(state.status())) return ResourceNotFound(RequestName(id));
  DSR_RETURN_IF_ERROR(state.status());
  if (IsPurged(state->request())) return Purged(state->request());
  v1::Request request = std::move(*state->mutable_request());
  ClearPersonal(request);
  DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> rulebook,
                       rulebooks.RulebookFor(view, request.pins()));
  // By id, which is by age.
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Notice> notices, view.ListNotices(id));
  std::map<std::string, v1::Recipient> recipients;
  DSR_ASSIGN_OR_RETURN(recipients, RecipientsOf(view, notices));

  v1::DeletionCertificate certificate;
  certificate.set_request(RequestName(id));
  certificate.set_type(request.type());
  *certificate.mutable_receive_time() = request.received_time();
  if (request.response().has_response_time()) {
    *certificate.mutable_response_time() = request.response().response_time();
  }
  *certificate.mutable_certify_time() = ToTimestamp(now);
  *certificate.mutable_outcomes() = request.outcomes();
  for (v1::Notice& notice : notices) {
    ClearPersonal(notice);
    // Elements stay when personal fields are cleared; how many there are is nobody's business here.
    notice.clear_subject_references();
    notice.clear_corrections();
    *certificate.add_notices() = std::move(notice);
  }
  certificate.set_complete(OpenMattersOf(certificate, request).empty());
  certificate.set_note(signer.Sign(CertificateText({.certificate = certificate,
                                                    .request = request,
                                                    .rulebook = *rulebook,
                                                    .recipients = recipients,
                                                    .installation = signer.name()})));
  certificate.set_verifier_key(signer.verifier_key());
  return certificate;
}

}  // namespace dsr
