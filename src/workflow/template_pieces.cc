#include "workflow/template_pieces.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace dsr {
namespace {

using Kind = TemplatePiece::Kind;

// `tag` is what stands between the braces.
TemplatePiece PieceOf(absl::string_view tag) {
  TemplatePiece piece{.kind = Kind::kValue, .text = absl::StripAsciiWhitespace(tag)};
  const auto marked = [&](absl::string_view mark, Kind kind) {
    if (absl::ConsumePrefix(&piece.text, mark)) piece.kind = kind;
  };
  switch (piece.text.empty() ? '\0' : piece.text[0]) {
    case '{':
      marked("{", Kind::kRawValue);
      break;
    case '&':
      marked("&", Kind::kRawValue);
      break;
    case '#':
      marked("#", Kind::kSection);
      break;
    case '^':
      marked("^", Kind::kInverse);
      break;
    case '/':
      marked("/", Kind::kEnd);
      break;
    default:
      break;
  }
  piece.text = absl::StripAsciiWhitespace(piece.text);
  return piece;
}

}  // namespace

std::vector<TemplatePiece> SplitTemplate(absl::string_view source) {
  std::vector<TemplatePiece> pieces;
  while (!source.empty()) {
    const size_t begin = source.find("{{");
    if (begin != 0) pieces.push_back({.kind = Kind::kText, .text = source.substr(0, begin)});
    if (begin == absl::string_view::npos) break;
    source.remove_prefix(begin + 2);
    const bool is_triple = absl::StartsWith(source, "{");
    const absl::string_view close = is_triple ? "}}}" : "}}";
    const size_t end = source.find(close);
    const absl::string_view tag = source.substr(0, end);
    if (!absl::StartsWith(absl::StripLeadingAsciiWhitespace(tag), "!")) {
      pieces.push_back(PieceOf(tag));
    }
    if (end == absl::string_view::npos) break;
    source.remove_prefix(end + close.size());
  }
  return pieces;
}

bool HasForbiddenTag(absl::string_view source) {
  for (size_t at = source.find("{{"); at != absl::string_view::npos;
       at = source.find("{{", at + 1)) {
    const size_t sign = source.find_first_not_of(" \t\r\n{", at + 2);
    if (sign != absl::string_view::npos && (source[sign] == '>' || source[sign] == '=')) {
      return true;
    }
  }
  return false;
}

}  // namespace dsr
