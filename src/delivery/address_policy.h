// Which addresses dsrd may connect to when it tells a recipient.
//
// A recipient's URL is text from outside. Without this, a name that resolves to an address of the
// own network would make dsrd knock at the company's databases or at a cloud's metadata service.
#ifndef DSR_DELIVERY_ADDRESS_POLICY_H_
#define DSR_DELIVERY_ADDRESS_POLICY_H_

#include <sys/socket.h>

#include <string>

namespace dsr {

// Decides about one address, after the name was resolved and before the connection is made.
//
// Allowed are public unicast addresses of IPv4 and IPv6. Denied are private, loopback, link-local,
// shared (100.64/10), documentation, benchmarking, multicast and reserved ranges, the one public
// address by which a cloud's host answers its machines (168.63.129.16), every IPv6 address outside
// 2000::/3, and every IPv6 form that carries an IPv4 address (mapped, compatible, NAT64, 6to4,
// Teredo). Anything that is not IP is denied. Immutable; thread-safe.
class AddressPolicy {
 public:
  // `allow_loopback` lets 127/8 and ::1 pass as well; for development and tests only.
  explicit AddressPolicy(bool allow_loopback) : allow_loopback_(allow_loopback) {}

  // Tells whether `address`, of `size` bytes, may be connected to.
  bool Allows(const sockaddr* address, socklen_t size) const;

  // The same for an address in text, such as `192.0.2.1` or `2001:db8::1`, without brackets. False
  // when it is no address.
  bool AllowsText(const std::string& text) const;

 private:
  const bool allow_loopback_;
};

// Tells whether `text` is an IPv4 or IPv6 address, without brackets.
bool IsAddress(const std::string& text);

// Tells whether `text` is an address of this machine: 127/8 or ::1.
bool IsLoopbackAddress(const std::string& text);

}  // namespace dsr

#endif  // DSR_DELIVERY_ADDRESS_POLICY_H_
