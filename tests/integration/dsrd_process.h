// The program dsrd in a process of its own.
#ifndef DSR_TESTS_INTEGRATION_DSRD_PROCESS_H_
#define DSR_TESTS_INTEGRATION_DSRD_PROCESS_H_

#include <string>
#include <vector>

namespace dsr {

// How a process ended and what it wrote to standard output and error.
struct ProcessEnd {
  int exit_code = -1;  // -1: by a signal
  std::string output;
};

// Runs dsrd to its end. `environment` has entries such as `TZDIR=/nowhere`.
ProcessEnd RunDsrd(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {});

// A running dsrd; killed, if need be, when destroyed. Like a service, and unlike root, it reads
// only what permissions let it read. Not thread-safe.
class DsrdProcess {
 public:
  explicit DsrdProcess(const std::vector<std::string>& arguments,
                       const std::vector<std::string>& environment = {});
  DsrdProcess(const DsrdProcess&) = delete;
  DsrdProcess& operator=(const DsrdProcess&) = delete;
  ~DsrdProcess();

  // Blocks until its output has `text`, or it ended; true when it has.
  bool AwaitOutput(const std::string& text);
  // Blocks until it serves, and returns its port; 0 when it ended instead.
  int AwaitPort();
  void Signal(int number);
  // Blocks until it has ended.
  ProcessEnd Wait();

 private:
  // Reads some output; false at its end.
  bool ReadOutput();

  int process_ = -1;
  int pipe_ = -1;
  std::string output_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_DSRD_PROCESS_H_
