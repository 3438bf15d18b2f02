// dsrctl as a function, for main and for tests.
#ifndef DSR_TOOLS_DSRCTL_PROGRAM_H_
#define DSR_TOOLS_DSRCTL_PROGRAM_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dsrctl/context.h"
#include "dsrctl/errors.h"

namespace dsr::dsrctl {

// Runs one command. `arguments` are those after the program's name. `sleep` waits between attempts;
// null for absl::SleepFor. InitCrypto came first. Reads the environment: DSRCTL_SERVER,
// DSRCTL_TOKEN_FILE, NO_COLOR, TERM.
ExitCode RunDsrctl(const std::vector<std::string>& arguments, Streams& streams,
                   std::function<void(absl::Duration)> sleep = nullptr);

// Tells whether these arguments make a command, without running it. Errors: INVALID_ARGUMENT.
absl::Status CheckUsage(const std::vector<std::string>& arguments);

// The examples of all commands' help, as a person types them.
std::vector<std::string> HelpExamples();

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_PROGRAM_H_
