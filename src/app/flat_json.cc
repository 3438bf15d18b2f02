#include "app/flat_json.h"

#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// Deeper nesting than this is no record of a person, but an attack on the stack.
constexpr int kMaxDepth = 32;

absl::Status Malformed() {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID,
                   "a record is not one JSON object on one line");
}

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint8_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[more] | code >> (6 * more));
  for (int i = more - 1; i >= 0; --i) {
    out += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3f));
  }
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : rest_(text) {}

  absl::StatusOr<std::vector<JsonMember>> Parse() {
    std::vector<JsonMember> members;
    SkipSpace();
    if (!absl::ConsumePrefix(&rest_, "{")) return Malformed();
    SkipSpace();
    if (!absl::ConsumePrefix(&rest_, "}")) {
      do {
        JsonMember member;
        SkipSpace();
        if (!ReadString(member.key)) return Malformed();
        SkipSpace();
        if (!absl::ConsumePrefix(&rest_, ":")) return Malformed();
        SkipSpace();
        if (!ReadValue(member.value)) return Malformed();
        members.push_back(std::move(member));
        SkipSpace();
      } while (absl::ConsumePrefix(&rest_, ","));
      if (!absl::ConsumePrefix(&rest_, "}")) return Malformed();
    }
    SkipSpace();
    if (!rest_.empty()) return Malformed();
    return members;
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\r')) {
      rest_.remove_prefix(1);
    }
  }

  bool ReadValue(std::string& out) {
    if (absl::StartsWith(rest_, "\"")) return ReadString(out);
    const absl::string_view before = rest_;
    if (!SkipValue(0)) return false;
    const absl::string_view raw = before.substr(0, before.size() - rest_.size());
    if (raw != "null") out = std::string(raw);
    return true;
  }

  // Passes over any value.
  bool SkipValue(int depth) {
    if (depth > kMaxDepth || rest_.empty()) return false;
    std::string ignored;
    if (rest_[0] == '"') return ReadString(ignored);
    if (rest_[0] == '{') return SkipContainer('}', true, depth);
    if (rest_[0] == '[') return SkipContainer(']', false, depth);
    for (const absl::string_view word : {"true", "false", "null"}) {
      if (absl::ConsumePrefix(&rest_, word)) return true;
    }
    return SkipNumber();
  }

  bool SkipContainer(char end, bool named, int depth) {
    rest_.remove_prefix(1);
    SkipSpace();
    if (Consume(end)) return true;
    do {
      SkipSpace();
      if (named) {
        std::string ignored;
        if (!ReadString(ignored)) return false;
        SkipSpace();
        if (!Consume(':')) return false;
        SkipSpace();
      }
      if (!SkipValue(depth + 1)) return false;
      SkipSpace();
    } while (Consume(','));
    return Consume(end);
  }

  bool SkipDigits() {
    const size_t before = rest_.size();
    while (!rest_.empty() && absl::ascii_isdigit(static_cast<unsigned char>(rest_[0]))) {
      rest_.remove_prefix(1);
    }
    return rest_.size() != before;
  }

  bool SkipNumber() {
    Consume('-');
    if (!SkipDigits()) return false;
    if (Consume('.') && !SkipDigits()) return false;
    if (Consume('e') || Consume('E')) {
      if (!Consume('+')) Consume('-');
      return SkipDigits();
    }
    return true;
  }

  bool Consume(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool ReadString(std::string& out) {
    if (!Consume('"')) return false;
    while (!rest_.empty()) {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
      } else if (!ReadEscape(out)) {
        return false;
      }
    }
    return false;
  }

  bool ReadEscape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_[0];
    rest_.remove_prefix(1);
    constexpr absl::string_view kNames = "\"\\/bfnrt";
    constexpr absl::string_view kValues = "\"\\/\b\f\n\r\t";
    if (const size_t at = kNames.find(c); at != absl::string_view::npos) {
      out += kValues[at];
      return true;
    }
    uint32_t code = 0;
    if (c != 'u' || !ReadHex(code)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      // The first half of a character beyond the basic plane; the second must follow.
      uint32_t low = 0;
      if (!absl::ConsumePrefix(&rest_, "\\u") || !ReadHex(low)) return false;
      if (low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
      return false;
    }
    AppendUtf8(code, out);
    return true;
  }

  bool ReadHex(uint32_t& code) {
    if (rest_.size() < 4) return false;
    code = 0;
    for (const char c : rest_.substr(0, 4)) {
      const auto byte = static_cast<unsigned char>(c);
      if (!absl::ascii_isxdigit(byte)) return false;
      code = code << 4 | static_cast<uint32_t>(absl::ascii_isdigit(byte)
                                                   ? c - '0'
                                                   : absl::ascii_tolower(byte) - 'a' + 10);
    }
    rest_.remove_prefix(4);
    return true;
  }

  absl::string_view rest_;
};

}  // namespace

absl::StatusOr<std::vector<JsonMember>> ParseFlatJson(absl::string_view line) {
  return Parser(line).Parse();
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace dsr
