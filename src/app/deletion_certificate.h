// Deletion certificates: who was told what, and what each answered, signed by this installation.
#ifndef DSR_APP_DELETION_CERTIFICATE_H_
#define DSR_APP_DELETION_CERTIFICATE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/rulebook_catalog.h"
#include "app/server_secrets.h"
#include "dsr/base/ids.h"
#include "dsr/base/signed_note.h"
#include "dsr/store/store.h"
#include "dsr/v1/notice_service.pb.h"

namespace dsr {

// Returns what this installation signs notes with. Its name is `dsrd-` and 8 hexadecimal digits of
// its public key: the same as long as the key-encryption key is, and no other installation's.
NoteSigner InstallationSigner(const ServerSecrets& secrets);

// Makes the certificate of a request as it stands at `now`, from one snapshot: without personal
// fields, and its note signed by `signer`. It may be of a request of any type, in any state.
// Errors: NOT_FOUND RESOURCE_NOT_FOUND. Blocks on the database.
absl::StatusOr<v1::DeletionCertificate> MakeDeletionCertificate(ReadView& view,
                                                                RulebookCatalog& rulebooks,
                                                                const NoteSigner& signer,
                                                                const RequestId& id,
                                                                absl::Time now);

}  // namespace dsr

#endif  // DSR_APP_DELETION_CERTIFICATE_H_
