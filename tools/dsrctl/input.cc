#include "dsrctl/input.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"
#include "google/protobuf/util/json_util.h"

namespace dsr::dsrctl {
namespace {

constexpr absl::string_view kUnknownField = ": Cannot find field.";

// Returns the field path with which protobuf's message begins, `(requester.relation): ...`, if it
// does. The rest of the message quotes the input.
std::string PathIn(absl::string_view message) {
  const size_t open = message.find('(');
  const size_t close = message.find(')');
  if (open == absl::string_view::npos || close == absl::string_view::npos || close < open)
    return "";
  const absl::string_view path = message.substr(open + 1, close - open - 1);
  const bool is_path =
      !path.empty() && path.size() < 200 && std::all_of(path.begin(), path.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
               c == '[' || c == ']';
      });
  return is_path ? std::string(path) : "";
}

// Returns the name in `(requester) relaton: Cannot find field.`, where it looks like one: a number
// in it may be somebody's.
std::string UnknownFieldIn(absl::string_view message) {
  const size_t end = message.find(kUnknownField);
  const size_t close = message.find(") ");
  const size_t begin = close != absl::string_view::npos && close < end ? close + 2 : 0;
  const absl::string_view name = message.substr(begin, end - begin);
  const bool is_name =
      !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_';
      });
  return is_name ? std::string(name) : "";
}

}  // namespace

absl::StatusOr<std::string> ReadInput(absl::string_view path, std::istream& in) {
  if (path == "-") {
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  absl::StatusOr<std::string> contents = ReadFile(path);
  if (!contents.ok()) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  return contents;
}

absl::Status ParseJson(absl::string_view json, google::protobuf::Message& message,
                       std::string* field) {
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(json), &message);
  if (status.ok()) return absl::OkStatus();
  const std::string text(status.message().data(), status.message().size());
  const std::string type = message.GetDescriptor()->full_name();
  const std::string path = PathIn(text);
  if (field != nullptr) *field = path;
  if (absl::StrContains(text, kUnknownField)) {
    const std::string unknown = UnknownFieldIn(text);
    if (unknown.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the JSON is not a ", type, ": it has a field that the message has not"));
    }
    const std::string whole = path.empty() ? unknown : absl::StrCat(path, ".", unknown);
    if (field != nullptr) *field = whole;
    return absl::InvalidArgumentError(
        absl::StrCat("the JSON is not a ", type, ": the message has no field ", whole));
  }
  if (!path.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the JSON is not a ", type, ": ", path, " has a value of the wrong kind"));
  }
  return absl::InvalidArgumentError(absl::StrCat("the input is not well-formed JSON of a ", type));
}

}  // namespace dsr::dsrctl
