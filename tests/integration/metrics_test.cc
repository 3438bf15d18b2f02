// Metrics as Prometheus gets them.
#include <civetweb.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dsr/base/errors.h"
#include "integration/leak_watch.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "server/config.h"
#include "server/dev_setup.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using Requests = v1::RequestService;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

config::v1::ServerConfig WithMetrics() {
  config::v1::ServerConfig config;
  config.set_metrics_listen("127.0.0.1:0");
  config.mutable_limits();
  config::v1::CallLimits& calls = *config.mutable_limits()->add_calls();
  calls.set_principal("verifier-1");
  calls.set_per_second(1);
  calls.set_burst(1);
  // The shop asks again and again until something has happened.
  config::v1::CallLimits& others = *config.mutable_limits()->add_calls();
  others.set_per_second(100'000);
  others.set_burst(100'000);
  return config;
}

std::string Scrape(const TestServer& server) {
  char error[200] = "";
  mg_connection* const connection =
      mg_download("127.0.0.1", server.metrics_port(), /*use_ssl=*/0, error, sizeof(error), "%s",
                  "GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_NE(connection, nullptr) << error;
  if (connection == nullptr) return "";
  std::string text;
  char buffer[4096];
  for (int size = 1; size > 0;) {
    size = mg_read(connection, buffer, sizeof(buffer));
    if (size > 0) text.append(buffer, static_cast<size_t>(size));
  }
  mg_close_connection(connection);
  return text;
}

constexpr int kMostLooks = 1000;
// What prometheus-cpp adds of its own has names of its own.
constexpr char kLibrarysOwn[] = "exposer_";

// One line of samples: name, labels and value.
struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  std::string value;
};

struct Page {
  std::map<std::string, std::string> types;  // by family
  std::set<std::string> helps;
  std::vector<Sample> samples;
};

Sample ReadSample(absl::string_view line) {
  Sample sample;
  const size_t end = line.find_first_of("{ ");
  sample.name = std::string(line.substr(0, end));
  if (line[end] == '{') {
    const absl::string_view labels = line.substr(end + 1, line.find('}') - end - 1);
    for (const absl::string_view label : absl::StrSplit(labels, ',')) {
      const std::vector<std::string> pair = absl::StrSplit(label, '=');
      if (pair.size() == 2) sample.labels[pair[0]] = pair[1].substr(1, pair[1].size() - 2);
    }
  }
  sample.value = std::string(line.substr(line.rfind(' ') + 1));
  return sample;
}

Page ReadPage(const std::string& text) {
  Page page;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (absl::StrContains(line, kLibrarysOwn)) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (absl::ConsumePrefix(&line, "# TYPE ")) {
      page.types[words[2]] = words[3];
    } else if (absl::ConsumePrefix(&line, "# HELP ")) {
      EXPECT_GT(words.size(), 3u) << line;
      page.helps.insert(words[2]);
    } else {
      page.samples.push_back(ReadSample(line));
    }
  }
  return page;
}

class MetricsTest : public ::testing::Test {
 protected:
  // A deletion until its recipient is told, and calls beyond a limit.
  void SetUp() override {
    shop_.Register();
    request_ = shop_.ConfirmDeletion();
    for (int i = 0; i < 3; ++i) {
      const auto listed = server_.Call<Requests>("verifier-1", &Requests::Stub::ListRequests,
                                                 v1::ListRequestsRequest());
      if (!listed.ok()) ++limited_;
    }
    ASSERT_GT(limited_, 0);
    // A call is counted once gRPC is done with it, which is behind its answer.
    for (int look = 0; look < kMostLooks; ++look) {
      text_ = Scrape(server_);
      if (absl::StrContains(text_, "\ndsrd_calls_in_flight 0\n")) break;
    }
    page_ = ReadPage(text_);
  }

  TestServer server_{"", 30, WithMetrics()};
  Shop shop_{server_};
  std::string request_;
  int limited_ = 0;
  std::string text_;
  Page page_;
};

TEST_F(MetricsTest, CountWhatHappened) {
  EXPECT_THAT(text_, HasSubstr("dsrd_calls_total{code=\"OK\",method=\"CreateRequest\"} 1\n"));
  EXPECT_THAT(text_, HasSubstr("dsrd_call_duration_seconds_count{method=\"ConfirmPlan\"} 1\n"));
  EXPECT_THAT(text_, HasSubstr(absl::StrCat("dsrd_calls_total{code=\"RESOURCE_EXHAUSTED\","
                                            "method=\"ListRequests\"} ",
                                            limited_, "\n")));
  EXPECT_THAT(text_, HasSubstr(absl::StrCat("dsrd_calls_limited_total{limit=\"calls_per_second\","
                                            "principal=\"verifier-1\"} ",
                                            limited_, "\n")));
  EXPECT_THAT(text_, HasSubstr("dsrd_open_requests 1\n"));
  EXPECT_THAT(text_, HasSubstr("dsrd_calls_in_flight 0\n"));
  EXPECT_THAT(text_, HasSubstr("dsrd_deliveries_total{kind=\"message\",outcome=\"delivered\"}"));
  for (const char* name : {"dsrd_writer_groups_total", "dsrd_writer_bodies_total", "dsrd_wal_pages",
                           "dsrd_keys_used", "dsrd_audit_leaves", "process_resident_memory_bytes",
                           "process_open_fds", "dsrd_build_info"}) {
    EXPECT_THAT(page_.samples,
                Contains(::testing::AllOf(::testing::Field(&Sample::name, name),
                                          ::testing::Field(&Sample::value, Not("0")))))
        << name;
  }
}

TEST_F(MetricsTest, NamesHaveTheirUnitsAndEveryFamilyAHelp) {
  EXPECT_GT(page_.types.size(), 20u);
  for (const auto& [family, type] : page_.types) {
    EXPECT_THAT(family, MatchesRegex("(dsrd|process)_[a-z]+(_[a-z]+)*"));
    EXPECT_TRUE(page_.helps.contains(family)) << family;
    EXPECT_EQ(absl::EndsWith(family, "_total"), type == "counter") << family;
    for (const char* abbreviation : {"_ms", "_millis", "_sec", "_kb", "_mb", "_kib", "_count"})
      EXPECT_THAT(family, Not(EndsWith(abbreviation)));
    EXPECT_TRUE(type != "histogram" || absl::EndsWith(family, "_seconds")) << family;
  }
}

TEST_F(MetricsTest, LabelsNameNoPersonRequestOrSubject) {
  for (const Sample& sample : page_.samples) {
    for (const auto& [label, value] : sample.labels) {
      EXPECT_THAT(label, AnyOf("method", "code", "limit", "principal", "kind", "outcome", "pool",
                               "version", "le"));
      EXPECT_LT(value.size(), 26u) << label << " looks like an id: " << value;
      EXPECT_EQ(label == "principal",
                sample.name == "dsrd_calls_limited_total" && label != "limit");
    }
  }
  ExpectNothingPersonal("the metrics", text_);
  EXPECT_THAT(text_, Not(HasSubstr(request_.substr(request_.rfind('/') + 1))));
}

TEST(Metrics, AreNotServedUnlessAskedFor) {
  TestServer server;
  EXPECT_EQ(server.metrics_port(), 0);
}

TEST(Metrics, LeaveLoopbackOnlyWhenThatIsSaid) {
  TempDir dir;
  config::v1::ServerConfig config;
  config.set_data_dir(dir.path());
  config.set_definitions_dir(DSR_SOURCE_DIR "/workflows");
  ASSERT_THAT(PrepareDev(dir.path(), config), IsOk());
  config.set_metrics_listen("0.0.0.0:9464");

  config::v1::ServerConfig refused = config;
  EXPECT_THAT(CompleteConfig(refused), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  config.set_metrics_off_loopback(true);
  EXPECT_THAT(CompleteConfig(config), IsOk());
}

}  // namespace
}  // namespace dsr
