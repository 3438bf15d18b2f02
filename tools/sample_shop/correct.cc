#include "sample_shop/correct.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sample_shop/database.h"

namespace dsr::sample_shop {
namespace {

// A field that can be corrected, and where it is.
struct CorrectableField {
  const char* category;
  const char* field;
  const char* table;
  const char* column;
};

constexpr CorrectableField kFields[] = {
    {"account", "name", "customers", "name"},     {"account", "phone", "customers", "phone"},
    {"account", "email", "customers", "email"},   {"addresses", "address", "addresses", "address"},
    {"orders", "receiver", "orders", "receiver"},
};

const CorrectableField* FindField(const v1::FieldCorrection& correction) {
  for (const CorrectableField& field : kFields) {
    if (correction.category() == field.category && correction.field() == field.field) return &field;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<int64_t> CorrectField(SQLite::Database& db, const std::string& account,
                                     const v1::FieldCorrection& correction) {
  const CorrectableField* field = FindField(correction);
  if (field == nullptr) return absl::InvalidArgumentError("the shop has no such field");
  // Names of tables and columns are constants of this program; values are bound.
  const std::string update = absl::StrCat("UPDATE ", field->table, " SET ", field->column,
                                          " = ? WHERE account_id = ? AND ");
  const int changed = Execute(db, absl::StrCat(update, field->column, " = ?"),
                              correction.proposed_value(), account, correction.present_value());
  if (changed > 0) return changed;
  return Execute(
      db,
      absl::StrCat(update, "id = (SELECT min(id) FROM ", field->table, " WHERE account_id = ?)"),
      correction.proposed_value(), account, account);
}

}  // namespace dsr::sample_shop
