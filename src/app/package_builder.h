// Packages (ZIP) and answers (HTML), made from what data systems collected.
#ifndef DSR_APP_PACKAGE_BUILDER_H_
#define DSR_APP_PACKAGE_BUILDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "app/answer_pages.h"
#include "app/byte_sink.h"
#include "app/collected_parts.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/v1/request.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// What a package is made of. `created` is the task's creation, so that every attempt gives equal
// bytes.
struct PackageContents {
  std::shared_ptr<const Rulebook> rulebook;
  v1::Request request;  // with its personal fields: the reasons of refusals are told
  std::vector<v1::Disclosure> disclosures;
  std::vector<v1::Recipient> recipients;
  absl::Time created;
};

// Writes a ZIP file: for each category that has records `<category>.json` and `<category>.csv`;
// then `index.html`, a readable page, and `manifest.json` with SHA-256 and size of each part before
// it. Memory does not grow with the records. Errors: INVALID_ARGUMENT FIELD_INVALID for a malformed
// record; those of the sink and the store. Blocks.
absl::Status WritePackage(const PackageContents& contents, const CollectedParts& parts,
                          const ByteSink& sink);

// Writes one self-contained HTML page with the records of each category, what became of it, what
// the law wants told about it, and the recipients. Otherwise as above.
absl::Status WriteAnswerPage(const PackageContents& contents, const CollectedParts& parts,
                             const ByteSink& sink);

}  // namespace dsr

#endif  // DSR_APP_PACKAGE_BUILDER_H_
