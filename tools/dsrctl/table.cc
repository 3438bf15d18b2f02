#include "dsrctl/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "dsrctl/text.h"

namespace dsr::dsrctl {
namespace {

bool IsNumber(const std::string& cell) {
  return cell.find_first_not_of("0123456789.-") == std::string::npos &&
         cell.find_first_of("0123456789") != std::string::npos;
}

const char* StyleOf(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::kNotice:
      return "\x1b[33m";
    case Emphasis::kWarning:
      return "\x1b[35m";
    case Emphasis::kAlarm:
      return "\x1b[31m";
    case Emphasis::kNone:
      break;
  }
  return "";
}

}  // namespace

Table::Table(std::ostream& out, std::vector<std::string> header, bool colour)
    : out_(out), colour_(colour), header_{std::move(header), Emphasis::kNone} {
  header_printed_ = header_.cells.empty();
  Grow(header_);
}

void Table::AddRow(std::vector<std::string> cells, Emphasis emphasis) {
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back({std::move(cells), emphasis});
}

void Table::Flush() {
  for (const Row& row : rows_) Grow(row);
  if (!header_printed_) {
    // Whether a column holds numbers is told by the first rows, once, so that it does not jump.
    numeric_.assign(widths_.size(), !rows_.empty());
    for (const Row& row : rows_) {
      for (size_t i = 0; i < row.cells.size(); ++i) {
        if (!IsNumber(row.cells[i])) numeric_[i] = false;
      }
    }
    Print(header_, true);
    header_printed_ = true;
  }
  for (const Row& row : rows_) Print(row, false);
  rows_.clear();
  out_.flush();
}

void Table::Grow(const Row& row) {
  if (row.cells.size() > widths_.size()) widths_.resize(row.cells.size(), 0);
  if (widths_.size() > numeric_.size()) numeric_.resize(widths_.size(), false);
  for (size_t i = 0; i < row.cells.size(); ++i) {
    widths_[i] = std::max(widths_[i], DisplayWidth(row.cells[i]));
  }
}

void Table::Print(const Row& row, bool header) {
  std::string line;
  for (size_t i = 0; i < row.cells.size(); ++i) {
    const std::string padding(widths_[i] - DisplayWidth(row.cells[i]), ' ');
    if (i > 0) line += "  ";
    line += numeric_[i] ? padding + row.cells[i] : row.cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  const char* style = !colour_ ? "" : header ? "\x1b[1m" : StyleOf(row.emphasis);
  out_ << style << line << (*style != '\0' ? "\x1b[0m" : "") << '\n';
}

}  // namespace dsr::dsrctl
