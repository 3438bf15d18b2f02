// One run of dsrctl inside of a test.
#ifndef DSR_TESTS_UNIT_DSRCTL_RUN_DSRCTL_H_
#define DSR_TESTS_UNIT_DSRCTL_RUN_DSRCTL_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsrctl/errors.h"

namespace dsr::dsrctl {

// What a run did.
struct RunResult {
  ExitCode code;
  std::string out;
  std::string err;
  // How long it wanted to wait between attempts; it did not wait.
  std::vector<absl::Duration> pauses;
};

// Runs dsrctl with these arguments and this stdin. Neither stdout nor stderr is a terminal.
RunResult RunDsrctlForTest(const std::vector<std::string>& arguments,
                           const std::string& input = "");

// Writes `contents` to `path`, which can be written.
void WriteText(const std::string& path, const std::string& contents);

// Returns what the file holds; the empty string when there is none.
std::string ReadText(const std::string& path);

}  // namespace dsr::dsrctl

#endif  // DSR_TESTS_UNIT_DSRCTL_RUN_DSRCTL_H_
