// How many decisions a second the store makes durable, by the number of callers that wait for
// theirs, and how that compares with SQLite alone writing the same rows in groups of the same size.
//
//   group_commit_bench [DECISIONS [DIRECTORY]]
//
// DECISIONS is 40000 by default. The database is made in DIRECTORY, by default that of temporary
// files, which should be on the disk that is meant. Group commit bounds its time by the system's
// clock here.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/bare_sqlite.h"
#include "bench/transition.h"
#include "dsr/base/clock.h"
#include "dsr/base/crypto.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/temp_dir.h"
#include "unit/store/concurrent_writers.h"

namespace dsr {
namespace {

template <class Function>
double Seconds(Function function) {
  const auto begin = std::chrono::steady_clock::now();
  function();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(EXIT_FAILURE);
}

std::unique_ptr<sqlite::SqliteStore> Open(const std::string& path, const Clock& clock) {
  auto store = sqlite::SqliteStore::Open({.path = path, .clock = &clock});
  Check(store.status());
  return *std::move(store);
}

// Measures one number of writers and prints a line.
void Measure(int writers, int decisions, const Clock& clock) {
  const int calls = decisions / writers;
  std::deque<std::deque<Transition>> transitions;
  for (int i = 0; i < writers; ++i) transitions.push_back(MakeTransitions(i, calls));

  const TempDir dir;
  const auto store = Open(dir.File("store.db"), clock);
  ConcurrentWriters clients(*store, writers, calls, [&](int writer, int call) {
    return [&transition = transitions[writer][call]](Transaction& transaction) {
      return WriteTransition(transaction, transition);
    };
  });
  const double seconds = Seconds([&] { Check(clients.Run()); });
  const sqlite::WriterStats stats = store->Stats();
  store->Close();
  const double mean_group = static_cast<double>(stats.bodies) / static_cast<double>(stats.groups);

  Open(dir.File("bare.db"), clock)->Close();
  BareSqlite bare(dir.File("bare.db"));
  // In the order in which the writers took turns.
  for (int call = 0; call < calls; call += 4) {
    for (int writer = 0; writer < writers; ++writer) {
      bare.Prepare(transitions[writer], call, std::min(call + 4, calls));
    }
  }
  const int group = std::max(1, static_cast<int>(std::lround(mean_group)));
  const double bare_seconds = Seconds([&] { bare.WriteAll(group); });

  const double rate = writers * calls / seconds;
  const double bare_rate = writers * calls / bare_seconds;
  std::printf("%8d %14.0f %11.1f %12lld %14.0f %8.2f\n", writers, rate, mean_group,
              static_cast<long long>(stats.checkpoints), bare_rate, rate / bare_rate);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  const int decisions = argc > 1 ? std::atoi(argv[1]) : 40'000;
  if (decisions < 64) {
    std::fprintf(stderr, "usage: group_commit_bench [DECISIONS [DIRECTORY]]\n");
    return 2;
  }
  if (argc > 2) setenv("TMPDIR", argv[2], 1);
  Check(InitCrypto());
  const SystemClock clock;
  std::printf("%8s %14s %11s %12s %14s %8s\n", "writers", "decisions/s", "mean group",
              "checkpoints", "bare SQLite/s", "ratio");
  for (const int writers : {1, 4, 16, 64}) {
    // A lone writer waits for the disk each time.
    Measure(writers, writers == 1 ? decisions / 4 : decisions, clock);
  }
  return 0;
}

}  // namespace
}  // namespace dsr

int main(int argc, char** argv) { return dsr::Main(argc, argv); }
