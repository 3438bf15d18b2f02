// What message templates can say about a request.
#ifndef DSR_DELIVERY_MESSAGE_VARIABLES_H_
#define DSR_DELIVERY_MESSAGE_VARIABLES_H_

#include <string>
#include <vector>

#include "delivery/template_renderer.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/message.pb.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// What the variables of one message are made from. All of it outlives the call.
struct MessageSource {
  const Rulebook& rulebook;
  const v1::Message& message;
  // The request with its personal fields and all of its notices.
  const storage::v1::RequestRecord& record;
  const std::vector<v1::Recipient>& recipients;
  // The subject's, without personal fields.
  const std::vector<v1::Disclosure>& disclosures;
  const std::vector<v1::Consent>& consents;
};

// Returns what may be said to anybody who asked, verified or not:
//
//   company, request, type_title, name, received_day, last_day, remedies, first, verifies,
//   untouched rules[category, purpose, source, retention_words]
//
// and, of a type that needs no verification, the answer in words: note, explanation, review_upheld,
// review_changed, review_overturned, refused[categories, ground, reason].
//
// Texts are in the message's language (zh-CN where there is none), days in the policy's zone.
// `request` is the id, `first` that of the same request filed before; `name` is what the requester
// is called. `verifies` tells that the type asks for a verification, `untouched` that no data
// system was asked to change anything and nothing was told of the subject.
TemplateVariables PublicVariables(const MessageSource& source);

// Returns what may be said to the verified subject only, besides the above:
//
//   note, ground, reason, explanation, review_upheld, review_changed, review_overturned
//   grant_expires, sha256, fee, fee_reason, pay_by_day
//   refused[categories, ground, reason], served, lift_reason, transfer_to
//   consent, ended_categories, kept_categories, company_ground, successor
//   outcomes[category, provided, corrected, erased, restricted, not_held, records, counted,
//            retained_records, retained_counted, law, hard, redacted, retained_until, purpose,
//            source, retention_words]
//   recipients[title, categories, purpose, told, pending, objected, exempt, law]
//   fields[field, category, accepted, rejected, reason]
//   plan[category, erase, erase_expired, erasable_until, held, restrict, law, until]
//   blockers[title, kind, description]
//
// `outcomes` has one element a category that is served, in the policy's order, over all data
// systems; those refused are in `refused`. `records` are bare numbers, `counted` has its noun and
// is empty for none. `served` are the titles of all categories but those refused. `recipients` has
// the request's notices; where the workflow collects data it has the disclosures of the served
// categories, one element a recipient. `pending` is a notice that has not been delivered. In `plan`
// `restrict` stands for `erase_expired` (all but what is older than `erasable_until`, or until the
// day `until`) as well as `held` (all, by a legal hold, until `until` where that is known).
// `consent` is the purpose of the consent that the request is about, `kept_categories` what it
// stays for. `pay_by_day` is the last day on which the fee can be paid. What grants something
// (`grant`, `code`) the caller adds.
TemplateVariables SubjectVariables(const MessageSource& source);

}  // namespace dsr

#endif  // DSR_DELIVERY_MESSAGE_VARIABLES_H_
