// What is told to one recipient: by when, on which law, and from what it is exempt.
#ifndef DSR_WORKFLOW_NOTICE_MAKING_H_
#define DSR_WORKFLOW_NOTICE_MAKING_H_

#include <string>

#include "dsr/storage/v1/event.pb.h"
#include "dsr/v1/policy.pb.h"
#include "workflow/deciding.h"
#include "workflow/notice_scope.h"

namespace dsr {

// How many civil days recipients of `relation` have.
int TermDays(const v1::Policy& policy, v1::RecipientRelation relation, v1::NoticeKind kind);

// The language that the recipient is told in, and the law as that language calls it.
struct LegalBasis {
  std::string language;
  std::string law;
};
LegalBasis BasisOf(const v1::Policy& policy, const v1::Recipient* recipient, v1::NoticeKind kind);

// Adds one notice for what the recipient `name` must be told and, for each authorisation or law
// that covers something, one record of the exemption.
void AddNotices(const Deciding& deciding, const std::string& name, const Received& received,
                storage::v1::NoticesCreated& created);

}  // namespace dsr

#endif  // DSR_WORKFLOW_NOTICE_MAKING_H_
