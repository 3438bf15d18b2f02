#include "sample_shop/recipient_inbox.h"

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"

namespace dsr::sample_shop {
namespace {

int64_t Delete(SQLite::Database& db, const ShopRecipient& recipient, const v1::Notice& notice) {
  int64_t records = 0;
  for (const std::string& reference : notice.subject_references()) {
    for (const std::string& category : notice.categories()) {
      records += Execute(
          db,
          absl::StrCat("DELETE FROM ", recipient.table, " WHERE reference = ? AND category = ?"),
          reference, category);
    }
  }
  return records;
}

int64_t Correct(SQLite::Database& db, const ShopRecipient& recipient, const v1::Notice& notice) {
  int64_t records = 0;
  for (const v1::CorrectedValue& value : notice.corrections()) {
    for (const char* column : {"name", "phone", "email", "address"}) {
      if (value.field() != column) continue;
      for (const std::string& reference : notice.subject_references()) {
        // What this recipient never got it does not get by way of a correction.
        records += Execute(
            db,
            absl::StrCat("UPDATE ", recipient.table, " SET ", column,
                         " = ? WHERE reference = ? AND category = ? AND ", column, " IS NOT NULL"),
            value.value(), reference, value.category());
      }
    }
  }
  return records;
}

}  // namespace

absl::Status RecipientInbox::Receive(absl::string_view recipient, absl::string_view webhook_id,
                                     absl::string_view notice) {
  return database_->Transact([&](SQLite::Database& db) {
    Execute(db, "INSERT OR IGNORE INTO notices (notice, webhook_id, recipient) VALUES (?, ?, ?)",
            std::string(notice), std::string(webhook_id), std::string(recipient));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<InboxNotice>> RecipientInbox::Open(absl::string_view recipient) {
  std::vector<InboxNotice> open;
  DSR_RETURN_IF_ERROR(database_->Transact([&](SQLite::Database& db) {
    SQLite::Statement rows(db,
                           "SELECT notice, state, records FROM notices WHERE recipient = ? AND "
                           "state != 'ended' ORDER BY notice");
    Bind(rows, std::string(recipient));
    while (rows.executeStep()) {
      open.push_back({.notice = rows.getColumn(0).getString(),
                      .has_acted = rows.getColumn(1).getString() == "acted",
                      .records = rows.getColumn(2).getInt64()});
    }
    return absl::OkStatus();
  }));
  return open;
}

absl::StatusOr<int64_t> RecipientInbox::Act(const ShopRecipient& recipient,
                                            const v1::Notice& notice) {
  int64_t records = 0;
  DSR_RETURN_IF_ERROR(database_->Transact([&](SQLite::Database& db) {
    const bool is_new =
        QueryText(db, "SELECT state FROM notices WHERE notice = ?", notice.name()) == "received";
    if (!is_new) {
      records = QueryNumber(db, "SELECT records FROM notices WHERE notice = ?", notice.name());
      return absl::OkStatus();
    }
    if (notice.kind() == v1::NOTICE_KIND_DELETE) records = Delete(db, recipient, notice);
    if (notice.kind() == v1::NOTICE_KIND_CORRECT) records = Correct(db, recipient, notice);
    Execute(db, "UPDATE notices SET state = 'acted', records = ? WHERE notice = ?", records,
            notice.name());
    return absl::OkStatus();
  }));
  return records;
}

absl::Status RecipientInbox::End(absl::string_view notice) {
  return database_->Transact([&](SQLite::Database& db) {
    Execute(db, "UPDATE notices SET state = 'ended' WHERE notice = ?", std::string(notice));
    return absl::OkStatus();
  });
}

}  // namespace dsr::sample_shop
