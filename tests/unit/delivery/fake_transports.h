// Transports that keep what they were given and answer as a test says.
#ifndef DSR_TESTS_UNIT_DELIVERY_FAKE_TRANSPORTS_H_
#define DSR_TESTS_UNIT_DELIVERY_FAKE_TRANSPORTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/mutex.h"
#include "dsr/delivery/transport.h"

namespace dsr {

// Delivers everything, unless a recipient fails or hangs. Thread-safe.
class FakeNoticeTransport : public NoticeTransport {
 public:
  // The answer of `recipient` from now on.
  void Answer(const std::string& recipient, const DeliveryResult& result) {
    MutexLock lock(mutex_);
    results_[recipient] = result;
  }
  // Holds deliveries to `recipient` until Release.
  void Hang(const std::string& recipient) {
    MutexLock lock(mutex_);
    hanging_ = recipient;
  }
  void Release() {
    MutexLock lock(mutex_);
    hanging_.clear();
    changed_.NotifyAll();
  }

  DeliveryResult Deliver(const NoticeAttempt& attempt) override {
    const std::string& recipient = attempt.recipient.name();
    MutexLock lock(mutex_);
    begun_[recipient].push_back(attempt.notice);
    changed_.NotifyAll();
    while (hanging_ == recipient) changed_.Wait(mutex_);
    const auto result = results_.find(recipient);
    return result == results_.end() ? DeliveryResult{.delivered = true} : result->second;
  }

  // What was begun for `recipient` so far.
  std::vector<v1::Notice> Begun(const std::string& recipient) {
    MutexLock lock(mutex_);
    return begun_[recipient];
  }
  // Blocks until `count` deliveries to `recipient` were begun.
  void AwaitBegun(const std::string& recipient, size_t count) {
    MutexLock lock(mutex_);
    while (begun_[recipient].size() < count) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::string hanging_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, DeliveryResult> results_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<v1::Notice>> begun_ ABSL_GUARDED_BY(mutex_);
};

// Sends everything, unless told otherwise. Thread-safe.
class FakeMessageTransport : public MessageTransport {
 public:
  // The answer from now on.
  void Answer(const DeliveryResult& result) {
    MutexLock lock(mutex_);
    result_ = result;
  }

  DeliveryResult Send(const RenderedMessage& message, absl::Time) override {
    MutexLock lock(mutex_);
    sent_.push_back(message);
    return result_;
  }

  std::vector<RenderedMessage> Sent() {
    MutexLock lock(mutex_);
    return sent_;
  }

 private:
  Mutex mutex_;
  DeliveryResult result_ ABSL_GUARDED_BY(mutex_) = {.delivered = true};
  std::vector<RenderedMessage> sent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_FAKE_TRANSPORTS_H_
