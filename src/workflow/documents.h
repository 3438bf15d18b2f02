// Documents handed in as evidence: kept no longer than the policy says, nor than the request.
#ifndef DSR_WORKFLOW_DOCUMENTS_H_
#define DSR_WORKFLOW_DOCUMENTS_H_

#include "absl/strings/string_view.h"
#include "workflow/deciding.h"

namespace dsr {

// Begins the timer that destroys a document.
void BeginPurgeTimer(Deciding& deciding, absl::string_view evidence_id, absl::Time due);

// When `timer` is such a timer, records that its document is destroyed and returns true.
bool PurgeDocument(Deciding& deciding, absl::string_view timer);

// Records that all documents of the request are destroyed.
void PurgeDocuments(Deciding& deciding);

}  // namespace dsr

#endif  // DSR_WORKFLOW_DOCUMENTS_H_
