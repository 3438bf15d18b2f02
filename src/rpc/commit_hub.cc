#include "rpc/commit_hub.h"

#include <utility>

namespace dsr {

std::unique_ptr<CommitHub::Subscription> CommitHub::Subscribe(const std::string& key,
                                                              std::function<void()> ring) {
  MutexLock lock(mutex_);
  const int64_t number = ++last_number_;
  rings_[key].emplace(number, std::make_shared<const std::function<void()>>(std::move(ring)));
  return std::make_unique<Subscription>(*this, key, number);
}

void CommitHub::Remove(const std::string& key, int64_t number) {
  Ring last;  // destroyed after the lock: what it holds may end in another Remove
  MutexLock lock(mutex_);
  const auto found = rings_.find(key);
  if (found == rings_.end()) return;
  const auto ring = found->second.find(number);
  if (ring == found->second.end()) return;
  last = std::move(ring->second);
  found->second.erase(ring);
  if (found->second.empty()) rings_.erase(found);
}

void CommitHub::Collect(const std::string& key, std::vector<Ring>& rings) const {
  const auto found = rings_.find(key);
  if (found == rings_.end()) return;
  for (const auto& [number, ring] : found->second) rings.push_back(ring);
}

void CommitHub::OnCommitted(const CommitHints& hints) {
  std::vector<Ring> rings;
  {
    MutexLock lock(mutex_);
    if (rings_.empty()) return;
    Collect(kAny, rings);
    for (const std::string& system : hints.systems) Collect(system, rings);
    for (const std::string& recipient : hints.recipients) Collect(recipient, rings);
  }
  for (const Ring& ring : rings) (*ring)();
}

void CommitHub::Close() {
  std::vector<Ring> rings;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    for (const auto& [key, subscribed] : rings_) Collect(key, rings);
  }
  for (const Ring& ring : rings) (*ring)();
}

bool CommitHub::is_closed() const {
  MutexLock lock(mutex_);
  return closed_;
}

}  // namespace dsr
