// Words and days in the language of a message or page.
#ifndef DSR_APP_MESSAGE_WORDS_H_
#define DSR_APP_MESSAGE_WORDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/v1/request.pb.h"
#include "google/protobuf/map.h"

namespace dsr {

// Speaks English for `en`, Chinese for every other language. Immutable; thread-safe.
class MessageWords {
 public:
  explicit MessageWords(absl::string_view language) : english_(language == "en") {}

  // The text of a definition in this language, else in zh-CN; empty when it has neither.
  std::string In(const google::protobuf::Map<std::string, std::string>& texts) const;

  // `1 March 2026` or `2026年3月1日`.
  std::string Day(absl::CivilDay day) const;
  // The day and, by the zone's clock, the minute: `1 March 2026, 16:00 (UTC+08:00)`.
  std::string Moment(absl::Time time, absl::TimeZone zone) const;

  // An amount such as `20.00 CNY`.
  static std::string Money(int64_t cents, const std::string& currency);

  // The ground of a refusal; empty when there is none.
  std::string Ground(v1::RefusalGround ground) const;

  // Why the company deletes on its own motion; empty when that is not said.
  std::string Ground(v1::CompanyDeletionGround ground) const;

  // `1 record`, `12 records`, `12条`; empty for none.
  std::string Records(int64_t count) const;

  // The same of what is kept in storage only: something is held there, even where a data system
  // that hides it counted none.
  std::string Retained(int64_t count) const;

  // What a blocker of that kind is, such as `Open order` for `open-order`; empty for a kind that
  // only the reporting data system knows.
  std::string BlockerTitle(absl::string_view kind) const;

  // Laws, several with `; ` between, as the policy calls them in this language; those that it does
  // not call as they are written.
  std::string Laws(const v1::Policy& policy, absl::string_view laws) const;

  // What a disclosure says of itself: in this language where dsrd itself wrote it (see
  // transfer_disclosure.h), else as its registrar wrote it.
  std::string OfDisclosure(const std::string& text) const;

  // What stands between the elements of an enumeration.
  absl::string_view separator() const { return english_ ? ", " : "、"; }

  bool is_english() const { return english_; }

 private:
  std::string Choose(const char* chinese, const char* english) const {
    return english_ ? english : chinese;
  }

  const bool english_;
};

}  // namespace dsr

#endif  // DSR_APP_MESSAGE_WORDS_H_
