#include "unit/dsrctl/run_dsrctl.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "dsr/base/crypto.h"
#include "dsrctl/program.h"

namespace dsr::dsrctl {

RunResult RunDsrctlForTest(const std::vector<std::string>& arguments, const std::string& input) {
  if (!InitCrypto().ok()) std::abort();
  // What the developer's shell exports must not reach a test.
  unsetenv("DSRCTL_SERVER");
  unsetenv("DSRCTL_TOKEN_FILE");
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Streams streams{in, out, err};
  RunResult result;
  result.code =
      RunDsrctl(arguments, streams, [&](absl::Duration pause) { result.pauses.push_back(pause); });
  result.out = out.str();
  result.err = err.str();
  return result;
}

void WriteText(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace dsr::dsrctl
