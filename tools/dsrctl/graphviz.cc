#include "dsrctl/graphviz.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

extern char** environ;

namespace dsr::dsrctl {
namespace {

constexpr int kCommandNotFound = 127;

// Reads `descriptor` to its end and closes it.
std::string ReadAll(int descriptor) {
  std::string all;
  char buffer[16384];
  while (true) {
    const ssize_t got = read(descriptor, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    all.append(buffer, got);
  }
  close(descriptor);
  return all;
}

}  // namespace

absl::StatusOr<std::string> DotToSvg(const std::string& dot, const std::string& program) {
  // A file instead of a second pipe: no deadlock when both sides wait for the other to read.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> input(std::tmpfile(), &std::fclose);
  int pipe_ends[2];
  if (input == nullptr || std::fwrite(dot.data(), 1, dot.size(), input.get()) != dot.size() ||
      std::fflush(input.get()) != 0 || std::fseek(input.get(), 0, SEEK_SET) != 0 ||
      pipe2(pipe_ends, O_CLOEXEC) != 0) {
    return absl::UnknownError("no temporary file or pipe for Graphviz");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(input.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  std::string name = program;
  std::string format = "-Tsvg";
  char* arguments[] = {name.data(), format.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  std::string svg = ReadAll(pipe_ends[0]);
  int status = 0;
  if (error == 0) {
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (error == ENOENT || (WIFEXITED(status) && WEXITSTATUS(status) == kCommandNotFound)) {
    return absl::NotFoundError(absl::StrCat(
        "Graphviz is not installed ('", program,
        "' is not in PATH): apt-get install graphviz, or use --format dot or mermaid"));
  }
  if (error != 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return absl::UnknownError("Graphviz failed to draw the graph");
  }
  return svg;
}

}  // namespace dsr::dsrctl
