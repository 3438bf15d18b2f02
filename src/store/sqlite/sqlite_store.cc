#include "store/sqlite/sqlite_store.h"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/log_table.h"
#include "store/sqlite/page_check.h"
#include "store/sqlite/schema.h"

namespace dsr::sqlite {
namespace {

// A store that is closed has written its log back, and left none.
bool HasLog(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(absl::StrCat(path, "-wal"), error);
  return !error && size > 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const SqliteStoreOptions& options) {
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<LockFile> lock,
                       LockFile::Acquire(absl::StrCat(options.path, ".lock")));
  const bool was_recovered = HasLog(options.path);
  ConnectionOptions connection_options = {.path = options.path,
                                          .read_only = false,
                                          .vfs = options.vfs,
                                          .cache_kib = options.writer_cache_kib};
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                       Connection::Open(connection_options));
  DSR_RETURN_IF_ERROR(UpgradeSchema(*connection));
  DSR_RETURN_IF_ERROR(CheckLogTail(*connection));
  DSR_ASSIGN_OR_RETURN(const LogHead head, FindLogHead(*connection));

  connection_options.read_only = true;
  connection_options.cache_kib = options.reader_cache_kib;
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<ReadPool> readers,
                       ReadPool::Open(connection_options, options.readers));
  auto writer = std::make_unique<Writer>(
      std::move(connection), options.path, *options.clock, options.group, options.checkpoint,
      [pool = readers.get()] { return pool->HasReaders(); }, options.on_disk_full, head.size);
  return std::unique_ptr<SqliteStore>(new SqliteStore(options.path, was_recovered, std::move(lock),
                                                      std::move(readers), std::move(writer)));
}

SqliteStore::SqliteStore(std::string path, bool was_recovered, std::unique_ptr<LockFile> lock,
                         std::unique_ptr<ReadPool> readers, std::unique_ptr<Writer> writer)
    : path_(std::move(path)),
      was_recovered_(was_recovered),
      lock_(std::move(lock)),
      readers_(std::move(readers)),
      writer_(std::move(writer)) {}

void SqliteStore::Transact(Body body, Done done) {
  writer_->Transact(std::move(body), std::move(done));
}

absl::Status SqliteStore::Read(const std::function<absl::Status(ReadView&)>& body) {
  return readers_->Read(body);
}

absl::Status SqliteStore::CopyTo(const std::string& path, const CopyLimits& limits) {
  return readers_->Use(
      [&](Connection& connection) { return CopyDatabase(connection, path_, path, limits); });
}

absl::StatusOr<std::vector<std::string>> SqliteStore::CheckPages(
    const std::function<bool()>& is_cancelled) {
  std::vector<std::string> findings;
  DSR_RETURN_IF_ERROR(readers_->Use([&](Connection& connection) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(findings, sqlite::CheckPages(connection, is_cancelled));
    return absl::OkStatus();
  }));
  return findings;
}

int64_t SqliteStore::DurableLeaves() const { return writer_->DurableLeaves(); }

void SqliteStore::Close() {
  MutexLock lock(close_mutex_);
  if (lock_ == nullptr) return;
  // The writer first: its results may read. Its connection last: closing the last one writes the
  // log back.
  writer_->Close();
  readers_->Close();
  writer_->CloseConnection();
  lock_.reset();
}

std::vector<std::string> SqliteStore::StatementTexts() {
  std::vector<std::string> texts = writer_->StatementTexts();
  for (std::string& text : readers_->StatementTexts()) texts.push_back(std::move(text));
  return texts;
}

}  // namespace dsr::sqlite
