// What dsrctl prints on stdout, in the format asked for.
#ifndef DSR_TOOLS_DSRCTL_OUTPUT_H_
#define DSR_TOOLS_DSRCTL_OUTPUT_H_

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsrctl/columns.h"
#include "dsrctl/table.h"
#include "google/protobuf/message.h"

namespace dsr::dsrctl {

// The formats of `--output`.
enum class Format {
  kTable,  // for people: aligned columns; a single resource as one field a line
  kJson,   // protobuf JSON; lists are arrays
  kJsonl,  // protobuf JSON, one resource a line, as they come
  kCsv,    // RFC 4180 with a header; the table's columns
  kHtml,   // a page; of commands that offer one
  kSvg,    // a drawing; of commands that offer one
};

// Prints resources and lists of them. Instants are RFC 3339 in `zone`, in JSON UTC. Not
// thread-safe.
class Output {
 public:
  struct Options {
    Format format = Format::kTable;
    bool colour = false;
    absl::TimeZone zone = absl::UTCTimeZone();
  };

  // `out` outlives this.
  Output(std::ostream& out, Options options) : out_(out), options_(std::move(options)) {}

  Format format() const { return options_.format; }
  // True for the formats that programs read as JSON.
  bool is_json() const {
    return options_.format == Format::kJson || options_.format == Format::kJsonl;
  }
  const absl::TimeZone& zone() const { return options_.zone; }
  bool colour() const { return options_.colour; }

  // Prints one resource.
  void Item(const google::protobuf::Message& message);

  // Prints one record that is no message, as names and texts. In JSON it is an object of strings.
  void Record(const std::vector<std::pair<std::string, std::string>>& fields);

  // Begins a list with these columns. EndList ends it; one list at a time.
  void BeginList(std::vector<Column> columns);
  // Adds an element to the list.
  void ListItem(const google::protobuf::Message& message);
  // Adds an element that is no message, a text for each column. In JSON it is an object of strings.
  void ListRecord(const std::vector<std::string>& cells, Emphasis emphasis = Emphasis::kNone);
  // Prints what was added and not printed yet.
  void Flush();
  void EndList();

  // Prints `text` as it is, whatever the format: documents such as a graph.
  void Raw(absl::string_view text);

 private:
  void AddJson(const std::string& json);
  void AddCells(std::vector<std::string> cells, Emphasis emphasis);

  std::ostream& out_;
  const Options options_;
  std::vector<Column> columns_;
  std::unique_ptr<Table> table_;
  bool first_ = true;
  int pending_ = 0;
};

// Returns `message` in protobuf JSON, fields without a value included, so that scripts need not
// tell absent from zero.
std::string ToJson(const google::protobuf::Message& message, bool pretty);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_OUTPUT_H_
