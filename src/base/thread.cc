#include "dsr/base/thread.h"

#include <pthread.h>

#include <string>
#include <utility>

namespace dsr {
namespace {

// The kernel refuses longer names instead of cutting them.
constexpr size_t kNameLimit = 15;

}  // namespace

Thread::Thread(absl::string_view name, std::function<void()> body)
    : thread_([name = std::string(name.substr(0, kNameLimit)), body = std::move(body)] {
        pthread_setname_np(pthread_self(), name.c_str());
        body();
      }) {}

Thread& Thread::operator=(Thread&& other) {
  Join();
  thread_ = std::move(other.thread_);
  return *this;
}

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace dsr
