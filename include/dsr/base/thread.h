// A thread with a name and an owner.
#ifndef DSR_BASE_THREAD_H_
#define DSR_BASE_THREAD_H_

#include <functional>
#include <thread>

#include "absl/strings/string_view.h"

namespace dsr {

// Runs one function on a thread of its own and joins it when destroyed.
//
// The owner makes the function return before that, by a flag under a Mutex that it sets and
// notifies. Movable; an empty Thread runs nothing. Not thread-safe; used by its owner's thread
// only.
class Thread {
 public:
  Thread() = default;
  // Starts `body`. `name` is what debuggers and `ps -L` show, cut to its first 15 bytes.
  Thread(absl::string_view name, std::function<void()> body);
  Thread(Thread&&) = default;
  // Joins the thread it held first.
  Thread& operator=(Thread&& other);
  ~Thread() { Join(); }

  // Blocks until the function has returned. Does nothing when there is none, or the second time.
  // Must not be called by the thread itself.
  void Join();

 private:
  std::thread thread_;
};

}  // namespace dsr

#endif  // DSR_BASE_THREAD_H_
