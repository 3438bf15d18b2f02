// Tables as HTML.
#ifndef DSR_TOOLS_DSRCTL_HTML_TABLE_H_
#define DSR_TOOLS_DSRCTL_HTML_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// A table with a caption and a header. Cells are plain text and are escaped here. Not thread-safe.
class HtmlTable {
 public:
  // What the cells of a column are.
  enum class Kind {
    kText,
    kId,      // may be broken anywhere, being long and not made of words
    kWhen,    // never broken
    kNumber,  // aligned right, never broken
  };
  struct Column {
    std::string title;
    Kind kind = Kind::kNumber;
  };

  HtmlTable(absl::string_view caption, std::vector<Column> columns);

  // Adds a row. The first cell is its header; cells that are missing are empty.
  void AddRow(const std::vector<std::string>& cells);

  // Adds a row that sums the others up.
  void AddTotal(const std::vector<std::string>& cells);

  // Returns the table, or `none`, which is a sentence, when no row was added.
  std::string Html(absl::string_view none) const;

 private:
  void Add(const std::vector<std::string>& cells, bool is_total);

  const std::string caption_;
  const std::vector<Column> columns_;
  std::string rows_;
};

// Returns a paragraph that says why there is nothing to see.
std::string NothingHtml(absl::string_view sentence);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_HTML_TABLE_H_
