// Recording the rows of a large file, in batches that the server takes or refuses whole.
#ifndef DSR_TOOLS_DSRCTL_IMPORT_H_
#define DSR_TOOLS_DSRCTL_IMPORT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsrctl/calls.h"
#include "dsrctl/command.h"
#include "dsrctl/context.h"
#include "dsrctl/errors.h"
#include "google/protobuf/message.h"

namespace dsr::dsrctl {

// What is imported.
struct ImportKind {
  std::string list;  // the batch's repeated field, such as `disclosures`
  // The columns that a CSV file must have.
  std::vector<std::string> required;
  // Returns an empty batch.
  std::function<std::unique_ptr<google::protobuf::Message>()> new_batch;
  // Sends a batch, whose idempotency key is set.
  std::function<absl::Status(Session&, const google::protobuf::Message& batch)> send;
};

// What the command line says.
struct ImportOptions {
  std::string file;    // `-`: stdin
  std::string format;  // empty: by the file's ending
  std::string errors;  // empty: `FILE.errors`, `stdin.errors`
  bool resume = false;
};

// Sends the rows of a file in batches of up to 1000, in constant memory.
//
// What is wrong with a row, whether found here or by the server, goes to the error file as
// `line,field,description`, never with a value; all other rows are recorded. After each batch
// `FILE.progress` says how far it came; with `resume` an import goes on from there. Idempotency
// keys follow from file, place and content, so that a batch sent again is not recorded twice. Ends
// with a summary on stdout, and removes the progress file when all was read.
//
// Returns kPartial when some rows failed. Errors, before anything was sent: INVALID_ARGUMENT for
// files, formats and headers. Those of the server end the import where it is.
absl::StatusOr<ExitCode> RunImport(Context& context, const ImportKind& kind,
                                   const ImportOptions& options);

// Adds `import FILE`, which sends its batches by `method`.
template <class Stub, class Request, class Response>
Command& AddImport(Group& group, const std::string& help,
                   UnaryMethod<Stub, Request, Response> method, ImportKind kind) {
  kind.new_batch = [] { return std::make_unique<Request>(); };
  kind.send = [method](Session& session, const google::protobuf::Message& batch) {
    return session.Call(method, static_cast<const Request&>(batch)).status();
  };
  Command& command = group.Add("import", help);
  const auto options = std::make_shared<ImportOptions>();
  command.Text("FILE", &options->file, "The file, - for stdin", Need::kRequired)
      .Text("--format", &options->format,
            "csv (a header line with field names; lists separated by ;) or jsonl (protobuf JSON, "
            "one a line); without, by the file's ending")
      .Text("--errors", &options->errors,
            "Where lines that failed are told, as line,field,description; FILE.errors without")
      .Switch("--resume", &options->resume,
              "Go on where an earlier run of the same file ended (FILE.progress)");
  command.Runs([kind = std::move(kind), options](Context& context) {
    return RunImport(context, kind, *options);
  });
  return command;
}

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_IMPORT_H_
