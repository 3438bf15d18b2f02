// URLs by which somebody would make dsrd knock at a door that is not a recipient's.
#ifndef DSR_TESTS_UNIT_DELIVERY_HOSTILE_URLS_H_
#define DSR_TESTS_UNIT_DELIVERY_HOSTILE_URLS_H_

#include <string>
#include <vector>

#include "unit/delivery/fake_network.h"

namespace dsr {

// Addresses that the policy takes for public. They belong to the name service's sink for questions
// about private addresses; no test of ours gets there, because FakeNetwork lets nothing out.
inline constexpr const char* kPublic4 = "192.31.196.1";
inline constexpr const char* kPublic6 = "2620:4f:8000::1";

// Gives `network` the names that the URLs have.
void SetHostileNames(FakeNetwork& network);

// Returns the URLs, with `port` where a port can be given.
std::vector<std::string> HostileUrls(int port);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_HOSTILE_URLS_H_
