// What a command works with.
#ifndef DSR_TOOLS_DSRCTL_CONTEXT_H_
#define DSR_TOOLS_DSRCTL_CONTEXT_H_

#include <istream>
#include <ostream>

#include "dsrctl/output.h"
#include "dsrctl/session.h"

namespace dsr::dsrctl {

// Where a run reads and writes: data to `out`, messages to `err`.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

// Passed to the command that runs. All of it outlives the command.
struct Context {
  Streams& streams;
  Output& output;
  Session& session;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_CONTEXT_H_
