// The network as a test wants it: names resolve to what it says, and no packet leaves this machine.
#ifndef DSR_TESTS_UNIT_DELIVERY_FAKE_NETWORK_H_
#define DSR_TESTS_UNIT_DELIVERY_FAKE_NETWORK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "dsr/base/mutex.h"

struct addrinfo;

namespace dsr {

// Takes the place of getaddrinfo() and connect() for the whole process, libraries included, while
// it lives. There is one at a time.
//
// A test program links this file, which defines both functions: the dynamic linker then finds these
// before those of libc. A test asks lookups() whether that came true. Thread-safe.
class FakeNetwork {
 public:
  FakeNetwork();
  ~FakeNetwork();
  FakeNetwork(const FakeNetwork&) = delete;
  FakeNetwork& operator=(const FakeNetwork&) = delete;

  // What `name` resolves to: a list of addresses for each look-up in turn, the last one for all
  // that follow. A name that was not given does not exist.
  void SetName(const std::string& name, std::vector<std::vector<std::string>> answers);

  // How often a name was looked up; addresses written out do not count.
  int lookups() const;
  // The addresses that somebody tried to connect to since the last Reset, in order. Only those of
  // this machine were let through; all others refused the connection.
  std::vector<std::string> attempts() const;
  // Forgets look-ups and attempts.
  void Reset();

  // What getaddrinfo() and connect() do; their arguments.
  int LookUp(const char* node, const char* service, const addrinfo* hints, addrinfo** result);
  // Notes an attempt and tells whether it may go on.
  bool Attempt(const std::string& address);

 private:
  mutable Mutex mutex_;
  // By the name in lower case, without a dot at its end.
  std::map<std::string, std::vector<std::vector<std::string>>> names_ ABSL_GUARDED_BY(mutex_);
  int lookups_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> attempts_ ABSL_GUARDED_BY(mutex_);
};

// Listens on one port at every address of this machine, IPv4 and IPv6, and counts who comes.
class Canary {
 public:
  Canary();
  ~Canary();
  Canary(const Canary&) = delete;
  Canary& operator=(const Canary&) = delete;

  uint16_t port() const { return port_; }
  // False where the machine has no IPv6.
  bool hears_ipv6() const { return socket6_ >= 0; }
  // Returns how many connections were made since the last call, and closes them.
  int CountConnections();
  // Waits for a connection and closes it.
  void HangUpOnOne();

 private:
  int socket4_ = -1;
  int socket6_ = -1;
  uint16_t port_ = 0;
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_FAKE_NETWORK_H_
