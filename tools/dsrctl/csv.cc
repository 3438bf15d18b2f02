#include "dsrctl/csv.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "dsr/base/status_macros.h"

namespace dsr::dsrctl {
namespace {

// Reads the quoted field that begins at `position` and moves behind its closing quote.
absl::StatusOr<std::string> QuotedField(absl::string_view text, size_t& position) {
  std::string field;
  for (size_t i = position + 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      field += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      field += '"';
      ++i;
    } else {
      position = i + 1;
      return field;
    }
  }
  return absl::InvalidArgumentError("has a quote that is not closed");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseCsvRecord(absl::string_view text) {
  std::vector<std::string> fields;
  size_t position = 0;
  while (true) {
    if (position < text.size() && text[position] == '"') {
      DSR_ASSIGN_OR_RETURN(std::string field, QuotedField(text, position));
      fields.push_back(std::move(field));
      if (position < text.size() && text[position] != ',') {
        return absl::InvalidArgumentError("has something behind a closing quote");
      }
    } else {
      const size_t end = std::min(text.find(',', position), text.size());
      const absl::string_view field = text.substr(position, end - position);
      if (field.find('"') != absl::string_view::npos) {
        return absl::InvalidArgumentError("has a quote in a field that is not quoted");
      }
      fields.emplace_back(field);
      position = end;
    }
    if (position >= text.size()) return fields;
    ++position;
  }
}

}  // namespace dsr::dsrctl
