#include "delivery/message_html.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dsr/base/html.h"

namespace dsr {
namespace {

// Writes lines into the paragraph or list that they belong to.
class ParagraphWriter {
 public:
  void Add(absl::string_view line) {
    if (line.empty()) {
      End();
    } else if (absl::ConsumePrefix(&line, "- ")) {
      if (open_ != Block::kList) Begin(Block::kList);
      EndElement();
      absl::StrAppend(&html_, "<li>", EscapeHtml(line));
      in_element_ = true;
    } else if (open_ == Block::kParagraph || (in_element_ && absl::ConsumePrefix(&line, "  "))) {
      absl::StrAppend(&html_, "<br>\n", EscapeHtml(line));
    } else {
      Begin(Block::kParagraph);
      absl::StrAppend(&html_, EscapeHtml(line));
    }
  }

  std::string Finish() && {
    End();
    return std::move(html_);
  }

 private:
  enum class Block { kNone, kParagraph, kList };

  void Begin(Block block) {
    End();
    open_ = block;
    html_ += block == Block::kList ? "<ul>\n" : "<p>";
  }
  void EndElement() {
    if (in_element_) html_ += "</li>\n";
    in_element_ = false;
  }
  void End() {
    EndElement();
    if (open_ == Block::kParagraph) html_ += "</p>\n";
    if (open_ == Block::kList) html_ += "</ul>\n";
    open_ = Block::kNone;
  }

  std::string html_;
  Block open_ = Block::kNone;
  bool in_element_ = false;  // of the list
};

}  // namespace

std::string ParagraphsOf(absl::string_view text) {
  ParagraphWriter writer;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) writer.Add(line);
  return std::move(writer).Finish();
}

}  // namespace dsr
