#include <fstream>
#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"
#include "dsrctl/progress_bar.h"
#include "dsrctl/text_records.h"
#include "dsrctl/uuid.h"

namespace dsr::dsrctl {
namespace {

using RequestStub = v1::RequestService::Stub;

constexpr char kType[] = "company-deletion";
constexpr int kPage = 500;

// True when the next request of a batch could fare better than this one did.
bool IsAboutOneRequest(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsAborted(status) || absl::IsNotFound(status);
}

absl::StatusOr<std::vector<v1::Request>> RequestsOf(Context& context, const std::string& batch,
                                                    v1::Phase phase) {
  v1::ListRequestsRequest in;
  in.set_type(kType);
  in.set_phase(phase);
  in.set_page_size(kPage);
  // All pages first: what is done to a request can take it out of the list.
  std::vector<v1::Request> requests;
  do {
    DSR_ASSIGN_OR_RETURN(v1::ListRequestsResponse page,
                         context.session.Call(&RequestStub::ListRequests, in));
    for (v1::Request& request : *page.mutable_requests()) {
      if (request.company_deletion().batch() == batch) requests.push_back(std::move(request));
    }
    in.set_page_token(page.next_page_token());
  } while (!in.page_token().empty());
  return requests;
}

// Visits the requests of a batch in that phase; UNSPECIFIED for all. Errors: NOT_FOUND when the
// batch has none in any phase.
absl::Status ForEachOfBatch(Context& context, const std::string& batch, v1::Phase phase,
                            const std::function<absl::Status(const v1::Request&)>& visit) {
  DSR_ASSIGN_OR_RETURN(const std::vector<v1::Request> requests, RequestsOf(context, batch, phase));
  if (requests.empty()) {
    DSR_ASSIGN_OR_RETURN(const std::vector<v1::Request> all,
                         RequestsOf(context, batch, v1::PHASE_UNSPECIFIED));
    if (all.empty()) return absl::NotFoundError("no request belongs to this batch");
  }
  const auto total = static_cast<int64_t>(requests.size());
  ProgressBar bar(context.streams.err, context.streams.err_is_terminal, total, absl::Now);
  int64_t done = 0;
  for (const v1::Request& request : requests) {
    DSR_RETURN_IF_ERROR(visit(request));
    ++done;
    bar.Show(done, done);
  }
  return absl::OkStatus();
}

struct Filing {
  v1::Request like;
  std::string accounts;
};

// Follows from all that is asked for: a second run files none twice, and one that was put right is
// not taken for the first.
std::string KeyOf(const v1::Request& request) {
  return DerivedUuid(
      absl::StrCat("company-deletion/", HexEncode(Sha256(request.SerializeAsString()))), 0);
}

absl::StatusOr<ExitCode> FileAll(Context& context, const Filing& filing) {
  std::ifstream file;
  if (filing.accounts != "-") {
    file.open(filing.accounts, std::ios::binary);
    if (!file) return absl::InvalidArgumentError("cannot read the file of accounts");
  }
  std::istream& in = filing.accounts == "-" ? context.streams.in : file;
  TextRecords lines(in, TextRecords::Form::kLines);
  ProgressBar bar(context.streams.err, context.streams.err_is_terminal, 0, absl::Now);
  int64_t filed = 0;
  int64_t failed = 0;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const std::optional<TextRecords::Record> line, lines.Next());
    if (!line.has_value()) break;
    const absl::string_view account = absl::StripAsciiWhitespace(line->text);
    absl::Status status;
    if (line->fault != TextRecords::Fault::kNone) {
      status = absl::InvalidArgumentError("the line is too long");
    } else if (account.empty()) {
      continue;
    } else {
      v1::CreateRequestRequest call;
      *call.mutable_request() = filing.like;
      call.mutable_request()->set_subject_account(std::string(account));
      call.set_idempotency_key(KeyOf(call.request()));
      status = context.session.Call(&RequestStub::CreateRequest, call).status();
    }
    if (status.ok()) {
      ++filed;
    } else if (!IsAboutOneRequest(status)) {
      return status;
    } else {
      ++failed;
      context.streams.err << "line " << line->line << ": " << ErrorText(status) << "\n";
    }
    bar.Show(filed + failed, lines.offset());
  }
  context.output.Record({{"batch", filing.like.company_deletion().batch()},
                         {"filed", absl::StrCat(filed)},
                         {"failed", absl::StrCat(failed)}});
  return failed > 0 ? ExitCode::kPartial : ExitCode::kOk;
}

struct Tally {
  int64_t done = 0;
  int64_t left = 0;  // not for this caller, or not any more
  int64_t failed = 0;
};

// Acts on every request of a batch in that phase. What is refused with the reason `leaves` is no
// failure.
absl::StatusOr<Tally> ActOnBatch(Context& context, const std::string& batch, v1::Phase phase,
                                 v1::ErrorReason leaves,
                                 const std::function<absl::Status(const std::string& name)>& act) {
  Tally tally;
  DSR_RETURN_IF_ERROR(
      ForEachOfBatch(context, batch, phase, [&](const v1::Request& request) -> absl::Status {
        const absl::Status status = act(request.name());
        if (status.ok()) {
          ++tally.done;
        } else if (ReasonOf(status) == leaves) {
          ++tally.left;
        } else if (IsAboutOneRequest(status)) {
          ++tally.failed;
          context.streams.err << request.name() << ": " << ErrorText(status) << "\n";
        } else {
          return status;
        }
        return absl::OkStatus();
      }));
  return tally;
}

