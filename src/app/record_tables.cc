#include "app/record_tables.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "app/flat_json.h"
#include "dsr/base/html.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// The values of a record in the order of `keys`; empty where it has none. Of a key that stands
// twice in a record the last value counts, as in most readers of JSON.
absl::StatusOr<std::vector<std::string>> RowOf(absl::string_view line,
                                               const std::vector<std::string>& keys) {
  DSR_ASSIGN_OR_RETURN(std::vector<JsonMember> members, ParseFlatJson(line));
  absl::flat_hash_map<std::string, std::string> values;
  for (JsonMember& member : members) values[std::move(member.key)] = std::move(member.value);
  std::vector<std::string> row;
  row.reserve(keys.size());
  for (const std::string& key : keys) row.push_back(values[key]);
  return row;
}

std::string CsvLine(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) line += ',';
    line += CsvField(field);
  }
  return line += "\r\n";
}

std::string HtmlRow(const std::vector<std::string>& cells, absl::string_view element) {
  std::string row = "<tr>";
  for (const std::string& cell : cells) {
    absl::StrAppend(&row, "<", element, ">", EscapeHtml(cell), "</", element, ">");
  }
  return row += "</tr>\n";
}

}  // namespace

std::string CsvField(absl::string_view text) {
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) return std::string(text);
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

absl::StatusOr<int64_t> WriteJson(const CollectedParts& parts, absl::string_view category,
                                  const ByteSink& sink) {
  int64_t records = 0;
  DSR_RETURN_IF_ERROR(sink("["));
  DSR_RETURN_IF_ERROR(parts.ForEachRecord(category, [&](absl::string_view line) -> absl::Status {
    // One malformed record would make the whole file unreadable.
    DSR_RETURN_IF_ERROR(ParseFlatJson(line).status());
    return sink(absl::StrCat(records++ == 0 ? "\n" : ",\n", line));
  }));
  DSR_RETURN_IF_ERROR(sink("\n]\n"));
  return records;
}

absl::Status WriteCsv(const CollectedParts& parts, absl::string_view category,
                      const std::vector<std::string>& keys, const ByteSink& sink) {
  DSR_RETURN_IF_ERROR(sink(CsvLine(keys)));
  return parts.ForEachRecord(category, [&](absl::string_view line) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> row, RowOf(line, keys));
    return sink(CsvLine(row));
  });
}

absl::StatusOr<int64_t> WriteHtmlTable(const CollectedParts& parts, absl::string_view category,
                                       const std::vector<std::string>& keys, const ByteSink& sink) {
  int64_t records = 0;
  DSR_RETURN_IF_ERROR(sink(absl::StrCat("<table>\n", HtmlRow(keys, "th"))));
  DSR_RETURN_IF_ERROR(parts.ForEachRecord(category, [&](absl::string_view line) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> row, RowOf(line, keys));
    ++records;
    return sink(HtmlRow(row, "td"));
  }));
  DSR_RETURN_IF_ERROR(sink("</table>\n"));
  return records;
}

}  // namespace dsr
