// Nothing personal may leave by a log or an error: every integration test enforces it by itself.
//
// Each personal value that a test sends is remembered until the test ends, and searched for in what
// the process writes to standard error, where the log goes, and in every error that a call ends
// with. The persons of the shop carry a mark besides, which is always searched for.
#ifndef DSR_TESTS_INTEGRATION_LEAK_WATCH_H_
#define DSR_TESTS_INTEGRATION_LEAK_WATCH_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace dsr {

// Stands in all that is personal of the shop's persons, in two scripts and none.
inline constexpr char kMark[] = "qx7MarkedPerson";
inline constexpr char kMarkInChinese[] = "墨钧标记甲";
inline constexpr char kMarkInEmoji[] = "🦑🪁🧿";

// Remembers the personal values of a call's message. Thread-safe.
void RememberPersonal(const google::protobuf::Message& message);

// Fails the test when `text` holds a mark or a remembered value in any form (FormsOf); `where` says
// whose text it is. Thread-safe.
void ExpectNothingPersonal(absl::string_view where, absl::string_view text);
// The same for message and details of an error.
void ExpectNothingPersonal(const absl::Status& status);

// From now on watches what each test writes to standard error. Once, before the tests run.
void WatchStandardError();

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_LEAK_WATCH_H_
