#include "dsrctl/text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace dsr::dsrctl {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// Combining marks, joiners and variation selectors that meet in names and messages.
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489},  {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF},  {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E},
    {0x2060, 0x2064}, {0x20D0, 0x20FF},  {0x302A, 0x302D}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};

// Unicode's East Asian Width W and F, neighbours joined.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x274C, 0x274C},
    {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1B000, 0x1B2FF}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD}};

template <size_t N>
bool Contains(const Range (&ranges)[N], uint32_t code_point) {
  const Range* found =
      std::lower_bound(ranges, ranges + N, code_point,
                       [](const Range& range, uint32_t point) { return range.last < point; });
  return found != ranges + N && found->first <= code_point;
}

// Reads the character at `position` and moves past it. A byte that begins none is read as itself.
uint32_t NextCodePoint(absl::string_view text, size_t& position) {
  const auto lead = static_cast<uint8_t>(text[position]);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xC2 ? 0
                        : lead < 0xE0 ? 2
                        : lead < 0xF0 ? 3
                        : lead < 0xF5 ? 4
                                      : 0;
  uint32_t point = length == 1 ? lead : lead & (0x7F >> length);
  bool valid = length > 0 && position + length <= text.size();
  for (size_t i = 1; valid && i < length; ++i) {
    const auto next = static_cast<uint8_t>(text[position + i]);
    valid = (next & 0xC0) == 0x80;
    point = point << 6 | (next & 0x3F);
  }
  position += valid ? length : 1;
  return valid ? point : lead;
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  for (size_t position = 0; position < text.size();) {
    const uint32_t point = NextCodePoint(text, position);
    width += Contains(kZeroWidth, point) ? 0 : Contains(kWide, point) ? 2 : 1;
  }
  return width;
}

std::string Printable(absl::string_view text) {
  std::string result;
  for (size_t position = 0; position < text.size();) {
    const size_t begin = position;
    const uint32_t point = NextCodePoint(text, position);
    if (point == '\n') {
      result += "\\n";
    } else if (point == '\t') {
      result += "\\t";
    } else if (point < 0x20 || (point >= 0x7F && point < 0xA0)) {
      absl::StrAppendFormat(&result, "\\x%02x", point);
    } else {
      absl::StrAppend(&result, text.substr(begin, position - begin));
    }
  }
  return result;
}

std::string JsonString(absl::string_view text) {
  google::protobuf::Value value;
  value.set_string_value(std::string(text));
  std::string json;
  // Fails for nothing but text that is not UTF-8, which no message of the API can hold.
  if (!google::protobuf::util::MessageToJsonString(value, &json).ok()) return "\"\"";
  return json;
}

std::string CsvLine(const std::vector<std::string>& fields) {
  std::vector<std::string> cells;
  cells.reserve(fields.size());
  for (const std::string& field : fields) {
    const bool quoted = field.find_first_of(",\"\r\n") != std::string::npos ||
                        (!field.empty() && (field.front() == ' ' || field.back() == ' '));
    if (!quoted) {
      cells.push_back(field);
      continue;
    }
    std::string cell = "\"";
    for (const char c : field) {
      if (c == '"') cell += '"';
      cell += c;
    }
    cells.push_back(cell + "\"");
  }
  return absl::StrCat(absl::StrJoin(cells, ","), "\r\n");
}

std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates) {
  std::string nearest;
  size_t least = 3;
  for (const std::string& candidate : candidates) {
    // Levenshtein's distance, row by row.
    std::vector<size_t> row(candidate.size() + 1);
    for (size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= word.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j < row.size(); ++j) {
        const size_t substituted = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
      }
    }
    if (row.back() < least && row.back() < word.size()) {
      least = row.back();
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace dsr::dsrctl
