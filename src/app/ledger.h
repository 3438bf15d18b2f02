// The ledger: what was done to a holder's data since a moment, to be done again after a restore.
#ifndef DSR_APP_LEDGER_H_
#define DSR_APP_LEDGER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/request_reader.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/v1/notice_service.pb.h"

namespace dsr {

// Returns what a completed task, opened for its worker, is in its system's ledger: no entry, one,
// or two.
//
//   - ERASE is `erase` for the categories of which all was erased, and `restrict` for those of
//   which
//     a law or hold keeps some: a replay never erases those. A category of which the expired part
//     was erased is restricted as a whole, because an entry cannot say which part that was.
//   - ERASE of what had been retained until its term was over is `erase-retained`: the task's name
//     tells the system which records these were.
//   - What no backup undoes (contact points, collected data, decisions) has none.
std::vector<v1::LedgerEntry> LedgerEntriesOf(const v1::Task& opened);

// Reads the ledger of one recipient or data system, by the id of its notices or tasks.
//
// It has what was COMPLETED at `since` or later: a backup of that moment holds nothing newer.
// Where the subject's key is destroyed its references and account are gone for ever; the entry is
// there without them. Not thread-safe.
class LedgerReader {
 public:
  // `reader` outlives this. `holder` is `recipients/{id}` or `systems/{id}`.
  LedgerReader(const RequestReader& reader, std::string holder, absl::Time since);

  // Returns the next entries; none need be among those read. To be called until is_at_end().
  // Errors: those of RequestReader, but for a destroyed key. Blocks.
  absl::StatusOr<std::vector<v1::LedgerEntry>> ReadPage(ReadView& view);

  bool is_at_end() const { return is_at_end_; }

 private:
  absl::StatusOr<std::vector<v1::LedgerEntry>> NoticePage(ReadView& view);
  absl::StatusOr<std::vector<v1::LedgerEntry>> TaskPage(ReadView& view);

  const RequestReader& reader_;
  const std::string holder_;
  const absl::Time since_;
  std::optional<NoticeId> last_notice_;
  std::optional<TaskId> last_task_;
  bool is_at_end_ = false;
};

}  // namespace dsr

#endif  // DSR_APP_LEDGER_H_
