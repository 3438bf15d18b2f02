#include "workflow/definition_source.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>

#include <algorithm>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace dsr {
namespace {

class Collector : public google::protobuf::io::ErrorCollector {
 public:
  Collector(absl::string_view file, absl::string_view text, std::vector<Finding>* findings)
      : file_(file), lines_(absl::StrSplit(text, '\n')), findings_(*findings) {}

  void AddError(int line, google::protobuf::io::ColumnNumber, const std::string& text) override {
    findings_.push_back({.file = file_, .line = WhereItIs(line, text) + 1, .description = text});
  }

 private:
  // The parser notices a wrong enum name only after reading on, perhaps on a later line.
  int WhereItIs(int line, absl::string_view error) const {
    if (!absl::ConsumePrefix(&error, "Unknown enumeration value of \"")) return line;
    const absl::string_view value = error.substr(0, error.find('"'));
    for (int at = std::min(line, static_cast<int>(lines_.size()) - 1); at >= 0; --at) {
      if (absl::StrContains(lines_[at], value)) return at;
    }
    return line;
  }

  const std::string file_;
  const std::vector<std::string> lines_;
  std::vector<Finding>& findings_;
};

auto Order(const Finding& finding) {
  return std::tie(finding.file, finding.line, finding.description);
}

}  // namespace

Place Place::Of(absl::string_view field) const { return Of(field, -1); }

Place Place::Of(absl::string_view field, int index) const {
  if (tree_ == nullptr) return *this;
  const google::protobuf::FieldDescriptor* descriptor = type_->FindFieldByName(std::string(field));
  if (descriptor == nullptr) return *this;

  Place place = *this;
  place.type_ = descriptor->message_type();
  place.tree_ = place.type_ == nullptr ? nullptr : tree_->GetTreeForNested(descriptor, index);
  // A list in brackets has one location for all of its elements, recorded with the first.
  for (int at = index; at >= -1; --at) {
    if (at == -1 && descriptor->is_repeated()) break;
    const int line = tree_->GetLocation(descriptor, at).line;
    if (line >= 0) {
      place.line_ = line + 1;
      break;
    }
  }
  return place;
}

bool SourceTree::Parse(absl::string_view file, absl::string_view text,
                       google::protobuf::Message* message, std::vector<Finding>* findings) {
  file_ = std::string(file);
  type_ = message->GetDescriptor();
  Collector collector(file, text, findings);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&tree_);
  return parser.ParseFromString(std::string(text), message);
}

Place SourceTree::Root() const {
  Place place(file_);
  place.type_ = type_;
  place.tree_ = &tree_;
  return place;
}

void WorkflowSource::Append(const v1::Workflow& part, const Place& place) {
  for (int i = 0; i < part.states_size(); ++i) {
    *workflow.add_states() = part.states(i);
    states.push_back(place.Of("states", i));
  }
  for (int i = 0; i < part.request_timers_size(); ++i) {
    *workflow.add_request_timers() = part.request_timers(i);
    request_timers.push_back(place.Of("request_timers", i));
  }
  for (int i = 0; i < part.transitions_size(); ++i) {
    *workflow.add_transitions() = part.transitions(i);
    transitions.push_back(place.Of("transitions", i));
  }
}

void AddFinding(const Place& place, absl::string_view description, std::vector<Finding>* findings) {
  findings->push_back(
      {.file = place.file(), .line = place.line(), .description = std::string(description)});
}

void SortFindings(std::vector<Finding>* findings) {
  std::sort(findings->begin(), findings->end(),
            [](const Finding& a, const Finding& b) { return Order(a) < Order(b); });
  findings->erase(
      std::unique(findings->begin(), findings->end(),
                  [](const Finding& a, const Finding& b) { return Order(a) == Order(b); }),
      findings->end());
}

std::string CanonicalText(const google::protobuf::Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

}  // namespace dsr
