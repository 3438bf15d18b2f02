#include "unit/delivery/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

extern char** environ;

namespace dsr {

Subprocess::Subprocess(const std::vector<std::string>& command) {
  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0 || pipe2(from_child, O_CLOEXEC) != 0) std::abort();
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  if (posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  close(to_child[0]);
  close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
}

std::string Subprocess::ReadLine() {
  std::string line;
  for (char c; read(output_, &c, 1) == 1 && c != '\n';) line.push_back(c);
  return line;
}

void Subprocess::CloseInput() {
  if (input_ >= 0) close(std::exchange(input_, -1));
}

void Subprocess::Stop() {
  if (pid_ > 0) kill(pid_, SIGTERM);
}

int Subprocess::Finish() {
  if (pid_ < 0) return exit_code_;
  CloseInput();
  // Read to its end, so that the program does not fail for want of a reader.
  char rest[256];
  while (read(output_, rest, sizeof(rest)) > 0) {
  }
  close(output_);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return exit_code_;
}

}  // namespace dsr
