#include "app/key_source.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "absl/strings/strip.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// More than base64 of a key and a line feed; what prints more prints no key.
constexpr size_t kLongestOutput = 256;
constexpr std::chrono::milliseconds kWaitStep(5);

using SteadyTime = std::chrono::steady_clock::time_point;

absl::Status SourceInvalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   message);
}

absl::StatusOr<SecretKey> KeyOf(std::string& bytes) {
  absl::StatusOr<SecretKey> key = SecretKey::FromBytes(bytes);
  WipeString(bytes);
  return key;
}

absl::StatusOr<SecretKey> KeyOfOutput(std::string output) {
  if (output.size() == SecretKey::kSize) return KeyOf(output);
  absl::StatusOr<std::string> bytes =
      Base64Decode(absl::StripSuffix(absl::string_view(output), "\n"));
  WipeString(output);
  absl::StatusOr<SecretKey> key = bytes.ok() ? KeyOf(*bytes) : bytes.status();
  if (key.ok()) return key;
  return SourceInvalid(
      "the command of the key-encryption key must print exactly 32 bytes, or their base64");
}

// A started command and the end of the pipe that it writes to.
struct Running {
  pid_t child = -1;
  int output = -1;
};

absl::StatusOr<Running> StartCommand(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SourceInvalid("no pipe for the key's command");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  // The server blocks the signals that end it; a command that inherits that could not be ended.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // A group of its own, so that what the command starts can be ended with it.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  Running running{.output = ends[0]};
  const int error = posix_spawnp(&running.child, command.front().c_str(), &actions, &attributes,
                                 arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (error == 0) return running;
  close(ends[0]);
  return SourceInvalid("the command of the key-encryption key cannot be run");
}

// Reads until the command closes its output; false when it prints too much or takes too long.
bool ReadOutput(int pipe_end, SteadyTime deadline, std::string& output) {
  while (output.size() <= kLongestOutput) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                          deadline - std::chrono::steady_clock::now())
                          .count();
    pollfd waiting{.fd = pipe_end, .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, std::max(static_cast<int>(left), 0));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    char piece[kLongestOutput];
    const ssize_t count = read(pipe_end, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    output.append(piece, static_cast<size_t>(count));
  }
  return false;
}

// Waits for the command, which may go on after it closed its output; false when it takes too long.
bool HasEnded(pid_t child, SteadyTime deadline, int& status) {
  while (true) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return true;
    if (ended < 0 && errno != EINTR) return false;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kWaitStep);
  }
}

}  // namespace

absl::StatusOr<SecretKey> ReadKeyEncryptionKey(absl::string_view path) {
  struct stat status;
  if (stat(std::string(path).c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    return SourceInvalid(
        "the file of the key-encryption key may be read by others: take their permissions "
        "(chmod 600)");
  }
  DSR_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  absl::StatusOr<SecretKey> key = KeyOf(bytes);
  if (!key.ok())
    return SourceInvalid("the file of the key-encryption key must hold exactly 32 bytes");
  return key;
}

absl::StatusOr<SecretKey> RunKeyCommand(const std::vector<std::string>& command,
                                        absl::Duration patience) {
  if (command.empty()) return SourceInvalid("the command of the key-encryption key is empty");
  DSR_ASSIGN_OR_RETURN(const Running running, StartCommand(command));
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(patience);
  std::string output;
  const bool whole = ReadOutput(running.output, deadline, output);
  close(running.output);
  int status = 0;
  const bool has_ended = whole && HasEnded(running.child, deadline, status);
  if (!has_ended) {
    kill(-running.child, SIGKILL);
    while (waitpid(running.child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (!has_ended) {
    WipeString(output);
    return SourceInvalid(
        "the command of the key-encryption key printed too much, or took too long");
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    WipeString(output);
    return SourceInvalid("the command of the key-encryption key failed");
  }
  return KeyOfOutput(std::move(output));
}

absl::StatusOr<SecretKey> KeySource::Read() const {
  return command.empty() ? ReadKeyEncryptionKey(file) : RunKeyCommand(command);
}

}  // namespace dsr
