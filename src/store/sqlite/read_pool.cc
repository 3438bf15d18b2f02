#include "store/sqlite/read_pool.h"

#include <algorithm>
#include <utility>

#include "dsr/base/status_macros.h"
#include "store/sqlite/read_methods.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

// DEFERRED: the snapshot is taken by the first statement and kept until the transaction ends.
constexpr char kBeginReadPool[] = "BEGIN DEFERRED";

}  // namespace

absl::StatusOr<std::unique_ptr<ReadPool>> ReadPool::Open(const ConnectionOptions& options,
                                                         int size) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < std::max(size, 1); ++i) {
    DSR_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(options));
    connections.push_back(std::move(connection));
  }
  return std::unique_ptr<ReadPool>(new ReadPool(options.path, std::move(connections)));
}

ReadPool::ReadPool(std::string path, std::vector<std::unique_ptr<Connection>> connections)
    : path_(std::move(path)), size_(connections.size()), idle_(std::move(connections)) {}

absl::Status ReadPool::Read(const std::function<absl::Status(ReadView&)>& body) {
  return Use([&](Connection& connection) -> absl::Status {
    DSR_RETURN_IF_ERROR(connection.Execute(kBeginReadPool));
    SqliteReadView view(connection, path_);
    return body(view);
  });
}

absl::Status ReadPool::Use(const std::function<absl::Status(Connection&)>& body) {
  std::unique_ptr<Connection> connection = Take();
  if (connection == nullptr) return Closed();
  absl::Status status = body(*connection);
  connection->Rollback();
  GiveBack(std::move(connection));
  return status;
}

bool ReadPool::HasReaders() const {
  MutexLock lock(mutex_);
  return idle_.size() < size_ && !is_closed_;
}

std::vector<std::string> ReadPool::StatementTexts() const {
  MutexLock lock(mutex_);
  std::vector<std::string> texts;
  for (const auto& connection : idle_) {
    for (std::string& text : connection->StatementTexts()) texts.push_back(std::move(text));
  }
  return texts;
}

void ReadPool::Close() {
  MutexLock lock(mutex_);
  if (is_closed_) return;
  is_closed_ = true;
  changed_.NotifyAll();
  while (idle_.size() < size_) changed_.Wait(mutex_);
  idle_.clear();
}

std::unique_ptr<Connection> ReadPool::Take() {
  MutexLock lock(mutex_);
  while (idle_.empty() && !is_closed_) changed_.Wait(mutex_);
  if (is_closed_) return nullptr;
  // The one used last has the freshest cache.
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void ReadPool::GiveBack(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  idle_.push_back(std::move(connection));
  // All of them: the one who waits may be Close.
  changed_.NotifyAll();
}

}  // namespace dsr::sqlite
