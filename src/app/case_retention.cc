#include "app/case_retention.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "app/account_merges.h"
#include "app/leaf_record.h"
#include "app/purged.h"
#include "app/refusal_audit.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "dsr/workflow/record_ends.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {
namespace {

constexpr int kRequestsAtOnce = 100;
constexpr int kSubjectPage = 200;
// What another open request holds up is looked at again.
constexpr absl::Duration kPostponed = absl::Hours(24);
constexpr absl::Duration kLongestPause = absl::Hours(1);
constexpr absl::Duration kPauseAfterFailure = absl::Minutes(1);
constexpr char kRetentionActor[] = "system:retention";

using storage::v1::RequestState;

// One request that is due, in one transaction. Not thread-safe.
class EndOfCase {
 public:
  EndOfCase(Transaction& transaction, const v1::RecordPolicy& policy, absl::TimeZone zone,
            absl::Time now, RetentionCounts& counts)
      : transaction_(transaction), policy_(policy), zone_(zone), now_(now), counts_(counts) {}

  absl::Status Run(const RequestId& id) {
    DSR_ASSIGN_OR_RETURN(const RequestState state, transaction_.FindRequest(id));
    if (IsPurged(state.request()) || state.request().phase() != v1::PHASE_CLOSED)
      return transaction_.DeferRetention(id, absl::InfiniteFuture());
    const RecordEnds ends = EndsOf(state.request());
    if (now_ < ends.content) return transaction_.DeferRetention(id, ends.content);
    DSR_ASSIGN_OR_RETURN(const SubjectId subject, SubjectId::FromBytes(state.subject_id()));
    // What is disputed stays as it is (LAW.md, holds).
    DSR_ASSIGN_OR_RETURN(const bool is_held, IsHeld(subject));
    if (is_held) return transaction_.DeferRetention(id, now_ + kPostponed);
    DSR_ASSIGN_OR_RETURN(const Needs needs, NeedsOf(subject, state.key_number()));
    DSR_RETURN_IF_ERROR(DestroyKeys(subject, state.key_number(), needs));
    if (now_ < ends.record) return transaction_.DeferRetention(id, ends.record);
    if (needs.any_open) return transaction_.DeferRetention(id, now_ + kPostponed);
    DSR_RETURN_IF_ERROR(transaction_.PurgeRequest(id, OutlineOf(state, now_)));
    ++counts_.requests_purged;
    return transaction_.AppendAuditRecord(
        MakeAuditRecord(now_, kRetentionActor, kRequestPurged, RequestName(id)).SerializeAsString(),
        "");
  }

 private:
  // What the subject's requests still need.
  struct Needs {
    bool key = false;       // the key asked about
    bool subject = false;   // some content at all
    bool any_open = false;  // a request is not closed
  };

  RecordEnds EndsOf(const v1::Request& request) const {
    RecordEnds ends = RecordEndsOf(policy_, FromTimestamp(request.close_time()), zone_);
    if (request.has_content_end_time()) ends.content = FromTimestamp(request.content_end_time());
    if (request.has_record_end_time()) ends.record = FromTimestamp(request.record_end_time());
    return ends;
  }

  absl::StatusOr<Needs> NeedsOf(const SubjectId& subject, int64_t key_number) {
    // Requests of whom the account was merged into are about this subject's records, too.
    std::vector<SubjectId> holders = {subject};
    DSR_ASSIGN_OR_RETURN(const std::vector<MergeRecord> merges, MergesOf(transaction_, subject));
    for (const MergeRecord& merge : merges) holders.push_back(merge.into);
    Needs needs;
    for (const SubjectId& holder : holders) {
      RequestQuery query;
      query.subject = holder;
      query.limit = kSubjectPage;
      bool more = true;
      while (more) {
        DSR_ASSIGN_OR_RETURN(const std::vector<RequestState> page,
                             transaction_.ListRequests(query));
        more = page.size() == static_cast<size_t>(kSubjectPage);
        for (const RequestState& state : page) {
          DSR_ASSIGN_OR_RETURN(query.after_id, ParseRequestName(state.request().name()));
          const bool is_open = state.request().phase() != v1::PHASE_CLOSED;
          if (is_open) needs.any_open = true;
          if (!is_open && EndsOf(state.request()).content <= now_) continue;
          needs.subject = true;
          if (state.key_number() == key_number) needs.key = true;
        }
      }
    }
    return needs;
  }

  absl::Status DestroyKeys(const SubjectId& id, int64_t key_number, const Needs& needs) {
    DSR_ASSIGN_OR_RETURN(const SubjectRecord subject, transaction_.FindSubjectById(id));
    // Requests of before contents had a key of their own share the subject's.
    if (!needs.key && key_number != subject.key_number) {
      DSR_RETURN_IF_ERROR(Destroy(subject.id, key_number));
      if (subject.content_key_number == key_number)
        DSR_RETURN_IF_ERROR(transaction_.SetContentKey(subject.id, 0));
    }
    if (needs.subject) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(const bool may_go, MayGo(subject));
    if (!may_go) return absl::OkStatus();
    if (!subject.is_retired) DSR_RETURN_IF_ERROR(transaction_.RetireSubject(subject.id));
    const int64_t content_key = subject.content_key_number;
    if (content_key != 0 && content_key != key_number) {
      DSR_RETURN_IF_ERROR(Destroy(subject.id, content_key));
      DSR_RETURN_IF_ERROR(transaction_.SetContentKey(subject.id, 0));
    }
    return Destroy(subject.id, subject.key_number);
  }

