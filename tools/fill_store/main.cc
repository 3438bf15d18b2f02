// Fills a store with requests of two years, for trying out reports and speed.
#include <unistd.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "dsr/base/log.h"
#include "dsrctl/progress_bar.h"
#include "fill_store/filler.h"
#include "fill_store/installation.h"
#include "fill_store/stepped_clock.h"

namespace dsr::fill_store {
namespace {

constexpr char kExamples[] = R"(Examples:
  fill_store --dir /tmp/filled --requests 100000
  dsrctl report sla --db /tmp/filled/dsrd.db -o html > report.html)";

int Fill(const std::string& directory, const std::string& definitions, const std::string& last_day,
         int days, FillOptions options) {
  absl::CivilDay end_day;
  absl::TimeZone zone;
  if (!absl::ParseCivilTime(last_day, &end_day) || !absl::LoadTimeZone("Asia/Shanghai", &zone)) {
    std::cerr << "fill_store: --last-day is a day such as 2026-09-30\n";
    return 2;
  }
  options.end = absl::FromCivil(end_day + 1, zone);
  options.begin = options.end - absl::Hours(24) * days;
  SteppedClock clock(options.begin);
  auto installation = Installation::Create(directory, definitions, clock);
  if (!installation.ok()) {
    std::cerr << "fill_store: " << installation.status().message() << "\n";
    return 1;
  }
  const SystemClock real;
  const absl::Time start = real.Now();
  dsrctl::ProgressBar bar(std::cerr, isatty(STDERR_FILENO) != 0, options.requests,
                          [&real] { return real.Now(); });
  Filler filler(**installation, clock, options,
                [&bar](int64_t filed, int64_t) { bar.Show(filed, filed); });
  const absl::Status status = filler.Run();
  if (!status.ok()) {
    std::cerr << "fill_store: " << status.message() << "\n";
    return 1;
  }
  const double seconds = absl::ToDoubleSeconds(real.Now() - start);
  std::cout << "seed " << options.seed << ": " << options.requests << " requests, "
            << filler.batch().commands() << " commands in " << static_cast<int64_t>(seconds)
            << " s\n";
  for (const auto& [reason, count] : filler.batch().refusals())
    std::cout << "  refused " << reason << ": " << count << "\n";
  return filler.batch().refusals().empty() ? 0 : 7;
}

}  // namespace
}  // namespace dsr::fill_store

int main(int argc, char** argv) {
  CLI::App app("fill_store: fills a new data directory with requests, as if two years had passed",
               "fill_store");
  dsr::fill_store::FillOptions options;
  std::string directory;
  std::string definitions = "workflows";
  std::string last_day = "2026-09-30";
  int days = 730;
  app.add_option("--dir", directory, "The data directory to make")->required();
  app.add_option("--requests", options.requests, "How many requests")
      ->check(CLI::Range(1, 1'000'000'000))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Equal seeds draw equal requests")->capture_default_str();
  app.add_option("--days", days, "Over how many days")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  app.add_option("--last-day", last_day, "The last of them, in Asia/Shanghai")
      ->capture_default_str();
  app.add_option("--definitions", definitions, "The directory of workflows")->capture_default_str();
  app.footer(dsr::fill_store::kExamples);
  CLI11_PARSE(app, argc, argv);
  return dsr::fill_store::Fill(directory, definitions, last_day, days, options);
}
