// Who got what of the categories that a notice is about (PRODUCT.md, "Deletion"): from the
// subject's disclosures, from what recipients get of everybody, and from consents that name them.
#ifndef DSR_WORKFLOW_NOTICE_SCOPE_H_
#define DSR_WORKFLOW_NOTICE_SCOPE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/registry.pb.h"
#include "workflow/deciding.h"

namespace dsr {

// What one recipient got of the categories concerned, and what of it an authorisation of its own
// covers.
struct Received {
  std::set<std::string> categories;
  std::set<std::string> authorised;
  std::string proof;
  std::set<std::string> onward;
  std::vector<std::string> disclosure_ids;
  // Those of the categories that it gets of everybody, without a record.
  std::set<std::string> shared;
  // When each category was disclosed last; one that is shared without a record is not here.
  std::map<std::string, absl::Time> disclosed;

  void AddDisclosure(const v1::Disclosure& disclosure, const std::string& id);
};

// The recipient of that name, or null.
const v1::Recipient* FindRecipient(const Facts& facts, const std::string& name);

// Who bears the duty today: the last of a chain of successors. A circle ends where it began.
std::string BearerOf(const Facts& facts, const std::string& name);

// Whoever is to be told by `kind`, by name, and what it got that no notice of this request covers
// yet. Those to be told to resume were told to stop, and are all here.
std::map<std::string, Received> GatherRecipients(const Deciding& deciding, v1::NoticeKind kind);

// Adds that `recipient` got `category`, and by which disclosures.
void AddCategory(const Deciding& deciding, const std::string& recipient,
                 const std::string& category, Received& entry);

}  // namespace dsr

#endif  // DSR_WORKFLOW_NOTICE_SCOPE_H_
