#include "app/ledger.h"

#include <utility>

#include "absl/strings/match.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// Each notice and task is opened with all events of its request.
constexpr int kLedgerPage = 100;

const char* ActionOf(v1::NoticeKind kind) {
  switch (kind) {
    case v1::NOTICE_KIND_DELETE:
      return "delete";
    case v1::NOTICE_KIND_CORRECT:
      return "correct";
    case v1::NOTICE_KIND_STOP_PROCESSING:
      return "stop-processing";
    case v1::NOTICE_KIND_RESUME_PROCESSING:
      return "resume-processing";
    default:
      return "";
  }
}

// Empty for kinds that change nothing in a data system; ERASE is told apart by its instructions.
const char* ActionOf(v1::TaskKind kind) {
  switch (kind) {
    case v1::TASK_KIND_CORRECT:
      return "correct-fields";
    case v1::TASK_KIND_RESTRICT:
      return "restrict";
    case v1::TASK_KIND_LIFT_RESTRICTION:
      return "release";
    case v1::TASK_KIND_CLOSE_ACCOUNT:
      return "close-account";
    case v1::TASK_KIND_STOP_PROCESSING:
      return "stop-processing";
    case v1::TASK_KIND_STOP_COLLECTION:
      return "stop-collection";
    default:
      return "";
  }
}

// What a destroyed key is told as; the entry then stays without what is gone.
absl::Status ButForDestroyedKey(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) ? absl::OkStatus() : status;
}

v1::LedgerEntry EntryOf(const v1::Notice& opened) {
  v1::LedgerEntry entry;
  entry.set_name(opened.name());
  entry.set_holder(opened.recipient());
  entry.set_action(ActionOf(opened.kind()));
  *entry.mutable_categories() = opened.categories();
  *entry.mutable_subject_references() = opened.subject_references();
  *entry.mutable_corrections() = opened.corrections();
  *entry.mutable_end_time() = opened.end_time();
  return entry;
}

// What all entries of a task have in common.
v1::LedgerEntry EntryOf(const v1::Task& opened) {
  v1::LedgerEntry entry;
  entry.set_name(opened.name());
  entry.set_holder(opened.system());
  entry.set_action(ActionOf(opened.kind()));
  *entry.mutable_categories() = opened.categories();
  if (!opened.subject_account().empty()) {
    entry.add_subject_references(opened.subject_account());
  }
  for (const v1::FieldCorrection& field : opened.corrections()) {
    v1::CorrectedValue& corrected = *entry.add_corrections();
    corrected.set_category(field.category());
    corrected.set_field(field.field());
    corrected.set_value(field.proposed_value());
  }
  *entry.mutable_end_time() = opened.end_time();
  return entry;
}

std::vector<v1::LedgerEntry> ErasuresOf(const v1::Task& opened) {
  v1::LedgerEntry erased = EntryOf(opened);
  v1::LedgerEntry restricted = erased;
  erased.set_action(opened.retained_only() ? "erase-retained" : "erase");
  restricted.set_action("restrict");
  erased.clear_categories();
  restricted.clear_categories();
  for (const v1::PlanItem& item : opened.instructions()) {
    const bool all = opened.retained_only() || item.action() == v1::RETENTION_ACTION_ERASE;
    (all ? erased : restricted).add_categories(item.category());
    if (!all) *restricted.add_instructions() = item;
  }
  std::vector<v1::LedgerEntry> entries;
  if (!erased.categories().empty()) entries.push_back(std::move(erased));
  if (!restricted.categories().empty()) entries.push_back(std::move(restricted));
  return entries;
}

bool IsReplayed(v1::TaskKind kind) {
  return kind == v1::TASK_KIND_ERASE || *ActionOf(kind) != '\0';
}

}  // namespace

std::vector<v1::LedgerEntry> LedgerEntriesOf(const v1::Task& opened) {
  if (!IsReplayed(opened.kind())) return {};
  if (opened.kind() == v1::TASK_KIND_ERASE) return ErasuresOf(opened);
  return {EntryOf(opened)};
}

LedgerReader::LedgerReader(const RequestReader& reader, std::string holder, absl::Time since)
    : reader_(reader), holder_(std::move(holder)), since_(since) {}

absl::StatusOr<std::vector<v1::LedgerEntry>> LedgerReader::ReadPage(ReadView& view) {
  if (is_at_end_) return std::vector<v1::LedgerEntry>();
  return absl::StartsWith(holder_, "recipients/") ? NoticePage(view) : TaskPage(view);
}

absl::StatusOr<std::vector<v1::LedgerEntry>> LedgerReader::NoticePage(ReadView& view) {
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Notice> notices,
                       view.ListNoticesOf(holder_, last_notice_, kLedgerPage));
  is_at_end_ = notices.size() < static_cast<size_t>(kLedgerPage);
  std::vector<v1::LedgerEntry> entries;
  for (v1::Notice& notice : notices) {
    std::pair<RequestId, NoticeId> name;
    DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
    last_notice_ = name.second;
    if (notice.state() != v1::Notice::STATE_COMPLETED ||
        FromTimestamp(notice.end_time()) < since_) {
      continue;
    }
    DSR_RETURN_IF_ERROR(ButForDestroyedKey(reader_.OpenNotice(view, name.first, notice)));
    entries.push_back(EntryOf(notice));
  }
  return entries;
}

absl::StatusOr<std::vector<v1::LedgerEntry>> LedgerReader::TaskPage(ReadView& view) {
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Task> tasks,
                       view.ListTasksOf(holder_, last_task_, kLedgerPage));
  is_at_end_ = tasks.size() < static_cast<size_t>(kLedgerPage);
  std::vector<v1::LedgerEntry> entries;
  for (v1::Task& task : tasks) {
    std::pair<RequestId, TaskId> name;
    DSR_ASSIGN_OR_RETURN(name, ParseTaskName(task.name()));
    last_task_ = name.second;
    if (task.state() != v1::Task::STATE_COMPLETED || !IsReplayed(task.kind()) ||
        FromTimestamp(task.end_time()) < since_) {
      continue;
    }
    DSR_RETURN_IF_ERROR(ButForDestroyedKey(reader_.OpenTask(view, name.first, task)));
    for (v1::LedgerEntry& entry : LedgerEntriesOf(task)) entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace dsr
