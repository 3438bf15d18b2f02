#include "dsr/base/ids.h"

#include <algorithm>

#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

constexpr absl::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kTextSize = 26;
constexpr size_t kTimeSize = 6;
constexpr int64_t kMaxMillis = (int64_t{1} << 48) - 1;

absl::Status MalformedId() {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID,
                   "an id has 26 characters of lower-case Crockford base32");
}

std::string LengthPrefix(absl::string_view part) {
  std::string prefix(8, '\0');
  uint64_t length = part.size();
  for (size_t i = prefix.size(); i-- > 0; length >>= 8) prefix[i] = static_cast<char>(length);
  return prefix;
}

}  // namespace

Id128 Id128::Make(absl::Time time, const Tail& tail) {
  int64_t millis = std::clamp<int64_t>(absl::ToUnixMillis(time), 0, kMaxMillis);
  Id128 id;
  for (size_t i = kTimeSize; i-- > 0; millis >>= 8) id.bytes_[i] = static_cast<uint8_t>(millis);
  std::copy(tail.begin(), tail.end(), id.bytes_.begin() + kTimeSize);
  return id;
}

Id128 Id128::Derive(absl::Time event_time, std::initializer_list<absl::string_view> parts) {
  std::string input;
  for (const absl::string_view part : parts) {
    input += LengthPrefix(part);
    input.append(part.data(), part.size());
  }
  const std::string hash = Sha256(input);
  Tail tail;
  std::copy_n(hash.begin(), tail.size(), tail.begin());
  return Make(event_time, tail);
}

absl::StatusOr<Id128> Id128::Parse(absl::string_view text) {
  // 26 characters hold 130 bits: the first may only use its lower three.
  if (text.size() != kTextSize || text[0] > '7') return MalformedId();
  Id128 id;
  unsigned window = 0;
  int window_bits = -2;
  size_t next = 0;
  for (const char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == absl::string_view::npos) return MalformedId();
    window = (window << 5 | static_cast<unsigned>(digit)) & 0xfff;
    window_bits += 5;
    if (window_bits >= 8) {
      window_bits -= 8;
      id.bytes_[next++] = static_cast<uint8_t>(window >> window_bits);
    }
  }
  return id;
}

absl::StatusOr<Id128> Id128::FromBytes(absl::string_view bytes) {
  if (bytes.size() != kSize) {
    return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID,
                     "an id has 16 bytes");
  }
  Id128 id;
  std::copy(bytes.begin(), bytes.end(), id.bytes_.begin());
  return id;
}

std::string Id128::ToString() const {
  std::string text;
  text.reserve(kTextSize);
  // Two zero bits lead, so that 128 bits fill 26 characters of 5.
  unsigned window = 0;
  int window_bits = 2;
  for (const uint8_t byte : bytes_) {
    window = (window << 8 | byte) & 0xfff;
    window_bits += 8;
    while (window_bits >= 5) {
      window_bits -= 5;
      text += kAlphabet[window >> window_bits & 31];
    }
  }
  return text;
}

absl::Time Id128::time() const {
  int64_t millis = 0;
  for (size_t i = 0; i < kTimeSize; ++i) millis = millis << 8 | bytes_[i];
  return absl::FromUnixMillis(millis);
}

IdGenerator::IdGenerator(const Clock& clock) : IdGenerator(clock, FillRandom) {}

IdGenerator::IdGenerator(const Clock& clock, RandomSource random)
    : clock_(clock), random_(std::move(random)) {}

Id128 IdGenerator::NextId128() const {
  Id128::Tail tail;
  random_(absl::MakeSpan(tail));
  return Id128::Make(clock_.Now(), tail);
}

}  // namespace dsr
