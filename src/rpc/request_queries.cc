// What can be read of requests.
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "app/account_merges.h"
#include "app/decision_facts.h"
#include "app/purged.h"
#include "app/server_secrets.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"
#include "rpc/case_file.h"
#include "rpc/method_roles.h"
#include "rpc/public_views.h"
#include "rpc/reads.h"
#include "rpc/request_filters.h"
#include "rpc/request_positions.h"
#include "rpc/services.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

void GetRequest(const std::shared_ptr<UnaryCall>& call, const v1::GetRequestRequest& in) {
  const absl::StatusOr<RequestId> id = ParseRequestName(in.name());
  if (!id.ok()) return call->Fail(id.status());
  if (!v1::RequestView_IsValid(in.view())) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "view", "is BASIC or FULL"));
  }
  const bool is_full = in.view() == v1::REQUEST_VIEW_FULL;
  if (is_full && !MaySeePersonalFields(call->principal())) {
    return call->Fail(PersonalFieldsDenied(call->method()));
  }
  if (!is_full) {
    return AnswerFromStore<v1::Request>(
        call, [id = *id](ReadView& view) -> absl::StatusOr<v1::Request> {
          DSR_ASSIGN_OR_RETURN(const RequestState state, view.FindRequest(id));
          return PublicRequest(state);
        });
  }
  OpenCaseFile(call, *id, [call, id = *id] {
    AnswerFromStore<v1::Request>(call, [call, id](ReadView& view) -> absl::StatusOr<v1::Request> {
      DSR_ASSIGN_OR_RETURN(v1::Request request, call->context().reader().ReadCase(view, id));
      DropMissingDays(request);
      return request;
    });
  });
}

absl::StatusOr<RequestQuery> QueryOf(const v1::ListRequestsRequest& in, const PageOf& page) {
  RequestQuery query;
  query.type = in.type();
  if (in.phase() != v1::PHASE_UNSPECIFIED) query.phase = in.phase();
  query.assignee = in.assignee();
  query.channel = in.channel();
  query.region = in.region();
  query.team = in.team();
  query.open_by_due_time = in.open_by_due_time();
  query.limit = page.size + 1;
  DSR_RETURN_IF_ERROR(GoOnBehind(page.after, query));
  return query;
}

// True when the first comes before the second in the list that `query` asks for.
bool ComesBefore(const RequestQuery& query, const RequestState& a, const RequestState& b) {
  if (query.open_by_due_time) return IsDueBefore(a, b);
  const std::string& first = a.request().name();
  const std::string& second = b.request().name();
  return query.breached_only ? first < second : first > second;
}

// The requests of a subject and of those whose accounts were merged into its own.
absl::StatusOr<std::vector<RequestState>> RequestsOf(ReadView& view, RequestQuery query,
                                                     const SubjectScope& scope) {
  query.subject = scope.subject;
  DSR_ASSIGN_OR_RETURN(std::vector<RequestState> states, view.ListRequests(query));
  if (scope.merged.empty()) return states;
  for (const SubjectId& merged : scope.merged) {
    query.subject = merged;
    DSR_ASSIGN_OR_RETURN(const std::vector<RequestState> more, view.ListRequests(query));
    states.insert(states.end(), more.begin(), more.end());
  }
  std::sort(states.begin(), states.end(),
            [&](const RequestState& a, const RequestState& b) { return ComesBefore(query, a, b); });
  if (states.size() > static_cast<size_t>(query.limit))
    states.resize(static_cast<size_t>(query.limit));
  return states;
}

