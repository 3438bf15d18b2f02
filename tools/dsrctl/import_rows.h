// Rows of a file that is imported, read into messages.
#ifndef DSR_TOOLS_DSRCTL_IMPORT_ROWS_H_
#define DSR_TOOLS_DSRCTL_IMPORT_ROWS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace dsr::dsrctl {

// What is wrong with a row: never the value, which may be personal.
struct RowProblem {
  std::string field;        // its path; empty when it is about the whole row
  std::string description;  // what the field, or the row, should be
  // The text itself is broken: where a record ends is in doubt.
  bool is_broken = false;
};

// Reads rows of one form. Not thread-safe.
class RowReader {
 public:
  virtual ~RowReader() = default;

  // Fills `message`, which is empty, from `text`; returns what is wrong, if anything is.
  virtual std::optional<RowProblem> Read(absl::string_view text,
                                         google::protobuf::Message& message) const = 0;
};

// Reads CSV: a field's text is what SetField takes (fields.h), elements of lists are separated by
// `;`, an empty field is not set. `header` names the fields of `type`, `a.b` for one inside of
// another. INVALID_ARGUMENT, saying what `required` or known fields there are and quoting nothing,
// for any other header: it may be a first row, and personal.
absl::StatusOr<std::unique_ptr<RowReader>> CsvRows(absl::string_view header,
                                                   const google::protobuf::Descriptor& type,
                                                   const std::vector<std::string>& required,
                                                   absl::TimeZone zone);

// Reads protobuf JSON.
std::unique_ptr<RowReader> JsonRows();

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_IMPORT_ROWS_H_
