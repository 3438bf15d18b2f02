#include "integration/dsrd_process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "integration/leak_watch.h"

namespace dsr {
namespace {

// Room for the log of a whole test, because nobody reads it while the test makes calls.
constexpr int kPipeBytes = 1 << 20;

}  // namespace

DsrdProcess::DsrdProcess(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment) {
  std::vector<std::string> words = {DSRD_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> entries = environment;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  std::vector<char*> envp;
  for (std::string& entry : entries) envp.push_back(entry.data());
  envp.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);
  process_ = fork();
  if (process_ < 0) std::abort();
  if (process_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    // Fails for whoever is not root, and has no such rights to give up.
    prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
    prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
    execve(DSRD_PROGRAM, argv.data(), envp.data());
    _exit(127);
  }
  close(ends[1]);
  pipe_ = ends[0];
}

DsrdProcess::~DsrdProcess() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    Wait();
  }
  close(pipe_);
}

bool DsrdProcess::ReadOutput() {
  char buffer[4096];
  const ssize_t size = read(pipe_, buffer, sizeof(buffer));
  if (size <= 0) return false;
  output_.append(buffer, static_cast<size_t>(size));
  return true;
}

bool DsrdProcess::AwaitOutput(const std::string& text) {
  while (output_.find(text) == std::string::npos) {
    if (!ReadOutput()) return false;
  }
  return true;
}

int DsrdProcess::AwaitPort() {
  static constexpr char kKey[] = " port=";
  // The field after the port, so that its number is whole.
  if (!AwaitOutput(" dev=")) return 0;
  return std::atoi(output_.c_str() + output_.find(kKey) + sizeof(kKey) - 1);
}

void DsrdProcess::Signal(int number) { kill(process_, number); }

ProcessEnd DsrdProcess::Wait() {
  while (ReadOutput()) {
  }
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  ExpectNothingPersonal("dsrd's output", output_);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output_};
}

ProcessEnd RunDsrd(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment) {
  return DsrdProcess(arguments, environment).Wait();
}

}  // namespace dsr
