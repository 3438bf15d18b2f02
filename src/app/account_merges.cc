#include "app/account_merges.h"

#include <algorithm>
#include <set>
#include <utility>

#include "app/purged.h"
#include "dsr/base/status_macros.h"

namespace dsr {

absl::StatusOr<std::vector<MergeRecord>> MergesOf(ReadView& view, const SubjectId& subject) {
  std::vector<MergeRecord> merges;
  std::set<SubjectId> passed = {subject};
  SubjectId at = subject;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const std::optional<MergeRecord> merge, view.FindMerge(at));
    if (!merge.has_value() || !passed.insert(merge->into).second) return merges;
    merges.push_back(*merge);
    at = merge->into;
  }
}

absl::StatusOr<std::vector<SubjectId>> MergedSubjects(ReadView& view, const SubjectId& subject) {
  std::set<SubjectId> found;
  std::vector<SubjectId> to_visit = {subject};
  while (!to_visit.empty()) {
    const SubjectId into = to_visit.back();
    to_visit.pop_back();
    DSR_ASSIGN_OR_RETURN(const std::vector<SubjectId> merged, view.ListMergedInto(into));
    for (const SubjectId& one : merged) {
      if (one != subject && found.insert(one).second) to_visit.push_back(one);
    }
  }
  return std::vector<SubjectId>(found.begin(), found.end());
}

absl::StatusOr<std::optional<SubjectRecord>> HolderOf(ReadView& view,
                                                      absl::string_view account_hash) {
  DSR_ASSIGN_OR_RETURN(std::optional<SubjectRecord> holder, view.FindSubject(account_hash));
  if (!holder.has_value()) return std::nullopt;
  DSR_ASSIGN_OR_RETURN(const std::vector<MergeRecord> merges, MergesOf(view, holder->id));
  for (const MergeRecord& merge : merges) {
    DSR_ASSIGN_OR_RETURN(SubjectRecord next, view.FindSubjectById(merge.into));
    // What closed that account was not about this one, or this one were closed too.
    if (!next.is_retired) holder = std::move(next);
  }
  return holder;
}

absl::StatusOr<std::optional<SubjectScope>> ScopeOfAccount(ReadView& view,
                                                           absl::string_view account_hash) {
  DSR_ASSIGN_OR_RETURN(const std::optional<SubjectRecord> holder, HolderOf(view, account_hash));
  if (!holder.has_value()) return std::nullopt;
  DSR_ASSIGN_OR_RETURN(std::vector<SubjectId> merged, MergedSubjects(view, holder->id));
  return SubjectScope{holder->id, std::move(merged)};
}

absl::StatusOr<SubjectScope> ScopeOf(const storage::v1::RequestState& state) {
  if (IsPurged(state.request())) return Purged(state.request());
  SubjectScope scope;
  DSR_ASSIGN_OR_RETURN(scope.subject, SubjectId::FromBytes(state.subject_id()));
  for (const std::string& bytes : state.merged_subject_ids()) {
    DSR_ASSIGN_OR_RETURN(const SubjectId merged, SubjectId::FromBytes(bytes));
    scope.merged.push_back(merged);
  }
  return scope;
}

bool IsAbout(const storage::v1::RequestState& state, const SubjectId& subject) {
  const auto& merged = state.merged_subject_ids();
  return state.subject_id() == subject.bytes() ||
         std::any_of(merged.begin(), merged.end(),
                     [&](const std::string& bytes) { return bytes == subject.bytes(); });
}

}  // namespace dsr