ExitCode Report(Context& context, const std::string& batch, const Tally& tally, const char* done,
                const char* left) {
  context.output.Record({{"batch", batch},
                         {done, absl::StrCat(tally.done)},
                         {left, absl::StrCat(tally.left)},
                         {"failed", absl::StrCat(tally.failed)}});
  return tally.failed > 0 ? ExitCode::kPartial : ExitCode::kOk;
}

absl::StatusOr<ExitCode> ApproveAll(Context& context, const std::string& batch) {
  DSR_ASSIGN_OR_RETURN(
      const Tally tally,
      ActOnBatch(context, batch, v1::PHASE_APPROVAL, v1::ERROR_REASON_SECOND_PERSON_NEEDED,
                 [&](const std::string& name) {
                   v1::ApproveDeletionRequest call;
                   call.set_name(name);
                   return context.session.Call(&RequestStub::ApproveDeletion, call).status();
                 }));
  const ExitCode reported = Report(context, batch, tally, "approved", "needs_another_person");
  // Nothing happened, and the same caller can do nothing about it.
  const bool is_all_left = tally.left > 0 && tally.done == 0 && tally.failed == 0;
  return is_all_left ? ExitCode::kConflict : reported;
}

absl::StatusOr<ExitCode> AnnounceAll(Context& context, const std::string& batch,
                                     const v1::RecordAnnouncementRequest& like) {
  DSR_ASSIGN_OR_RETURN(
      const Tally tally,
      ActOnBatch(context, batch, v1::PHASE_FOLLOW_UP, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
                 [&](const std::string& name) {
                   v1::RecordAnnouncementRequest call = like;
                   call.set_name(name);
                   return context.session.Call(&RequestStub::RecordAnnouncement, call).status();
                 }));
  return Report(context, batch, tally, "announced", "not_needed");
}

absl::StatusOr<ExitCode> ShowBatch(Context& context, const std::string& batch) {
  std::map<std::string, int64_t> by_state;
  DSR_RETURN_IF_ERROR(ForEachOfBatch(context, batch, v1::PHASE_UNSPECIFIED,
                                     [&](const v1::Request& request) -> absl::Status {
                                       ++by_state[request.state()];
                                       return absl::OkStatus();
                                     }));
  context.output.BeginList({{"state", ""}, {"requests", ""}});
  for (const auto& [state, count] : by_state)
    context.output.ListRecord({state, absl::StrCat(count)});
  context.output.EndList();
  return ExitCode::kOk;
}

void AddFile(Group& group) {
  Command& command = group.Add("file", "Proposes a deletion for each account of a file");
  const auto request = command.Sends<v1::CreateRequestRequest>();
  const auto filing = std::make_shared<Filing>();
  request->mutable_request()->set_type(kType);
  request->mutable_request()->set_channel("batch");
  request->mutable_request()->mutable_requester()->set_relation(v1::RELATION_COMPANY);
  command
      .Text("ACCOUNTS", &filing->accounts, "A file with an account id a line, - for stdin",
            Need::kRequired)
      .Flag("--batch", "request.company_deletion.batch", "The batch's name", Need::kRequired)
      .Flag("--ground", "request.company_deletion.ground", "Why", Need::kRequired)
      .Flag("--category", "request.categories", "A data category; all when none is given")
      .Flag("--successor", "request.company_deletion.successor",
            "For a merger: who keeps the duties")
      .Flag("--announcement", "request.company_deletion.announcement",
            "Where it was announced, for those who cannot be told")
      .Flag("--language", "request.language", "Language of messages, zh-CN or en")
      .Example(
          "dsrctl deletion file accounts.txt --batch retention-2026-q1 --ground retention-over "
          "--category browsing")
      .Runs([request, filing](Context& context) {
        filing->like = request->request();
        return FileAll(context, *filing);
      });
}

void AddAnnounce(Group& group) {
  Command& command =
      group.Add("announce", "Records an announcement for those of a batch who cannot be told");
  const auto like = command.Sends<v1::RecordAnnouncementRequest>();
  const auto batch = std::make_shared<std::string>();
  command.Text("BATCH", batch.get(), "The batch's name", Need::kRequired)
      .Flag("--announcement", "announcement", "Where it was announced", Need::kRequired)
      .Example(
          "dsrctl deletion announce retention-2026-q1 --announcement 'Home page, 1 April 2026'")
      .Runs([like, batch](Context& context) { return AnnounceAll(context, *batch, *like); });
}

void AddOfBatch(Group& group, const std::string& name, const std::string& help,
                absl::StatusOr<ExitCode> (*run)(Context&, const std::string&)) {
  Command& command = group.Add(name, help);
  const auto batch = std::make_shared<std::string>();
  command.Text("BATCH", batch.get(), "The batch's name", Need::kRequired)
      .Example(absl::StrCat("dsrctl deletion ", name, " retention-2026-q1"))
      .Runs([batch, run](Context& context) { return run(context, *batch); });
}

}  // namespace

void AddDeletionCommands(CommandTree& tree) {
  Group group =
      tree.AddGroup("deletion", "Deletes in batches on the company's own motion, by two persons");
  AddFile(group);
  AddOfBatch(group, "approve", "Approves every deletion of a batch; two persons must", ApproveAll);
  AddAnnounce(group);
  AddOfBatch(group, "show", "Tells how far a batch is, by state", ShowBatch);
}

}  // namespace dsr::dsrctl
