// Wakes calls that wait for something to be committed.
#ifndef DSR_RPC_COMMIT_HUB_H_
#define DSR_RPC_COMMIT_HUB_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "app/commit_listener.h"
#include "dsr/base/mutex.h"

namespace dsr {

// Rings those who subscribed to a data system, to a recipient or to any commit. Thread-safe.
class CommitHub : public CommitListener {
 public:
  // What `Subscribe` takes for every commit.
  static constexpr char kAny[] = "*";

  // Ends its subscription when destroyed. A ring under way may still come; it must not refer to
  // what may be gone. The hub outlives it.
  class Subscription {
   public:
    Subscription(CommitHub& hub, std::string key, int64_t number)
        : hub_(hub), key_(std::move(key)), number_(number) {}
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { hub_.Remove(key_, number_); }

   private:
    CommitHub& hub_;
    const std::string key_;
    const int64_t number_;
  };

  // Calls `ring`, which must not block, after each commit that opens a task for `systems/{id}` or a
  // notice for `recipients/{id}`, or after any (kAny), and when the hub closes.
  std::unique_ptr<Subscription> Subscribe(const std::string& key, std::function<void()> ring);

  void OnCommitted(const CommitHints& hints) override;

  // Rings everyone, for good: who waits must end. Idempotent.
  void Close();
  bool is_closed() const;

 private:
  using Ring = std::shared_ptr<const std::function<void()>>;

  void Remove(const std::string& key, int64_t number);
  void Collect(const std::string& key, std::vector<Ring>& rings) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::map<int64_t, Ring>> rings_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_RPC_COMMIT_HUB_H_
