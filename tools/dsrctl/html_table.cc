#include "dsrctl/html_table.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/html.h"

namespace dsr::dsrctl {
namespace {

// Returns a class attribute; texts go without.
std::string ClassOf(HtmlTable::Kind kind, absl::string_view cell) {
  switch (kind) {
    case HtmlTable::Kind::kText:
      return "";
    case HtmlTable::Kind::kId:
      return " class=\"id\"";
    case HtmlTable::Kind::kWhen:
      return " class=\"when\"";
    case HtmlTable::Kind::kNumber:
      // A row of noughts hides the figure that matters, so they are paler.
      return cell == "0" ? " class=\"n zero\"" : " class=\"n\"";
  }
  return "";
}

}  // namespace

HtmlTable::HtmlTable(absl::string_view caption, std::vector<Column> columns)
    : caption_(caption), columns_(std::move(columns)) {}

void HtmlTable::AddRow(const std::vector<std::string>& cells) { Add(cells, false); }

void HtmlTable::AddTotal(const std::vector<std::string>& cells) { Add(cells, true); }

void HtmlTable::Add(const std::vector<std::string>& cells, bool is_total) {
  absl::StrAppend(&rows_, is_total ? "<tr class=\"total\">" : "<tr>");
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string cell = i < cells.size() ? cells[i] : "";
    const absl::string_view element = i == 0 ? "th" : "td";
    absl::StrAppend(&rows_, "<", element, i == 0 ? " scope=\"row\"" : "",
                    ClassOf(columns_[i].kind, cell), ">", EscapeHtml(cell), "</", element, ">");
  }
  absl::StrAppend(&rows_, "</tr>\n");
}

std::string HtmlTable::Html(absl::string_view none) const {
  if (rows_.empty()) return NothingHtml(none);
  std::string html = absl::StrCat("<div class=\"wide\"><table>\n<caption>", EscapeHtml(caption_),
                                  "</caption>\n<thead><tr>");
  for (const Column& column : columns_) {
    absl::StrAppend(&html, "<th scope=\"col\"", ClassOf(column.kind, column.title), ">",
                    EscapeHtml(column.title), "</th>");
  }
  absl::StrAppend(&html, "</tr></thead>\n<tbody>\n", rows_, "</tbody>\n</table></div>\n");
  return html;
}

std::string NothingHtml(absl::string_view sentence) {
  return absl::StrCat("<p class=\"none\">", EscapeHtml(sentence), "</p>\n");
}

}  // namespace dsr::dsrctl