void ListRequests(const std::shared_ptr<UnaryCall>& call, const v1::ListRequestsRequest& in) {
  FieldErrors errors;
  if (!v1::Phase_IsValid(in.phase())) errors.AddInvalid("phase", "is a listed phase");
  CheckFilters(call->context().parts().rulebooks.files(),
               {in.type(), in.region(), in.team(), in.assignee(), in.channel()}, errors);
  CheckText(in.subject_account(), "subject_account", 0, 200, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  const absl::StatusOr<PageOf> page = ReadPage(*call, in, 50);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListRequestsResponse>(
      call, [call, in, page = *page](ReadView& view) -> absl::StatusOr<v1::ListRequestsResponse> {
        v1::ListRequestsResponse out;
        DSR_ASSIGN_OR_RETURN(RequestQuery query, QueryOf(in, page));
        std::vector<RequestState> states;
        if (in.subject_account().empty()) {
          DSR_ASSIGN_OR_RETURN(states, view.ListRequests(query));
        } else {
          const ServerSecrets& secrets = call->context().parts().secrets;
          DSR_ASSIGN_OR_RETURN(const std::optional<SubjectScope> scope,
                               ScopeOfAccount(view, secrets.AccountHash(in.subject_account())));
          if (!scope.has_value()) return out;
          DSR_ASSIGN_OR_RETURN(states, RequestsOf(view, query, *scope));
        }
        out.set_next_page_token(
            EndPage<v1::ListRequestsRequest, RequestState>(*call, in, page, states, PositionOf));
        for (const RequestState& state : states) *out.add_requests() = PublicRequest(state);
        return out;
      });
}

// The ids, 16 bytes each, of the messages that brought codes, when the caller may not know what
// became of them.
absl::StatusOr<std::set<std::string>> HiddenCodes(ReadView& view, const RequestId& id,
                                                  const RequestState& state,
                                                  const Principal& principal) {
  std::set<std::string> codes;
  if (WasVerified(state) || MaySeeCodes(principal)) return codes;
  DSR_ASSIGN_OR_RETURN(const std::vector<v1::Message> messages, view.ListMessages(id));
  for (const v1::Message& message : messages) {
    if (message.verification().empty()) continue;
    std::pair<RequestId, MessageId> name;
    DSR_ASSIGN_OR_RETURN(name, ParseMessageName(message.name()));
    codes.insert(std::string(name.second.bytes()));
  }
  return codes;
}

// The message that the event is about; empty when it is about none.
std::string MessageIdOf(const storage::v1::Event& event) {
  if (event.has_message_queued()) return event.message_queued().message_id();
  if (event.has_message_sent()) return event.message_sent().message_id();
  return event.message_failed().message_id();
}

void ListRequestEvents(const std::shared_ptr<UnaryCall>& call,
                       const v1::ListRequestEventsRequest& in) {
  const absl::StatusOr<RequestId> id = ParseRequestName(in.parent());
  if (!id.ok()) return call->Fail(AtField("parent", id.status()));
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListRequestEventsResponse>(
      call,
      [call, in, id = *id,
       page = *page](ReadView& view) -> absl::StatusOr<v1::ListRequestEventsResponse> {
        v1::ListRequestEventsResponse out;
        DSR_ASSIGN_OR_RETURN(const RequestState state, view.FindRequest(id));
        if (IsPurged(state.request())) return Purged(state.request());
        DSR_ASSIGN_OR_RETURN(const std::set<std::string> codes,
                             HiddenCodes(view, id, state, call->principal()));
        int64_t after = 0;
        if (!page.after.empty() && !absl::SimpleAtoi(page.after, &after)) after = 0;
        DSR_ASSIGN_OR_RETURN(std::vector<StoredEvent> rows,
                             view.ListEvents(id, after, page.size + 1));
        out.set_next_page_token(EndPage<v1::ListRequestEventsRequest, StoredEvent>(
            *call, in, page, rows,
            [](const StoredEvent& row) { return absl::StrCat(row.sequence); }));
        for (const StoredEvent& row : rows) {
          storage::v1::Event event;
          if (!event.ParseFromString(row.clear)) {
            return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                             "a stored event cannot be read");
          }
          if (codes.contains(MessageIdOf(event))) continue;
          *out.add_events() = PublicEvent(event, WasVerified(state));
        }
        return out;
      });
}

void ListAllowedActions(const std::shared_ptr<UnaryCall>& call,
                        const v1::ListAllowedActionsRequest& in) {
  const absl::StatusOr<RequestId> id = ParseRequestName(in.name());
  if (!id.ok()) return call->Fail(id.status());
  AnswerFromStore<v1::ListAllowedActionsResponse>(
      call, [call, id = *id](ReadView& view) -> absl::StatusOr<v1::ListAllowedActionsResponse> {
        const RpcParts& parts = call->context().parts();
        DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord record, view.FindRecord(id));
        DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> rulebook,
                             parts.rulebooks.RulebookFor(view, record.state().request().pins()));
        DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(record.state()));
        DSR_ASSIGN_OR_RETURN(const Facts facts, SubjectFacts(view, scope, id));
        const auto in_force = parts.rulebooks.CurrentRulebook(record.state().request().type());
        const DecisionContext context = {.actor = call->principal().ToActor(),
                                         .now = parts.clock.Now(),
                                         .request = id,
                                         .fresh_id = "",
                                         .facts = &facts,
                                         .in_force = in_force.ok() ? in_force->get() : nullptr};
        v1::ListAllowedActionsResponse out;
        for (v1::MissingProof& missing : MissingProofs(*rulebook, record, context)) {
          *out.add_missing() = std::move(missing);
        }
        for (v1::AllowedAction& action : AllowedActions(*rulebook, record, context)) {
          *out.add_actions() = std::move(action);
        }
        return out;
      });
}

}  // namespace

void AddRequestQueries(RpcService& service) {
  service.Unary<v1::GetRequestRequest>("GetRequest", GetRequest);
  service.Unary<v1::ListRequestsRequest>("ListRequests", ListRequests);
  service.Unary<v1::ListRequestEventsRequest>("ListRequestEvents", ListRequestEvents);
  service.Unary<v1::ListAllowedActionsRequest>("ListAllowedActions", ListAllowedActions);
}

}  // namespace dsr
