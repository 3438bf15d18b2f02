#include "workflow/html_checker.h"

#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "workflow/template_pieces.h"

namespace dsr {
namespace {

constexpr absl::string_view kDoctype = "<!DOCTYPE html>";
constexpr absl::string_view kTextElements[] = {
    "blockquote", "br",     "code", "div",   "em", "h1",    "h2", "h3",    "hr", "li", "ol",
    "p",          "strong", "span", "table", "td", "tbody", "th", "thead", "tr", "ul"};
constexpr absl::string_view kPageElements[] = {"body", "footer", "head", "header",
                                               "html", "main",   "meta", "title"};
// They have no end.
constexpr absl::string_view kVoidElements[] = {"br", "hr", "meta"};
constexpr absl::string_view kAttributes[] = {"charset", "content", "dir",   "lang",
                                             "name",    "role",    "scope", "style"};

bool IsNameCharacter(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
}

absl::string_view TakeName(absl::string_view* text) {
  const auto end = std::find_if_not(text->begin(), text->end(), IsNameCharacter);
  const absl::string_view name = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(name.size());
  return name;
}

// Reads one HTML, piece by piece.
class HtmlReader {
 public:
  // `language` is empty for a body.
  explicit HtmlReader(absl::string_view language) : language_(language) {}

  std::string Read(absl::string_view html) {
    if (is_layout() && !absl::ConsumePrefix(&html, kDoctype)) {
      return absl::StrCat("does not begin with ", kDoctype);
    }
    for (const TemplatePiece& piece : SplitTemplate(html)) {
      std::string fault = ReadPiece(piece);
      if (!fault.empty()) return fault;
    }
    if (!open_.empty()) return absl::StrCat(open_.back(), " is not closed");
    if (is_layout() && bodies_shown_ != 1) return "does not show {{{body}}} once";
    return "";
  }

 private:
  bool is_layout() const { return !language_.empty(); }

  std::string ReadPiece(const TemplatePiece& piece) {
    switch (piece.kind) {
      case TemplatePiece::Kind::kText:
        return ReadText(piece.text);
      case TemplatePiece::Kind::kValue:
        return "";
      case TemplatePiece::Kind::kRawValue:
        return ReadRawValue(piece.text);
      case TemplatePiece::Kind::kSection:
      case TemplatePiece::Kind::kInverse:
        open_.push_back(absl::StrCat("{{#", piece.text, "}}"));
        return "";
      case TemplatePiece::Kind::kEnd:
        // Elements are closed within the section that opened them: it may be shown or not.
        return Close(absl::StrCat("{{#", piece.text, "}}"), absl::StrCat("{{/", piece.text, "}}"));
    }
    return "";
  }

  std::string ReadRawValue(absl::string_view name) {
    if (!is_layout() || name != "body") {
      return absl::StrCat("has {{{", name, "}}}, which is not escaped");
    }
    ++bodies_shown_;
    return absl::c_linear_search(open_, "<body>") ? "" : "shows {{{body}}} outside of <body>";
  }

  std::string ReadText(absl::string_view text) {
    for (size_t at = text.find('<'); at != absl::string_view::npos; at = text.find('<')) {
      const size_t end = text.find('>', at);
      if (end == absl::string_view::npos) return "has a `<` that begins no whole tag";
      std::string fault = ReadTag(text.substr(at + 1, end - at - 1));
      if (!fault.empty()) return fault;
      text.remove_prefix(end + 1);
    }
    return "";
  }

  // `tag` is what stands between `<` and `>`.
  std::string ReadTag(absl::string_view tag) {
    const bool is_end = absl::ConsumePrefix(&tag, "/");
    const absl::string_view name = TakeName(&tag);
    const std::string shown = absl::StrCat("<", name, ">");
    if (!absl::c_linear_search(kTextElements, name) &&
        !(is_layout() && absl::c_linear_search(kPageElements, name))) {
      return absl::StrCat("has the element ", shown, ", which is not allowed");
    }
    if (is_layout() && open_.empty() && shown != "<html>") {
      return absl::StrCat("has ", shown, " outside of <html>");
    }
    if (is_end) {
      if (!tag.empty()) return absl::StrCat("has a malformed </", name, ">");
      return Close(shown, absl::StrCat("</", name, ">"));
    }
    std::string fault = ReadAttributes(shown, tag);
    if (!fault.empty()) return fault;
    if (!absl::c_linear_search(kVoidElements, name)) open_.push_back(shown);
    return "";
  }

  std::string ReadAttributes(const std::string& element, absl::string_view rest) {
    std::string lang;
    while (absl::ConsumePrefix(&rest, " ")) {
      const absl::string_view name = TakeName(&rest);
      const size_t end = absl::StartsWith(rest, "=\"") ? rest.find('"', 2) : rest.npos;
      if (name.empty() || end == absl::string_view::npos) {
        return absl::StrCat("has a malformed ", element);
      }
      const absl::string_view value = rest.substr(2, end - 2);
      rest.remove_prefix(end + 1);
      if (!absl::c_linear_search(kAttributes, name)) {
        return absl::StrCat("has the attribute `", name, "`, which is not allowed");
      }
      // Without these a style has no url(), no expression and no escape that would spell one.
      if (name == "style" && value.find_first_of("(\\@") != absl::string_view::npos) {
        return absl::StrCat("has a style in ", element, " that could reach outside");
      }
      if (name == "lang") lang = std::string(value);
    }
    if (!rest.empty()) return absl::StrCat("has a malformed ", element);
    if (element == "<html>" && lang != language_) {
      return absl::StrCat("must have lang=\"", language_, "\" in <html>");
    }
    return "";
  }

  std::string Close(const std::string& opened, absl::string_view closing) {
    if (open_.empty()) return absl::StrCat(closing, " closes nothing");
    if (open_.back() != opened)
      return absl::StrCat(closing, " stands where ", open_.back(), " is open");
    open_.pop_back();
    return "";
  }

  const absl::string_view language_;
  // Elements and sections, outermost first.
  std::vector<std::string> open_;
  int bodies_shown_ = 0;
};

}  // namespace

std::string FaultOfBody(absl::string_view html) { return HtmlReader("").Read(html); }

std::string FaultOfLayout(absl::string_view html, absl::string_view language) {
  return HtmlReader(language).Read(html);
}

}  // namespace dsr
