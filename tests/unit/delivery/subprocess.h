// A program that a test starts and ends.
#ifndef DSR_TESTS_UNIT_DELIVERY_SUBPROCESS_H_
#define DSR_TESTS_UNIT_DELIVERY_SUBPROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace dsr {

// Runs a program with a pipe to its standard input and one from its standard output. It is told to
// end by the end of its input. Not thread-safe.
class Subprocess {
 public:
  // `command` is the program's path and its arguments. Ends the test's process when it cannot
  // start.
  explicit Subprocess(const std::vector<std::string>& command);
  // Closes the program's input and waits until it has ended.
  ~Subprocess() { Finish(); }
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  // Returns the next line of output without its line break; what there is of it at the output's
  // end.
  std::string ReadLine();
  // Tells the program to end; what it still says can be read.
  void CloseInput();
  // Has the program end that does not read its input.
  void Stop();
  // Closes the program's input, waits until it has ended and returns its exit code; -1 after a
  // signal.
  int Finish();

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int exit_code_ = -1;
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_SUBPROCESS_H_
