// Merging two accounts that are one person's.
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/account_merges.h"
#include "app/registry.h"
#include "app/too_busy.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// Each repetition means that another call registered one of the accounts in between.
constexpr int kMergeAttempts = 5;

// Two accounts, one of which is to be merged into the other.
struct AccountPair {
  SubjectId own;  // who had the first account before it was merged, if it was
  PreparedSubject subject;
  PreparedSubject into;
};

// Merges, once: both holders are what they were prepared as.
absl::StatusOr<v1::AccountMerge> WriteMerge(Transaction& transaction, const AccountPair& pair,
                                            absl::Time now) {
  const SubjectId& into = pair.into.record.id;
  DSR_ASSIGN_OR_RETURN(std::optional<MergeRecord> merge, transaction.FindMerge(pair.own));
  if (pair.own == into) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "into_account",
                          "is not one that was itself merged into this account");
  }
  if (pair.own != pair.subject.record.id) {
    if (pair.subject.record.id != into) {
      return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ALREADY_ENDED,
                       "the account was merged into another one before; the call changes nothing",
                       {{"resource", SubjectName(pair.own)}});
    }
  } else {
    // The store keeps microseconds; a repeated call must be told the same time.
    merge = MergeRecord{pair.own, into, absl::FromUnixMicros(absl::ToUnixMicros(now))};
    DSR_RETURN_IF_ERROR(transaction.PutMerge(*merge));
  }
  v1::AccountMerge merged;
  merged.set_subject(SubjectName(pair.own));
  merged.set_into_subject(SubjectName(into));
  *merged.mutable_merge_time() = ToTimestamp(merge->time);
  return merged;
}

}  // namespace

void Registry::MergeAccounts(const v1::MergeAccountsRequest& in, CallContext context,
                             ExecutionDone done) {
  absl::Status checked = CheckMerge(in);
  if (!checked.ok()) return done(std::move(checked));
  MergeOnce(in, std::move(context), std::move(done), kMergeAttempts);
}

void Registry::MergeOnce(const v1::MergeAccountsRequest& in, CallContext context,
                         ExecutionDone done, int attempts_left) {
  const std::string owner = context.principal.name;
  const bool taken = pool_.Add(owner, [this, in, context = std::move(context), done,
                                       attempts_left] {
    const auto pair = std::make_shared<AccountPair>();
    const absl::Status read = parts_.store.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(pair->subject, parts_.subjects.Prepare(view, in.subject_account()));
      DSR_ASSIGN_OR_RETURN(pair->into, parts_.subjects.Prepare(view, in.into_account()));
      DSR_ASSIGN_OR_RETURN(const std::optional<SubjectRecord> own,
                           view.FindSubject(pair->subject.account_hash));
      pair->own = own.has_value() ? own->id : pair->subject.record.id;
      return absl::OkStatus();
    });
    if (!read.ok()) return done(read);
    Execute(
        context, "accounts_merged",
        absl::StrCat(SubjectName(pair->own), " into ", SubjectName(pair->into.record.id)),
        [pair](Transaction& transaction, absl::Time now) -> absl::StatusOr<std::string> {
          DSR_RETURN_IF_ERROR(Subjects::Confirm(transaction, pair->subject));
          DSR_RETURN_IF_ERROR(Subjects::Confirm(transaction, pair->into));
          DSR_ASSIGN_OR_RETURN(const v1::AccountMerge merge, WriteMerge(transaction, *pair, now));
          return merge.SerializeAsString();
        },
        [this, in, context, done, attempts_left](absl::StatusOr<ExecutionResult> result) {
          if (!IsSubjectChanged(result.status())) return done(std::move(result));
          if (attempts_left <= 1) return done(TooBusy());
          MergeOnce(in, context, done, attempts_left - 1);
        });
  });
  if (!taken) done(TooBusy());
}

}  // namespace dsr
