#include <memory>
#include <string>

#include "dsr/v1/request_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

using RequestStub = v1::RequestService::Stub;

// Adds a command that does something to one request, with what all of these share.
template <class Request>
Command& AddAction(Group& requests, const std::string& name, const std::string& help,
                   UnaryMethod<RequestStub, Request, v1::Request> method) {
  return AddCall(requests, name, help, method)
      .Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Flag("--etag", "etag", "Refuse when the request changed since this etag was read");
}

void AddAssign(Group& requests) {
  Command& command = requests.Add("assign", "Gives a request to a principal, or to nobody");
  const auto request = command.Sends<v1::AssignRequestRequest>();
  const auto nobody = std::make_shared<bool>(false);
  command.Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Flag("--assignee", "assignee", "The principal")
      .Flag("--team", "team", "The team whose work it is; without, as it was")
      .Switch("--nobody", nobody.get(), "Take it from whoever has it")
      .Flag("--etag", "etag", "Refuse when the request changed since this etag was read")
      .Example("dsrctl request assign 01jd2m8q7r5v9x3c6b4n1k0wte --assignee li-caseworker")
      .Example("dsrctl request assign 01jd2m8q7r5v9x3c6b4n1k0wte --nobody")
      .Runs([request, nobody](Context& context) -> absl::StatusOr<ExitCode> {
        // An empty assignee takes the request away, so it has to be said and not forgotten.
        if (request->assignee().empty() != *nobody) {
          return absl::InvalidArgumentError("give either --assignee or --nobody");
        }
        DSR_ASSIGN_OR_RETURN(const v1::Request answer,
                             context.session.Call(&RequestStub::AssignRequest, *request));
        context.output.Item(answer);
        return ExitCode::kOk;
      });
}

void AddHandOver(Group& requests) {
  AddAction(requests, "hand-over", "Gives a request of yours to somebody else, with a note",
            &RequestStub::HandOverRequest)
      .Flag("--to", "assignee", "The principal who goes on", Need::kRequired)
      .Flag("--team", "team", "The team whose work it is; without, as it was")
      .TextFile("--note-file", "note", "What the next one should know", Need::kRequired)
      .Example("dsrctl request hand-over ID --to kim-caseworker --note-file note.txt");
}

void AddExtension(Group& requests) {
  AddAction(requests, "extend", "Extends the deadline once, where its profile allows it",
            &RequestStub::ExtendDeadline)
      .TextFile("--reason-file", "reason", "The reason, which the requester is told",
                Need::kRequired)
      .Example("dsrctl request extend ID --reason-file why.txt");
}

}  // namespace

