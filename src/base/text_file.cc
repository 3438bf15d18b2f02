#include "dsr/base/text_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace dsr {
namespace {

// Keeps the first error and its line.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!text_.empty()) return;
    text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

absl::Status ReadTextFile(absl::string_view path, google::protobuf::Message& message) {
  DSR_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, &message)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     absl::StrCat(path, ":", error.text()));
  }
  return absl::OkStatus();
}

}  // namespace dsr
