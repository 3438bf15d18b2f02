#include "rpc/json_object.h"

#include <cmath>

#include "google/protobuf/util/json_util.h"

namespace dsr {
namespace {

// The year 9999: what is later is no time that anybody means.
constexpr double kLatestSecond = 253402300799.0;

}  // namespace

std::optional<google::protobuf::Struct> ParseJsonObject(absl::string_view text) {
  google::protobuf::Struct object;
  const std::string copy(text);
  if (!google::protobuf::util::JsonStringToMessage(copy, &object).ok()) return std::nullopt;
  return object;
}

const google::protobuf::Value* FindMember(const google::protobuf::Struct& object,
                                          const char* name) {
  const auto member = object.fields().find(name);
  return member == object.fields().end() ? nullptr : &member->second;
}

std::optional<std::string> StringMember(const google::protobuf::Struct& object, const char* name) {
  const google::protobuf::Value* const member = FindMember(object, name);
  if (member == nullptr || !member->has_string_value()) return std::nullopt;
  return member->string_value();
}

std::optional<absl::Time> TimeMember(const google::protobuf::Struct& object, const char* name) {
  const google::protobuf::Value* const member = FindMember(object, name);
  if (member == nullptr || !member->has_number_value()) return std::nullopt;
  const double seconds = member->number_value();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLatestSecond) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

}  // namespace dsr
