// Words and days in the language of a message.
#ifndef DSR_DELIVERY_MESSAGE_WORDS_H_
#define DSR_DELIVERY_MESSAGE_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/v1/common.pb.h"
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

  // What stands between the elements of an enumeration.
  absl::string_view separator() const { return english_ ? ", " : "、"; }

 private:
  const bool english_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_MESSAGE_WORDS_H_
