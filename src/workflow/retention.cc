#include "workflow/retention.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_join.h"
#include "dsr/workflow/deadline.h"
#include "workflow/siblings.h"

namespace dsr {
namespace {

// What keeps the record of a decision that a person disputes.
constexpr char kLawOfDisputes[] = "Personal Information Protection Law, article 24";

using Rules = google::protobuf::RepeatedPtrField<v1::RetentionRule>;

bool Counts(const v1::Hold& hold, const std::string& category, absl::CivilDay today) {
  if (hold.state() != v1::Hold::STATE_ACTIVE) return false;
  if (hold.has_until() && ToCivilDay(hold.until()) < today) return false;
  const auto& held = hold.categories();
  return held.empty() || std::find(held.begin(), held.end(), category) != held.end();
}

// An open dispute about what is recorded holds it too, without date.
v1::Hold HoldOf(const std::string& dispute) {
  v1::Hold hold;
  hold.set_name(dispute);
  hold.set_law(kLawOfDisputes);
  return hold;
}

std::vector<v1::Hold> HoldsOn(const Deciding& deciding, const std::string& category) {
  const absl::CivilDay today = DayOf(deciding.now(), deciding.rulebook().zone);
  std::vector<v1::Hold> holds;
  for (const v1::Hold& hold : deciding.facts().holds) {
    if (Counts(hold, category, today)) holds.push_back(hold);
  }
  for (const std::string& dispute : Disputes(deciding.circumstances(), category))
    holds.push_back(HoldOf(dispute));
  return holds;
}

void ApplyHolds(const std::vector<v1::Hold>& holds, v1::PlanItem& item) {
  item.set_action(v1::RETENTION_ACTION_RESTRICT);
  std::set<std::string> laws;
  absl::CivilDay until = absl::CivilDay::min();
  bool ends = true;
  for (const v1::Hold& hold : holds) {
    item.add_holds(hold.name());
    laws.insert(hold.law());
    ends = ends && hold.has_until();
    if (hold.has_until()) until = std::max(until, ToCivilDay(hold.until()));
  }
  item.set_law(absl::StrJoin(laws, "; "));
  if (ends) *item.mutable_held_until() = ToDate(until);
}

void ApplyRules(const Rulebook& rulebook, const Rules& rules, absl::CivilDay today,
                v1::PlanItem& item) {
  item.set_action(v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST);
  std::set<std::string> laws;
  absl::CivilDay erasable = absl::CivilDay::max();
  for (const v1::RetentionRule& rule : rules) {
    laws.insert(rule.law());
    if (rule.start() == v1::RETENTION_START_DELETION) {
      // Nothing may go before the term that begins today ends.
      const absl::CivilDay end = RetentionEnd(rulebook, rule, today);
      if (!item.has_kept_until() || end > ToCivilDay(item.kept_until()))
        *item.mutable_kept_until() = ToDate(end);
    } else {
      erasable = std::min(erasable, ErasableUntil(rulebook, rule, today));
    }
  }
  item.set_law(absl::StrJoin(laws, "; "));
  if (rules.size() == 1) item.set_retention_months(rules.at(0).months());
  if (!item.has_kept_until() && erasable != absl::CivilDay::max())
    *item.mutable_erase_anchored_until() = ToDate(erasable);
}

}  // namespace

v1::PlanItem PlanItemFor(const Deciding& deciding, const std::string& category,
                         const std::string& system, const Rules& rules) {
  v1::PlanItem item;
  item.set_category(category);
  item.set_system(system);
  item.set_action(v1::RETENTION_ACTION_ERASE);
  const Rulebook& rulebook = deciding.rulebook();
  if (!rules.empty()) {
    *item.mutable_rules() = rules;
    ApplyRules(rulebook, rules, DayOf(deciding.now(), rulebook.zone), item);
  }
  const std::vector<v1::Hold> holds = HoldsOn(deciding, category);
  if (!holds.empty()) ApplyHolds(holds, item);
  return item;
}

Rules RulesOf(const v1::PlanItem& instruction) {
  Rules rules = instruction.rules();
  if (rules.empty() && instruction.retention_months() > 0) {
    v1::RetentionRule& rule = *rules.Add();
    rule.set_law(instruction.law());
    rule.set_months(instruction.retention_months());
  }
  return rules;
}

absl::CivilDay EndOfKeeping(const Rulebook& rulebook, const v1::PlanItem& instruction,
                            absl::CivilDay anchor) {
  absl::CivilDay end =
      instruction.has_kept_until() ? ToCivilDay(instruction.kept_until()) : absl::CivilDay::min();
  for (const v1::RetentionRule& rule : RulesOf(instruction)) {
    if (rule.start() == v1::RETENTION_START_DELETION) continue;
    end = std::max(end, RetentionEnd(rulebook, rule, anchor));
  }
  return end;
}

std::vector<storage::v1::RetainedCategory> KeptCategories(
    const storage::v1::RetainedData& retained) {
  std::vector<storage::v1::RetainedCategory> kept(retained.categories().begin(),
                                                  retained.categories().end());
  // As it was recorded before it was told by category.
  for (const v1::PlanItem& instruction : retained.instructions()) {
    if (instruction.action() == v1::RETENTION_ACTION_ERASE) continue;
    storage::v1::RetainedCategory& one = kept.emplace_back();
    one.set_category(instruction.category());
    if (retained.has_next_end()) *one.mutable_end() = retained.next_end();
    *one.mutable_instruction() = instruction;
  }
  return kept;
}

absl::CivilDay NextEnd(const Deciding& deciding, const storage::v1::RetainedCategory& kept) {
  if (kept.hard() && !kept.has_end()) return absl::CivilDay::max();
  absl::CivilDay end = kept.has_end() ? ToCivilDay(kept.end()) : absl::CivilDay::min();
  for (const v1::Hold& hold : HoldsOn(deciding, kept.category())) {
    if (!hold.has_until()) return absl::CivilDay::max();
    end = std::max(end, ToCivilDay(hold.until()));
  }
  return end;
}

}  // namespace dsr
