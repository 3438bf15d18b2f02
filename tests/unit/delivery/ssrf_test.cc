// Shows that no URL makes dsrd connect where it must not: the address is decided after the name was
// resolved and before the connection is made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "delivery/webhook_transport.h"
#include "dsr/base/thread.h"
#include "google/protobuf/util/time_util.h"
#include "unit/delivery/fake_network.h"
#include "unit/delivery/hostile_urls.h"
#include "unit/delivery/http_stub.h"
#include "unit/delivery/webhook_secrets_file.h"

namespace dsr {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Matches;
using ::testing::SizeIs;
using std::string_literals::operator""s;

const absl::Time kNow = absl::FromUnixSeconds(1772323200);

// Delivers one notice to `url`; without options as in production.
DeliveryResult DeliverTo(const std::string& url, WebhookOptions options = {}) {
  v1::Recipient recipient;
  recipient.set_name("recipients/parcel");
  recipient.mutable_delivery()->mutable_webhook()->set_url(url);
  recipient.mutable_delivery()->mutable_webhook()->set_secret_id("parcel-2026");
  v1::Notice notice;
  notice.set_name("requests/r1/notices/n1");
  notice.set_kind(v1::NOTICE_KIND_DELETE);
  WebhookSecretsFile file;
  const auto keys = file.Open(
      WebhookSecretsFile::Secret("parcel-2026", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  WebhookTransport transport(*keys, std::move(options));
  return transport.Deliver(
      {.recipient = recipient, .way = recipient.delivery(), .notice = notice, .now = kNow});
}

class SsrfTest : public ::testing::Test {
 protected:
  SsrfTest() { SetHostileNames(network_); }

  // A URL of `host`, at the canary's port.
  std::string CanaryUrl(const std::string& host) const {
    return absl::StrCat("https://", host, ":", canary_.port(), "/");
  }

  FakeNetwork network_;
  Canary canary_;
};

// Without this the counts of the other tests would be those of a deaf canary.
TEST_F(SsrfTest, TheCanaryHearsWhoeverIsLetThrough) {
  std::vector<std::string> hosts = {"rebound.test", "127.0.0.1"};
  if (canary_.hears_ipv6()) hosts.insert(hosts.end(), {"rebound6.test", "[::1]"});

  for (const std::string& host : hosts) {
    network_.Reset();
    Thread peer("peer", [&] { canary_.HangUpOnOne(); });

    DeliverTo(CanaryUrl(host), {.allow_loopback = true});
    peer.Join();

    EXPECT_THAT(network_.attempts(), SizeIs(1)) << host;
  }
}

TEST_F(SsrfTest, ConnectsToNoHostileUrl) {
  // Where the locale is not UTF-8, libcurl leaves names in other scripts as they are.
  ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
  const std::vector<std::string> urls = HostileUrls(canary_.port());
  std::map<std::string, int> blocked_by;
  int blocked = 0;
  int lookups = 0;

  for (const std::string& url : urls) {
    network_.Reset();
    // Short, because who gets through to the canary hangs there.
    const DeliveryResult result = DeliverTo(url, {.timeouts = {.total = absl::Seconds(2)}});
    const bool is_blocked = !result.delivered && canary_.CountConnections() == 0 &&
                            Matches(Each(AnyOf(kPublic4, kPublic6)))(network_.attempts());

    EXPECT_TRUE(is_blocked) << absl::CEscape(url) << " gets through to "
                            << ::testing::PrintToString(network_.attempts());
    if (is_blocked) ++blocked;
    ++blocked_by[result.code];
    lookups += network_.lookups();
  }
  std::setlocale(LC_CTYPE, "C");

  EXPECT_GT(lookups, 20) << "libcurl resolves names past the test";
  std::printf("ssrf: blocked/total %d/%d;", blocked, static_cast<int>(urls.size()));
  for (const auto& [code, count] : blocked_by) std::printf(" %s %d", code.c_str(), count);
  std::printf("; listens on IPv6: %s\n", canary_.hears_ipv6() ? "yes" : "no");
}

TEST_F(SsrfTest, LooksANameUpOnceForEachAttempt) {
  DeliverTo(CanaryUrl("public.test"));

  EXPECT_EQ(network_.lookups(), 1);
}

TEST_F(SsrfTest, ConnectsNowhereWhenAPublicNameTurnsToLoopback) {
  network_.SetName("turning.test", {{kPublic4}, {"127.0.0.1"}, {"::1"}, {"127.0.0.1", "::1"}});

  EXPECT_EQ(DeliverTo(CanaryUrl("turning.test")).code, "connection-refused");
  EXPECT_THAT(network_.attempts(), ElementsAre(kPublic4));
  network_.Reset();
  for (int i = 0; i < 3; ++i) {
    const DeliveryResult result = DeliverTo(CanaryUrl("turning.test"));

    EXPECT_TRUE(result.give_up);
    EXPECT_EQ(result.code, "address-denied");
  }

  EXPECT_EQ(network_.lookups(), 3);
  EXPECT_THAT(network_.attempts(), IsEmpty());
  EXPECT_EQ(canary_.CountConnections(), 0);
}

TEST_F(SsrfTest, ConnectsToThePublicOnesOnlyOfSeveralAddresses) {
  const std::vector<std::vector<std::string>> lists = {
      {kPublic4, "127.0.0.1"}, {"127.0.0.1", kPublic4},
      {kPublic4, "::1"},       {"::1", kPublic4},
      {kPublic6, "::1"},       {"::1", kPublic6},
      {kPublic6, "127.0.0.1"}, {"127.0.0.1", "::1", kPublic4, "0.0.0.0", "::", "169.254.169.254"},
  };
  for (const std::vector<std::string>& list : lists) {
    network_.Reset();
    network_.SetName("several.test", {list});

    const DeliveryResult result = DeliverTo(CanaryUrl("several.test"));

    EXPECT_FALSE(result.delivered);
    EXPECT_EQ(network_.lookups(), 1);
    EXPECT_THAT(network_.attempts(), Each(AnyOf(kPublic4, kPublic6)));
    EXPECT_EQ(canary_.CountConnections(), 0);
  }
}

TEST_F(SsrfTest, ReachesNothingButLoopbackMoreInDevelopment) {
  for (const char* host : {"metadata.google.internal", "wireserver.test", "private.test",
                           "unique-local.test", "zero.test", "zero6.test", "mapped.test"}) {
    EXPECT_EQ(DeliverTo(CanaryUrl(host), {.allow_loopback = true}).code, "address-denied") << host;
  }

  EXPECT_THAT(network_.attempts(), IsEmpty());
  EXPECT_EQ(canary_.CountConnections(), 0);
}

TEST_F(SsrfTest, AsksNoProxyOfTheEnvironment) {
  const std::vector<const char*> names = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                          "all_proxy",  "ALL_PROXY",   "HTTP_PROXY"};
  for (const char* scheme : {"http", "https", "socks4a", "socks5", "socks5h"}) {
    for (const char* name : names) {
      setenv(name, absl::StrCat(scheme, "://127.0.0.1:", canary_.port()).c_str(), 1);
    }
    network_.Reset();

    EXPECT_EQ(DeliverTo(CanaryUrl("public.test")).code, "connection-refused") << scheme;
    EXPECT_THAT(network_.attempts(), Contains(kPublic4)) << scheme;
    EXPECT_EQ(canary_.CountConnections(), 0) << scheme;
  }
  for (const char* name : names) unsetenv(name);
}

TEST_F(SsrfTest, FollowsNoRedirectAnywhere) {
  HttpStub server;
  const std::string port = absl::StrCat(canary_.port());

  for (const int status : {300, 301, 302, 303, 305, 307, 308}) {
    for (const std::string& location :
         {"http://127.0.0.1:" + port + "/", "https://rebound.test:" + port + "/",
          "http://[::1]:" + port + "/", "//127.0.0.1:" + port + "/", "/other"s,
          "http://169.254.169.254/latest/meta-data/"s, "file:///etc/passwd"s,
          "gopher://127.0.0.1:" + port + "/_x"}) {
      server.Reset({.status = status, .headers = {{"Location", location}}});
      network_.Reset();

      const DeliveryResult result = DeliverTo(server.url(), {.allow_loopback = true});

      EXPECT_EQ(result.code, "redirect") << status << " " << location;
      EXPECT_FALSE(result.delivered);
      EXPECT_THAT(server.requests(), SizeIs(1));
      EXPECT_THAT(network_.attempts(), ElementsAre("127.0.0.1"));
      EXPECT_EQ(network_.lookups(), 0);
    }
  }
  EXPECT_EQ(canary_.CountConnections(), 0);
}

TEST_F(SsrfTest, TakesNoHintOfAServerForTheNextAttempt) {
  HttpStub server;
  const std::string elsewhere = absl::StrCat("127.0.0.1:", canary_.port());
  server.Reset({.status = 503,
                .headers = {{"Alt-Svc", absl::StrCat("h2=\"", elsewhere, "\"; ma=86400")},
                            {"Refresh", absl::StrCat("0; url=http://", elsewhere, "/")},
                            {"Content-Location", absl::StrCat("http://", elsewhere, "/")},
                            {"Link", absl::StrCat("<http://", elsewhere, "/>; rel=preload")}}});

  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(DeliverTo(server.url(), {.allow_loopback = true}).code, "http-503");
  }

  EXPECT_THAT(server.requests(), SizeIs(2));
  EXPECT_EQ(canary_.CountConnections(), 0);
}

}  // namespace
}  // namespace dsr
