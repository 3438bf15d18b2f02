#include "dsrctl/import_rows.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/utf8.h"
#include "dsrctl/csv.h"
#include "dsrctl/fields.h"
#include "dsrctl/input.h"
#include "dsrctl/text.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr::dsrctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kNotUtf8[] = "is not UTF-8; convert the file first";

// What the server says of a record, and nobody else.
constexpr const char* kOutputOnly[] = {"name", "state", "change_time", "etag", "create_time"};

bool IsColumn(const FieldDescriptor& field) {
  return field.message_type() == nullptr ||
         field.message_type() == google::protobuf::Timestamp::descriptor();
}

// Adds what a header may name, depth first.
void AddColumns(const Descriptor& type, const std::string& prefix,
                std::vector<std::string>& columns) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (std::find(std::begin(kOutputOnly), std::end(kOutputOnly), field.name()) !=
        std::end(kOutputOnly)) {
      continue;
    }
    const std::string path = absl::StrCat(prefix, field.name());
    if (IsColumn(field)) {
      columns.push_back(path);
    } else if (!field.is_repeated()) {
      AddColumns(*field.message_type(), path + ".", columns);
    }
  }
}

bool Has(const std::vector<std::string>& list, const std::string& element) {
  return std::find(list.begin(), list.end(), element) != list.end();
}

class CsvReader : public RowReader {
 public:
  struct Column {
    std::string path;
    bool is_list = false;
  };

  CsvReader(std::vector<Column> columns, absl::TimeZone zone)
      : columns_(std::move(columns)), zone_(zone) {}

  std::optional<RowProblem> Read(absl::string_view text, Message& message) const override {
    const absl::StatusOr<std::vector<std::string>> cells = ParseCsvRecord(text);
    if (!cells.ok()) return RowProblem{"", std::string(cells.status().message()), true};
    if (cells->size() != columns_.size()) {
      return RowProblem{"", absl::StrCat("has ", cells->size(), " fields where the header has ",
                                         columns_.size())};
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      const absl::Status status = Set(columns_[i], (*cells)[i], message);
      if (!status.ok()) return RowProblem{columns_[i].path, std::string(status.message())};
    }
    return std::nullopt;
  }

 private:
  absl::Status Set(const Column& column, absl::string_view cell, Message& message) const {
    if (!column.is_list) {
      return cell.empty() ? absl::OkStatus() : SetField(message, column.path, cell, zone_);
    }
    for (const absl::string_view part : absl::StrSplit(cell, ';')) {
      const absl::string_view element = absl::StripAsciiWhitespace(part);
      if (element.empty()) continue;
      DSR_RETURN_IF_ERROR(SetField(message, column.path, element, zone_));
    }
    return absl::OkStatus();
  }

  const std::vector<Column> columns_;
  const absl::TimeZone zone_;
};

class JsonReader : public RowReader {
 public:
  std::optional<RowProblem> Read(absl::string_view text, Message& message) const override {
    std::string field;
    const absl::Status status = ParseJson(text, message, &field);
    if (status.ok()) return std::nullopt;
    return RowProblem{std::move(field), std::string(status.message())};
  }
};

// Both forms are text of the API, which is UTF-8: one field that is not would have the server
// refuse the whole batch.
class Utf8Reader : public RowReader {
 public:
  explicit Utf8Reader(std::unique_ptr<RowReader> reader) : reader_(std::move(reader)) {}

  std::optional<RowProblem> Read(absl::string_view text, Message& message) const override {
    if (!IsUtf8(text)) return RowProblem{"", kNotUtf8};
    return reader_->Read(text, message);
  }

 private:
  const std::unique_ptr<RowReader> reader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RowReader>> CsvRows(absl::string_view header, const Descriptor& type,
                                                   const std::vector<std::string>& required,
                                                   absl::TimeZone zone) {
  const absl::StatusOr<std::vector<std::string>> names = ParseCsvRecord(header);
  if (!names.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the header line ", names.status().message()));
  }
  std::vector<std::string> known;
  AddColumns(type, "", known);
  std::vector<std::string> given;
  std::vector<CsvReader::Column> columns;
  for (const std::string& text : *names) {
    const std::string name(absl::StripAsciiWhitespace(text));
    if (!Has(known, name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "column ", columns.size() + 1,
          " of the header line names no field; the fields are: ", absl::StrJoin(known, ",")));
    }
    if (Has(given, name)) {
      return absl::InvalidArgumentError(absl::StrCat("the header line names ", name, " twice"));
    }
    given.push_back(name);
    columns.push_back({name, FieldAt(type, name)->is_repeated()});
  }
  for (const std::string& name : required) {
    if (!Has(given, name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the header line lacks ", name, "; it needs at least: ", absl::StrJoin(required, ",")));
    }
  }
  return std::make_unique<Utf8Reader>(std::make_unique<CsvReader>(std::move(columns), zone));
}

std::unique_ptr<RowReader> JsonRows() {
  return std::make_unique<Utf8Reader>(std::make_unique<JsonReader>());
}

}  // namespace dsr::dsrctl
