#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "dsr/base/crypto.h"
#include "dsrctl/program.h"
#include "google/protobuf/stubs/logging.h"

int main(int argc, char** argv) {
  // Without this every write of a large table would go to the terminal character by character.
  std::ios::sync_with_stdio(false);
  if (const absl::Status status = dsr::InitCrypto(); !status.ok()) {
    std::cerr << dsr::dsrctl::ErrorText(status);
    return static_cast<int>(dsr::dsrctl::ExitCode::kOther);
  }
  // What a file holds that was tampered with is told as a finding, not by protobuf.
  google::protobuf::SetLogHandler(nullptr);
  dsr::dsrctl::Streams streams{.in = std::cin,
                               .out = std::cout,
                               .err = std::cerr,
                               .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                               .err_is_terminal = isatty(STDERR_FILENO) == 1};
  return static_cast<int>(
      dsr::dsrctl::RunDsrctl(std::vector<std::string>(argv + 1, argv + argc), streams));
}
