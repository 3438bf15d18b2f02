#include "unit/delivery/fake_network.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace dsr {
namespace {

std::atomic<FakeNetwork*> installed = nullptr;

// libc's own function of that name.
template <class Function>
Function* Original(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();
  Function* function = nullptr;
  std::memcpy(&function, &found, sizeof(function));
  return function;
}

int OriginalLookUp(const char* node, const char* service, const addrinfo* hints,
                   addrinfo** result) {
  static const auto function = Original<decltype(getaddrinfo)>("getaddrinfo");
  return function(node, service, hints, result);
}

int OriginalConnect(int socket, const sockaddr* address, socklen_t size) {
  static const auto function = Original<decltype(connect)>("connect");
  return function(socket, address, size);
}

// An address in text; empty when it is not IP.
std::string TextOf(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text,
              sizeof(text));
  } else if (address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text,
              sizeof(text));
  }
  return text;
}

// Tells whether the kernel would take a connection to `address` to this machine's loopback.
bool IsThisMachine(absl::string_view address) {
  absl::ConsumePrefix(&address, "::ffff:");
  return address.substr(0, 4) == "127." || address == "0.0.0.0" || address == "::" ||
         address == "::1";
}

int Bound(int family, const sockaddr* address, socklen_t size) {
  const int result = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (result >= 0 &&
      (family != AF_INET6 || setsockopt(result, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
      bind(result, address, size) == 0 && listen(result, 64) == 0) {
    return result;
  }
  if (result >= 0) close(result);
  return -1;
}

}  // namespace

FakeNetwork::FakeNetwork() {
  if (installed.exchange(this) != nullptr) std::abort();
}

FakeNetwork::~FakeNetwork() { installed = nullptr; }

void FakeNetwork::SetName(const std::string& name, std::vector<std::vector<std::string>> answers) {
  MutexLock lock(mutex_);
  names_[name] = std::move(answers);
}

int FakeNetwork::lookups() const {
  MutexLock lock(mutex_);
  return lookups_;
}

std::vector<std::string> FakeNetwork::attempts() const {
  MutexLock lock(mutex_);
  return attempts_;
}

void FakeNetwork::Reset() {
  MutexLock lock(mutex_);
  lookups_ = 0;
  attempts_.clear();
}

int FakeNetwork::LookUp(const char* node, const char* service, const addrinfo* hints,
                        addrinfo** result) {
  addrinfo numeric = hints == nullptr ? addrinfo{} : *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  // libc knows spellings of an address that its callers do not take for one.
  if (node == nullptr || OriginalLookUp(node, service, &numeric, result) == 0) {
    return node == nullptr ? OriginalLookUp(node, service, hints, result) : 0;
  }
  std::vector<std::string> addresses;
  {
    MutexLock lock(mutex_);
    ++lookups_;
    const auto found = names_.find(absl::AsciiStrToLower(absl::StripSuffix(node, ".")));
    if (found == names_.end()) return EAI_NONAME;
    addresses = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
  }
  // Each is a list of libc's own, so that its freeaddrinfo() can free them joined.
  addrinfo* first = nullptr;
  addrinfo** end = &first;
  for (const std::string& address : addresses) {
    if (OriginalLookUp(address.c_str(), service, &numeric, end) != 0) *end = nullptr;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  if (first == nullptr) return EAI_NONAME;
  *result = first;
  return 0;
}

bool FakeNetwork::Attempt(const std::string& address) {
  MutexLock lock(mutex_);
  attempts_.push_back(address);
  return IsThisMachine(address);
}

Canary::Canary() {
  // A port that is free for IPv4 may be taken for IPv6.
  for (int tries = 0; tries < 100; ++tries) {
    sockaddr_in any4 = {};
    any4.sin_family = AF_INET;
    socklen_t size = sizeof(any4);
    auto* generic4 = reinterpret_cast<sockaddr*>(&any4);
    socket4_ = Bound(AF_INET, generic4, size);
    if (socket4_ < 0 || getsockname(socket4_, generic4, &size) != 0) std::abort();
    port_ = ntohs(any4.sin_port);
    sockaddr_in6 any6 = {};
    any6.sin6_family = AF_INET6;
    any6.sin6_port = any4.sin_port;
    socket6_ = Bound(AF_INET6, reinterpret_cast<const sockaddr*>(&any6), sizeof(any6));
    if (socket6_ >= 0 || errno != EADDRINUSE) return;
    close(socket4_);
  }
  std::abort();
}

Canary::~Canary() {
  close(socket4_);
  if (socket6_ >= 0) close(socket6_);
}

int Canary::CountConnections() {
  int count = 0;
  pollfd waiting[] = {{.fd = socket4_, .events = POLLIN, .revents = 0},
                      {.fd = socket6_, .events = POLLIN, .revents = 0}};
  // A connection on this machine is in the queue as soon as connect() has returned.
  while (poll(waiting, 2, 0) > 0) {
    for (const pollfd& one : waiting) {
      if ((one.revents & POLLIN) == 0) continue;
      close(accept(one.fd, nullptr, nullptr));
      ++count;
    }
  }
  return count;
}

void Canary::HangUpOnOne() {
  pollfd waiting[] = {{.fd = socket4_, .events = POLLIN, .revents = 0},
                      {.fd = socket6_, .events = POLLIN, .revents = 0}};
  if (poll(waiting, 2, -1) < 1) std::abort();
  const pollfd& one = waiting[0].revents != 0 ? waiting[0] : waiting[1];
  close(accept(one.fd, nullptr, nullptr));
}

}  // namespace dsr

extern "C" {

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  dsr::FakeNetwork* network = dsr::installed;
  return network == nullptr ? dsr::OriginalLookUp(node, service, hints, result)
                            : network->LookUp(node, service, hints, result);
}

int connect(int socket, const sockaddr* address, socklen_t size) {
  dsr::FakeNetwork* network = dsr::installed;
  const std::string text = network == nullptr ? "" : dsr::TextOf(address);
  if (text.empty() || network->Attempt(text)) return dsr::OriginalConnect(socket, address, size);
  errno = ECONNREFUSED;
  return -1;
}

}  // extern "C"
