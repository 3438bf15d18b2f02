// Which fields of a resource are worth a column.
#ifndef DSR_TOOLS_DSRCTL_COLUMNS_H_
#define DSR_TOOLS_DSRCTL_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace dsr::dsrctl {

// One column of a table or CSV file.
struct Column {
  std::string title;  // such as `due_time`
  std::string path;   // the field it shows, as in fields.h
};

// Reads `path,title=path,...`; a column without a title has its path's last part.
std::vector<Column> ParseColumns(absl::string_view text);

// Returns the columns of lists of `type`: those that people look for, most telling first; all its
// fields where nothing was chosen.
std::vector<Column> ColumnsOf(const google::protobuf::Descriptor& type);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_COLUMNS_H_