void AddRequestActions(Group& requests) {
  AddAction(requests, "assess", "Accepts a request as it stands; its work begins",
            &RequestStub::AssessRequest)
      .TextFile("--note-file", "internal_note", "A note for colleagues")
      .Example("dsrctl request assess 01jd2m8q7r5v9x3c6b4n1k0wte");

  AddAction(requests, "decide-field", "Accepts or rejects one field of a correction",
            &RequestStub::DecideField)
      .Flag("--index", "index", "The field's place in the correction, from 0", Need::kRequired)
      .Flag("--decision", "decision", "How it is decided", Need::kRequired)
      .TextFile("--reason-file", "reason", "For a rejection: the reason that is told")
      .Example("dsrctl request decide-field ID --index 0 --decision accepted")
      .Example(
          "dsrctl request decide-field ID --index 2 --decision rejected --reason-file why.txt");

  AddAction(requests, "confirm-plan", "Confirms the deletion plan: the point of no return",
            &RequestStub::ConfirmPlan)
      .Example("dsrctl request get ID          # shows plan and etag")
      .Example("dsrctl request confirm-plan ID --etag ETAG");

  AddAction(requests, "resolve-blockers",
            "Says that the blockers are resolved; they are checked again",
            &RequestStub::ResolveBlocker)
      .Example("dsrctl request resolve-blockers ID");

  AddAction(requests, "refuse", "Proposes to refuse; a second person approves",
            &RequestStub::ProposeRefusal)
      .Flag("--ground", "ground", "The listed ground", Need::kRequired)
      .Flag("--category", "categories", "Refuse this category only; may be given again")
      .TextFile("--reason-file", "reason", "The reason that is told", Need::kRequired)
      .TextFile("--note-file", "internal_note", "A note for who approves it and for colleagues")
      .Example("dsrctl request refuse ID --ground no-data-held --reason-file reason.txt");

  AddAction(requests, "approve", "Approves a proposed refusal and answers the requester",
            &RequestStub::ApproveRefusal)
      .Example("dsrctl request approve ID");

  AddAction(requests, "reject", "Rejects a proposed refusal; the work goes on",
            &RequestStub::RejectRefusal)
      .TextFile("--reason-file", "reason", "Why, for colleagues")
      .Example("dsrctl request reject ID --reason-file why.txt");

  AddAction(requests, "review", "Records the review of an automated decision, or of a complaint",
            &RequestStub::ReviewDecision)
      .Flag("--outcome", "outcome", "What came out", Need::kRequired)
      .TextFile("--explanation-file", "explanation", "The explanation for the person",
                Need::kRequired)
      .TextFile(
          "--remedy-file", "remedy",
          "Of a complaint that is changed or overturned: what is done now, told to the person")
      .Flag("--remedy-request", "remedy_request", "With it: the request that does it")
      .Example("dsrctl request review ID --outcome overturned --explanation-file why.txt")
      .Example(
          "dsrctl request review ID --outcome overturned --explanation-file why.txt "
          "--remedy-file now.txt --remedy-request requests/ID");

  AddAction(requests, "withdraw", "Withdraws on behalf of the requester",
            &RequestStub::WithdrawRequest)
      .TextFile("--reason-file", "reason", "Why, if told")
      .Example("dsrctl request withdraw ID");

  AddAction(requests, "respond", "Sends the answer", &RequestStub::RespondToRequest)
      .TextFile("--note-file", "note",
                "Added to the answer, or all of it, as for a policy question")
      .Example("dsrctl request respond ID --note-file note.txt");

  AddAction(requests, "quote-fee", "Quotes a fee; the requester is told", &RequestStub::QuoteFee)
      .Flag("--amount-cents", "amount_cents", "In hundredths of the currency's unit",
            Need::kRequired)
      .Flag("--currency", "currency", "The policy's currency", Need::kRequired)
      .Flag("--ground", "ground", "Why a fee may be asked for", Need::kRequired)
      .TextFile("--reason-file", "reason", "The reason that is told", Need::kRequired)
      .Example(
          "dsrctl request quote-fee ID --amount-cents 2000 --currency CNY --ground repeated "
          "--reason-file why.txt");

  AddAction(requests, "settle-fee", "Records what became of a fee", &RequestStub::SettleFee)
      .Flag("--settlement", "settlement", "accepted, paid, waived or declined", Need::kRequired)
      .Example("dsrctl request settle-fee ID --settlement paid");

  AddAction(requests, "decide-conflict",
            "Lets a request go on although somebody else's stands against it",
            &RequestStub::DecideConflict)
      .TextFile("--reason-file", "reason", "Why it goes on", Need::kRequired)
      .Example("dsrctl request decide-conflict ID --reason-file why.txt");

  AddAction(requests, "approve-deletion",
            "Approves a deletion on the company's own motion; two persons must",
            &RequestStub::ApproveDeletion)
      .Example("dsrctl request approve-deletion ID");

  AddAction(requests, "record-announcement",
            "Records where a deletion on the company's own motion was announced",
            &RequestStub::RecordAnnouncement)
      .Flag("--announcement", "announcement", "Where and when", Need::kRequired)
      .Example("dsrctl request record-announcement ID --announcement 'notice of 1 March 2026'");

  AddAction(requests, "lift-restriction", "Lifts a restriction; the subject is told before",
            &RequestStub::LiftRestriction)
      .TextFile("--reason-file", "reason", "Why, told to the subject", Need::kRequired)
      .Example("dsrctl request lift-restriction ID --reason-file why.txt");

  AddAction(requests, "migrate",
            "Moves a request to the definitions now in force, if they answer no later",
            &RequestStub::MigrateRequest)
      .TextFile("--reason-file", "reason", "Why, for colleagues", Need::kRequired)
      .Example("dsrctl request migrate ID --reason-file why.txt");

  AddAction(requests, "approve-file-access", "Lets a principal open a minor's case file",
            &RequestStub::ApproveFileAccess)
      .Flag("--principal", "principal", "Who may open it", Need::kRequired)
      .Flag("--hours", "hours", "For how long; 24 when not said")
      .TextFile("--reason-file", "reason", "Why it must be opened", Need::kRequired)
      .Example("dsrctl request approve-file-access ID --principal chen --reason-file why.txt");

  AddAssign(requests);
  AddHandOver(requests);
  AddExtension(requests);
}

}  // namespace dsr::dsrctl
