// What a letter to a recipient says about its notice.
#ifndef DSR_DELIVERY_LETTER_COMPOSER_H_
#define DSR_DELIVERY_LETTER_COMPOSER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "delivery/template_renderer.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/v1/registry.pb.h"

namespace dsr {

// Returns the title of the recipient of that name, `recipients/{id}`; empty where there is none.
using RecipientTitles = std::function<std::string(const std::string& name)>;

// What one letter is made from. All of it outlives the call.
struct LetterSource {
  const v1::Policy& policy;
  absl::TimeZone zone;  // the policy's
  const v1::Recipient& recipient;
  // With the recipient's references; without name it is a test.
  const v1::Notice& notice;
  const RecipientTitles& title_of;
};

// Returns the language of the letter: `zh-CN` for every kind of Chinese, `en` for any other
// language that the notice, else the recipient, has.
std::string LetterLanguage(const v1::Recipient& recipient, const v1::Notice& notice);

// Returns what the letter's template can say, each text in one line:
//
//   company, recipient, notice, number, test, cancelled, delete, correct, stop, resume,
//   instruction, by_account, insisted, reminder, sent_day, law, due_day, zone, former, passed_on
//   categories[title], references[reference], onward[title]
//
// Of test, cancelled, delete, correct, stop and resume exactly one is true. `notice` is the
// notice's name and `number` its last part. `by_account` tells that the references are the
// company's account ids, `insisted` that an objection was rejected, `reminder` that it was
// delivered before, on `sent_day`. `due_day` is the last day that is in time, in the zone whose
// name is `zone`. `former` are those that it was for before, `onward` those to be told too, if
// `passed_on`. A test and a notice cancelled ask for nothing: they have no law and no day.
//
// Of the person nothing but the references is in it, whatever else the notice holds.
TemplateVariables LetterVariables(const LetterSource& source);

// Renders the letter from its template among `templates`, as plain text. Errors: NOT_FOUND
// (INTERNAL) when there is none in the letter's language; INTERNAL when the template is broken or
// the notice, not being a test, has no kind of ours. Thread-safe.
absl::StatusOr<RenderedTemplate> ComposeLetter(const LetterSource& source,
                                               const v1::TemplateSet& templates);

}  // namespace dsr

#endif  // DSR_DELIVERY_LETTER_COMPOSER_H_