  absl::StatusOr<bool> IsHeld(const SubjectId& subject) {
    std::optional<RecordId> after;
    while (true) {
      DSR_ASSIGN_OR_RETURN(const std::vector<v1::Hold> page,
                           transaction_.ListHolds(subject, after, kSubjectPage));
      for (const v1::Hold& hold : page) {
        if (hold.state() == v1::Hold::STATE_ACTIVE) return true;
        DSR_ASSIGN_OR_RETURN(after, ParseHoldName(hold.name()));
      }
      if (page.size() < static_cast<size_t>(kSubjectPage)) return false;
    }
  }

  // Tells whether nothing is to be known of the subject any more.
  absl::StatusOr<bool> MayGo(const SubjectRecord& subject) {
    if (subject.is_retired) return true;
    DSR_ASSIGN_OR_RETURN(const bool has_records, transaction_.HasRecords(subject.id));
    if (has_records) return false;
    // An account that was merged is found by its own hash for ever.
    DSR_ASSIGN_OR_RETURN(const std::optional<MergeRecord> merge,
                         transaction_.FindMerge(subject.id));
    DSR_ASSIGN_OR_RETURN(const std::vector<SubjectId> merged,
                         transaction_.ListMergedInto(subject.id));
    return !merge.has_value() && merged.empty();
  }

  absl::Status Destroy(const SubjectId& subject, int64_t number) {
    DSR_ASSIGN_OR_RETURN(const bool is_recorded, transaction_.IsShredded(number));
    if (is_recorded) return absl::OkStatus();
    ++counts_.keys_destroyed;
    return KeyShredder::Record(transaction_, number, SubjectName(subject), now_);
  }

  Transaction& transaction_;
  const v1::RecordPolicy& policy_;
  const absl::TimeZone zone_;
  const absl::Time now_;
  RetentionCounts& counts_;
};

// One request that cannot be ended must not hold up the others. What the next one would meet as
// well is returned.
absl::Status Postpone(const CaseRetention::Parts& parts, const RequestId& id,
                      const absl::Status& failure) {
  if (absl::IsUnavailable(failure) || absl::IsResourceExhausted(failure)) return failure;
  Log(LogLevel::kError, "record_not_ended",
      {{"request", id.ToString()}, {"reason", ErrorReasonName(ReasonOf(failure))}});
  return TransactAndWait(parts.store, [&](Transaction& transaction) {
    return transaction.DeferRetention(id, parts.clock.Now() + kPostponed);
  });
}

}  // namespace

absl::StatusOr<RetentionCounts> CaseRetention::RunDue(const Parts& parts,
                                                      const std::atomic<bool>& closing) {
  RetentionCounts all;
  const v1::Policy& policy = parts.rulebooks.files().policy;
  // Nothing says how long: everything stays.
  if (!policy.has_records()) return all;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(policy.time_zone(), &zone)) zone = absl::UTCTimeZone();
  while (!closing) {
    std::vector<RequestId> due;
    DSR_RETURN_IF_ERROR(parts.store.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(due, view.ListRetentionDue(parts.clock.Now(), kRequestsAtOnce));
      return absl::OkStatus();
    }));
    if (due.empty()) break;
    RetentionCounts counts;
    for (const RequestId& id : due) {
      RetentionCounts of_one;
      const absl::Status ended = TransactAndWait(parts.store, [&](Transaction& transaction) {
        of_one = RetentionCounts();
        return EndOfCase(transaction, policy.records(), zone, parts.clock.Now(), of_one).Run(id);
      });
      if (!ended.ok()) {
        DSR_RETURN_IF_ERROR(Postpone(parts, id, ended));
        continue;
      }
      counts.keys_destroyed += of_one.keys_destroyed;
      counts.requests_purged += of_one.requests_purged;
    }
    if (counts.keys_destroyed > 0) DSR_RETURN_IF_ERROR(parts.shredder.Follow());
    if (counts.keys_destroyed > 0 || counts.requests_purged > 0) {
      Log(LogLevel::kInfo, "records_ended",
          {{"keys_destroyed", counts.keys_destroyed}, {"requests_purged", counts.requests_purged}});
    }
    all.keys_destroyed += counts.keys_destroyed;
    all.requests_purged += counts.requests_purged;
  }
  return all;
}

CaseRetention::CaseRetention(const Parts& parts, Clock& clock)
    : parts_(parts), clock_(clock), thread_("retention", [this] { Run(); }) {}

void CaseRetention::Close() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    changed_.NotifyAll();
  }
  thread_.Join();
}

void CaseRetention::Run() {
  bool goes_on = true;
  while (goes_on) {
    const absl::StatusOr<RetentionCounts> counts = RunDue(parts_, closing_);
    absl::Time next = absl::InfiniteFuture();
    absl::Status status = counts.status();
    if (status.ok()) {
      status = parts_.store.Read([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(next, view.NextRetention());
        return absl::OkStatus();
      });
    }
    const absl::Time now = clock_.Now();
    if (!status.ok()) {
      Log(LogLevel::kWarning, "records_not_ended", {{"reason", ErrorReasonName(ReasonOf(status))}});
      next = now + kPauseAfterFailure;
    }
    // Without a policy for it what is due stays due.
    next = std::clamp(next, now + absl::Seconds(1), now + kLongestPause);
    goes_on = WaitUntil(next);
  }
}

bool CaseRetention::WaitUntil(absl::Time next) {
  MutexLock lock(mutex_);
  while (!closing_ && clock_.Now() < next) clock_.WaitUntil(changed_, mutex_, next);
  return !closing_;
}

}  // namespace dsr
