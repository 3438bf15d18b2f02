#include "dsrctl/output.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsrctl/fields.h"
#include "dsrctl/text.h"
#include "google/protobuf/util/json_util.h"

namespace dsr::dsrctl {
namespace {

// Rows of a long list that are aligned with each other before they are printed: bounds the memory.
constexpr int kTableBlock = 1000;

}  // namespace

std::string ToJson(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  options.always_print_primitive_fields = true;
  std::string json;
  // Cannot fail: the API has no Any that a descriptor is missing for.
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}";
  return std::string(absl::StripTrailingAsciiWhitespace(json));
}

void Output::Item(const google::protobuf::Message& message) {
  switch (options_.format) {
    case Format::kJson:
      out_ << ToJson(message, true) << '\n';
      break;
    case Format::kJsonl:
      out_ << ToJson(message, false) << '\n';
      break;
    case Format::kCsv:
      BeginList(ColumnsOf(*message.GetDescriptor()));
      ListItem(message);
      EndList();
      break;
    case Format::kHtml:
    case Format::kSvg:
      break;  // documents are printed as they are
    case Format::kTable: {
      Table table(out_, {}, options_.colour);
      for (const auto& [path, text] : AllFields(message, options_.zone)) {
        const bool is_alarm = text == "true" && (path == "breached" || path == "overdue");
        table.AddRow({path, text}, is_alarm ? Emphasis::kAlarm : Emphasis::kNone);
      }
      table.Flush();
      break;
    }
  }
  out_.flush();
}

void Output::Record(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<std::string> names;
  std::vector<std::string> texts;
  std::vector<std::string> members;
  for (const auto& [name, text] : fields) {
    names.push_back(name);
    texts.push_back(text);
    members.push_back(absl::StrCat(JsonString(name), ":", JsonString(text)));
  }
  if (is_json()) {
    out_ << '{' << absl::StrJoin(members, ",") << "}\n";
  } else if (options_.format == Format::kCsv) {
    out_ << CsvLine(names) << CsvLine(texts);
  } else {
    Table table(out_, {}, options_.colour);
    for (const auto& [name, text] : fields) table.AddRow({name, text});
    table.Flush();
  }
  out_.flush();
}

void Output::BeginList(std::vector<Column> columns) {
  columns_ = std::move(columns);
  first_ = true;
  pending_ = 0;
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  switch (options_.format) {
    case Format::kTable:
      for (std::string& title : titles) title = absl::AsciiStrToUpper(title);
      table_ = std::make_unique<Table>(out_, std::move(titles), options_.colour);
      break;
    case Format::kJson:
      out_ << '[';
      break;
    case Format::kJsonl:
    case Format::kHtml:
    case Format::kSvg:
      break;
    case Format::kCsv:
      out_ << CsvLine(titles);
      break;
  }
}

void Output::ListItem(const google::protobuf::Message& message) {
  if (is_json()) {
    AddJson(ToJson(message, options_.format == Format::kJson));
    return;
  }
  std::vector<std::string> cells;
  for (const Column& column : columns_) {
    cells.push_back(FieldText(message, column.path, options_.zone));
  }
  AddCells(std::move(cells), Emphasis::kNone);
}

void Output::ListRecord(const std::vector<std::string>& cells, Emphasis emphasis) {
  if (!is_json()) {
    AddCells(cells, emphasis);
    return;
  }
  std::vector<std::string> members;
  for (size_t i = 0; i < cells.size(); ++i) {
    members.push_back(absl::StrCat(JsonString(columns_[i].title), ":", JsonString(cells[i])));
  }
  AddJson(absl::StrCat("{", absl::StrJoin(members, ","), "}"));
}

void Output::AddJson(const std::string& json) {
  if (options_.format == Format::kJson) {
    out_ << (first_ ? "\n" : ",\n") << json;
  } else {
    out_ << json << '\n';
  }
  first_ = false;
}

void Output::AddCells(std::vector<std::string> cells, Emphasis emphasis) {
  if (options_.format == Format::kCsv) {
    out_ << CsvLine(cells);
    return;
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string& title = columns_[i].title;
    if ((title == "breached" || title == "overdue") && cells[i] == "true")
      emphasis = Emphasis::kAlarm;
  }
  table_->AddRow(std::move(cells), emphasis);
  if (++pending_ >= kTableBlock) Flush();
}

void Output::Flush() {
  if (table_ != nullptr) table_->Flush();
  pending_ = 0;
  out_.flush();
}

void Output::EndList() {
  if (options_.format == Format::kJson) out_ << (first_ ? "]\n" : "\n]\n");
  Flush();
  table_.reset();
}

void Output::Raw(absl::string_view text) {
  out_ << text;
  out_.flush();
}

}  // namespace dsr::dsrctl
