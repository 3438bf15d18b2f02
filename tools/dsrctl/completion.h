// Completion for shells, made from the commands themselves.
#ifndef DSR_TOOLS_DSRCTL_COMPLETION_H_
#define DSR_TOOLS_DSRCTL_COMPLETION_H_

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace dsr::dsrctl {

// Returns a bash script that completes groups, commands and options of `root`; files after options
// whose name tells that they take one; the values of `--output`.
std::string BashCompletion(const CLI::App& root);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_COMPLETION_H_
