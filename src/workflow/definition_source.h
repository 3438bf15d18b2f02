// Definition files as parsed: messages that remember on which line each of their parts stands.
#ifndef DSR_WORKFLOW_DEFINITION_SOURCE_H_
#define DSR_WORKFLOW_DEFINITION_SOURCE_H_

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dsr/workflow/definitions.h"

namespace dsr {

// Where a message, or a part of one, stands. A value; refers to the SourceTree it came from, which
// outlives it.
class Place {
 public:
  // A place without lines, such as a file that is missing.
  explicit Place(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  // From 1; 0 for a whole file.
  int line() const { return line_; }

  // The place of a field of the message that stands here; this very place when the field is not
  // set.
  Place Of(absl::string_view field) const;
  // The same for an element of a repeated field.
  Place Of(absl::string_view field, int index) const;

 private:
  friend class SourceTree;

  std::string file_;
  const google::protobuf::Descriptor* type_ = nullptr;
  const google::protobuf::TextFormat::ParseInfoTree* tree_ = nullptr;
  int line_ = 0;
};

// The lines of one parsed file.
class SourceTree {
 public:
  // Parses `text` into `message`; what does not parse goes into `findings`. Returns false when that
  // happened. Called once.
  bool Parse(absl::string_view file, absl::string_view text, google::protobuf::Message* message,
             std::vector<Finding>* findings);

  // The place of the file's message.
  Place Root() const;

 private:
  std::string file_;
  const google::protobuf::Descriptor* type_ = nullptr;
  google::protobuf::TextFormat::ParseInfoTree tree_;
};

// A workflow with its fragments merged, and where its parts come from: the vectors run parallel to
// the repeated fields.
struct WorkflowSource {
  v1::Workflow workflow;
  Place root;
  std::vector<Place> states;
  std::vector<Place> request_timers;
  std::vector<Place> transitions;

  // Appends states, request timers and transitions of `part`, which stands at `place`.
  void Append(const v1::Workflow& part, const Place& place);
};

// Adds a finding at `place`.
void AddFinding(const Place& place, absl::string_view description, std::vector<Finding>* findings);

// Puts findings in order of file and line, and drops what was found twice: a fragment is checked
// once for each workflow that uses it.
void SortFindings(std::vector<Finding>* findings);

// Prints `message` in its canonical form: what is hashed, stored and pinned.
std::string CanonicalText(const google::protobuf::Message& message);

}  // namespace dsr

#endif  // DSR_WORKFLOW_DEFINITION_SOURCE_H_
