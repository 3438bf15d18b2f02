// Ids: 48 bits of time and 80 bits that tell apart what happened in the same millisecond.
//
// Ids sort by time, because random keys halve the growth that the database's trees allow. They are
// names and grant nothing: what grants something has 128 random bits (RandomBytes).
//
// Text form: 26 characters of lower-case Crockford base32 (the layout of a ULID), one text for one
// id. Byte form: 16 bytes, big-endian. Text, bytes and operator<=> sort alike.
#ifndef DSR_BASE_IDS_H_
#define DSR_BASE_IDS_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "dsr/base/clock.h"
#include "dsr/base/status_macros.h"

namespace dsr {

// An id without a kind; use one of the strong types below. The default value is all zeros and names
// nothing. A value: copyable, comparable, hashable.
class Id128 {
 public:
  static constexpr size_t kSize = 16;
  // The part that is not time.
  using Tail = std::array<uint8_t, 10>;

  Id128() = default;

  // Returns the id of `time`, cut to milliseconds and to what 48 bits hold (1970 to 10889), and
  // `tail`.
  static Id128 Make(absl::Time time, const Tail& tail);

  // Returns the id whose tail is the first 80 bits of SHA-256 over `parts`, each preceded by its
  // length as 8 big-endian bytes. Equal arguments give an equal id: stable across retries.
  static Id128 Derive(absl::Time event_time, std::initializer_list<absl::string_view> parts);

  // Reads the text form. INVALID_ARGUMENT (FIELD_INVALID) for anything else, upper case included.
  static absl::StatusOr<Id128> Parse(absl::string_view text);

  // Reads the byte form. INVALID_ARGUMENT (FIELD_INVALID) unless it has 16 bytes.
  static absl::StatusOr<Id128> FromBytes(absl::string_view bytes);

  std::string ToString() const;

  // The byte form; valid as long as this object.
  absl::string_view bytes() const {
    return absl::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
  }

  // The instant it was made for, to the millisecond.
  absl::Time time() const;

  bool IsZero() const { return bytes_ == std::array<uint8_t, kSize>{}; }

  friend bool operator==(const Id128&, const Id128&) = default;
  friend auto operator<=>(const Id128&, const Id128&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const Id128& id) {
    return H::combine(std::move(state), id.bytes_);
  }

 private:
  std::array<uint8_t, kSize> bytes_ = {};
};

// An id of one kind, so that a task's id does not pass for a request's. `Tag` is never defined.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(const Id128& value) : value_(value) {}

  // As in Id128.
  static Id Make(absl::Time time, const Id128::Tail& tail) { return Id(Id128::Make(time, tail)); }
  static Id Derive(absl::Time event_time, std::initializer_list<absl::string_view> parts) {
    return Id(Id128::Derive(event_time, parts));
  }
  static absl::StatusOr<Id> Parse(absl::string_view text) {
    DSR_ASSIGN_OR_RETURN(const Id128 value, Id128::Parse(text));
    return Id(value);
  }
  static absl::StatusOr<Id> FromBytes(absl::string_view bytes) {
    DSR_ASSIGN_OR_RETURN(const Id128 value, Id128::FromBytes(bytes));
    return Id(value);
  }
  std::string ToString() const { return value_.ToString(); }
  absl::string_view bytes() const { return value_.bytes(); }
  absl::Time time() const { return value_.time(); }
  bool IsZero() const { return value_.IsZero(); }
  const Id128& value() const { return value_; }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const Id& id) {
    return H::combine(std::move(state), id.value_);
  }

 private:
  Id128 value_;
};

using RequestId = Id<struct RequestIdTag>;
using SubjectId = Id<struct SubjectIdTag>;
using VerificationId = Id<struct VerificationIdTag>;
using TaskId = Id<struct TaskIdTag>;
using EvidenceId = Id<struct EvidenceIdTag>;
using NoticeId = Id<struct NoticeIdTag>;
using MessageId = Id<struct MessageIdTag>;
// Anything else that needs a fresh id: holds, disclosures, consents, tokens.
using RecordId = Id<struct RecordIdTag>;

// Makes fresh ids. Thread-safe, if its source of random bytes is.
class IdGenerator {
 public:
  // Fills a span with bytes.
  using RandomSource = std::function<void(absl::Span<uint8_t>)>;

  // `clock` outlives this. Random bytes come from the operating system.
  explicit IdGenerator(const Clock& clock);
  // The same with another source; a simulation passes a seeded one.
  IdGenerator(const Clock& clock, RandomSource random);

  // Returns an id that was never returned before: `ids.Next<RequestId>()`.
  template <class StrongId>
  StrongId Next() const {
    return StrongId(NextId128());
  }

 private:
  Id128 NextId128() const;

  const Clock& clock_;
  const RandomSource random_;
};

}  // namespace dsr

template <>
struct std::hash<dsr::Id128> {
  size_t operator()(const dsr::Id128& id) const noexcept {
    return std::hash<std::string_view>()(std::string_view(id.bytes().data(), id.bytes().size()));
  }
};

template <class Tag>
struct std::hash<dsr::Id<Tag>> {
  size_t operator()(const dsr::Id<Tag>& id) const noexcept {
    return std::hash<dsr::Id128>()(id.value());
  }
};

#endif  // DSR_BASE_IDS_H_
