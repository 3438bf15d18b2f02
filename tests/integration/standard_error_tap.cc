#include "integration/standard_error_tap.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace dsr {
namespace {

// How soon the thread notices its end; output itself wakes it at once.
constexpr int kLookMillis = 100;

void WriteAll(int file, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = write(file, bytes, size);
    if (written <= 0) return;
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

}  // namespace

StandardErrorTap::StandardErrorTap() {
  std::fflush(stderr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  pipe_ = ends[0];
  fcntl(pipe_, F_SETFL, O_NONBLOCK);
  before_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (before_ < 0 || dup2(ends[1], STDERR_FILENO) < 0) std::abort();
  close(ends[1]);
  thread_ = std::thread([this] { Forward(); });
}

StandardErrorTap::~StandardErrorTap() {
  Take();
  dup2(before_, STDERR_FILENO);
  has_ended_ = true;
  thread_.join();
  close(before_);
  close(pipe_);
}

std::string StandardErrorTap::Take() {
  std::fflush(stderr);
  MutexLock lock(mutex_);
  while (ReadSome()) {
  }
  return std::exchange(taken_, "");
}

void StandardErrorTap::Forward() {
  while (!has_ended_) {
    pollfd waiting{.fd = pipe_, .events = POLLIN, .revents = 0};
    poll(&waiting, 1, kLookMillis);
    MutexLock lock(mutex_);
    while (ReadSome()) {
    }
  }
}

bool StandardErrorTap::ReadSome() {
  char buffer[16 << 10];
  const ssize_t size = read(pipe_, buffer, sizeof(buffer));
  if (size <= 0) return false;
  WriteAll(before_, buffer, static_cast<size_t>(size));
  taken_.append(buffer, static_cast<size_t>(size));
  return true;
}

}  // namespace dsr
