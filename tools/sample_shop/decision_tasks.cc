#include "sample_shop/decision_tasks.h"

#include "absl/strings/string_view.h"
#include "sample_shop/database.h"
#include "sample_shop/json.h"

namespace dsr::sample_shop {
namespace {

// What is granted, by kind of decision, where the machine had said no.
std::string GrantedResult(absl::string_view kind, bool in_part) {
  if (kind == "credit-line") return in_part ? "approved-in-part" : "approved";
  return in_part ? "released-in-part" : "released";
}

}  // namespace

std::optional<v1::DecisionRecord> FetchDecision(SQLite::Database& db, const std::string& account,
                                                const std::string& decision_id) {
  SQLite::Statement row(db,
                        "SELECT kind, decided_by, inputs, result, result_in_force, decide_time "
                        "FROM decisions WHERE id = ? AND account_id = ?");
  Bind(row, decision_id, account);
  if (!row.executeStep()) return std::nullopt;
  v1::DecisionRecord record;
  record.set_decided_by(row.getColumn(1).getString());
  record.set_record(JsonObject()
                        .Text("decision", decision_id)
                        .Text("kind", row.getColumn(0).getString())
                        .Text("decided_by", row.getColumn(1).getString())
                        .Raw("inputs", row.getColumn(2).getString())
                        .Text("result", row.getColumn(3).getString())
                        .Text("result_in_force", row.getColumn(4).getString())
                        .Text("decide_time", row.getColumn(5).getString())
                        .ToString());
  return record;
}

absl::Status ApplyRemedy(SQLite::Database& db, const std::string& account,
                         const std::string& decision_id, v1::ReviewOutcome outcome) {
  const std::optional<std::string> kind = QueryText(
      db, "SELECT kind FROM decisions WHERE id = ? AND account_id = ?", decision_id, account);
  if (!kind.has_value()) return absl::InvalidArgumentError("no such decision about this account");
  if (outcome == v1::REVIEW_OUTCOME_UPHELD) {
    Execute(db, "UPDATE decisions SET result_in_force = result WHERE id = ?", decision_id);
    return absl::OkStatus();
  }
  if (outcome != v1::REVIEW_OUTCOME_CHANGED && outcome != v1::REVIEW_OUTCOME_OVERTURNED) {
    return absl::InvalidArgumentError("the review has no outcome");
  }
  Execute(db, "UPDATE decisions SET result_in_force = ? WHERE id = ?",
          GrantedResult(*kind, outcome == v1::REVIEW_OUTCOME_CHANGED), decision_id);
  return absl::OkStatus();
}

}  // namespace dsr::sample_shop
