// Aligned columns.
#ifndef DSR_TOOLS_DSRCTL_TABLE_H_
#define DSR_TOOLS_DSRCTL_TABLE_H_

#include <ostream>
#include <string>
#include <vector>

namespace dsr::dsrctl {

// How much a row is to be seen where there are colours.
enum class Emphasis {
  kNone,
  kNotice,   // yellow
  kWarning,  // magenta
  kAlarm,    // red
};

// Prints rows under a header, two spaces between columns, with widths that fit wide characters.
// Columns of numbers only are aligned right. Not thread-safe.
class Table {
 public:
  // `out` outlives this. An empty header prints none. `colour` makes the header bold and gives
  // rows theirs.
  Table(std::ostream& out, std::vector<std::string> header, bool colour);

  // Adds a row; cells beyond the header's are columns without a title.
  void AddRow(std::vector<std::string> cells, Emphasis emphasis = Emphasis::kNone);

  // Prints the rows added since the last call, before the first ones the header. Columns only grow
  // from call to call, so that a stream of rows stays readable.
  void Flush();

 private:
  struct Row {
    std::vector<std::string> cells;
    Emphasis emphasis;
  };

  void Print(const Row& row, bool header);
  void Grow(const Row& row);

  std::ostream& out_;
  const bool colour_;
  Row header_;
  bool header_printed_ = false;
  std::vector<Row> rows_;
  std::vector<int> widths_;
  std::vector<bool> numeric_;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TABLE_H_
