// The rows of decisions, written by nothing but SQLite: what the store is measured against.
#ifndef DSR_TESTS_BENCH_BARE_SQLITE_H_
#define DSR_TESTS_BENCH_BARE_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "bench/transition.h"

namespace dsr {

// Writes the rows of transitions into a file that a store made, without reading, hashing,
// savepoints, threads or checks: rows are made before the clock runs. Ends the process on any
// error.
class BareSqlite {
 public:
  explicit BareSqlite(const std::string& path);
  ~BareSqlite();

  // Makes the rows of the transitions [begin, end), which are of one request.
  void Prepare(const std::deque<Transition>& transitions, int begin, int end);
  // Writes them, `group` under each commit.
  void WriteAll(int group);

 private:
  struct Row {
    std::string request_id;
    std::string state;
    std::string clear;
    std::string sealed;
    std::string key;
    std::string task_id;
    std::string task;
    std::vector<int64_t> ended_timers;
    std::vector<int64_t> set_timers;
    int64_t version = 0;
    int64_t received = 0;
    int64_t due = 0;
    int phase = 0;
    bool changes_phase = false;
  };

  sqlite3_stmt* Compile(const char* sql);
  void Write(const Row& row);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_;
  sqlite3_stmt* commit_;
  sqlite3_stmt* insert_request_;
  sqlite3_stmt* update_state_;
  sqlite3_stmt* update_all_;
  sqlite3_stmt* insert_leaf_;
  sqlite3_stmt* insert_node_;
  sqlite3_stmt* insert_timer_;
  sqlite3_stmt* delete_timer_;
  sqlite3_stmt* insert_task_;
  sqlite3_stmt* insert_answer_;
  std::vector<Row> rows_;
  int64_t leaves_ = 0;
};

}  // namespace dsr

#endif  // DSR_TESTS_BENCH_BARE_SQLITE_H_
