// Commands that are one call of the API.
#ifndef DSR_TOOLS_DSRCTL_CALLS_H_
#define DSR_TOOLS_DSRCTL_CALLS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/status_macros.h"
#include "dsrctl/command.h"
#include "dsrctl/names.h"
#include "google/protobuf/message.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace dsr::dsrctl {

// A unary method of a service's stub, such as &v1::RequestService::Stub::GetRequest.
template <class Stub, class Request, class Response>
using UnaryMethod = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

// Adds a command that makes one call and prints the answer.
template <class Stub, class Request, class Response>
Command& AddCall(Group& group, const std::string& name, const std::string& help,
                 UnaryMethod<Stub, Request, Response> method) {
  Command& command = group.Add(name, help);
  const auto request = command.Sends<Request>();
  command.Runs([request, method](Context& context) -> absl::StatusOr<ExitCode> {
    DSR_ASSIGN_OR_RETURN(const Response response, context.session.Call(method, *request));
    context.output.Item(response);
    return ExitCode::kOk;
  });
  return command;
}

// Fetches one page: the answer to this request.
using FetchPage = std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(
    const google::protobuf::Message&)>;

// Prints the first repeated field of the answers, page by page, until there are no more or `limit`
// (0: no limit) are printed. `columns` as in columns.h; empty for those of the element's type.
absl::StatusOr<ExitCode> PrintPages(Context& context, google::protobuf::Message& request,
                                    const std::string& columns, int64_t limit,
                                    const FetchPage& fetch);

// Adds a command that lists, all pages unless `--limit` says otherwise. `request`, when not null,
// receives the message that the command sends.
template <class Stub, class Request, class Response>
Command& AddList(Group& group, const std::string& name, const std::string& help,
                 UnaryMethod<Stub, Request, Response> method,
                 std::shared_ptr<Request>* request_out = nullptr) {
  Command& command = group.Add(name, help);
  const auto request = command.Sends<Request>();
  if (request_out != nullptr) *request_out = request;
  const auto limit = std::make_shared<int64_t>(0);
  // Where there are no pages, the server decides how many there are.
  if (Request::descriptor()->FindFieldByName("page_token") != nullptr) {
    command.Number("--limit", limit.get(), "Print at most so many; all without");
  }
  command.Runs([request, limit, method, &command](Context& context) {
    return PrintPages(
        context, *request, command.columns(), *limit,
        [&](const google::protobuf::Message& page_request)
            -> absl::StatusOr<std::unique_ptr<google::protobuf::Message>> {
          DSR_ASSIGN_OR_RETURN(
              Response response,
              context.session.Call(method, static_cast<const Request&>(page_request)));
          return std::make_unique<Response>(std::move(response));
        });
  });
  return command;
}

// Calls `call` for each name; what fails does not stop the rest. Prints the answers as a list, and
// each error. Returns kPartial when some failed and some did not, and the error when all did.
absl::StatusOr<ExitCode> ForEachName(
    Context& context, const std::vector<std::string>& names, const std::string& pattern,
    const google::protobuf::Descriptor& type,
    const std::function<
        absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(const std::string& name)>& call);

// Adds a command that makes the same call for one or several names; the other options hold for all.
template <class Stub, class Request, class Response>
Command& AddCallForEach(Group& group, const std::string& name, const std::string& help,
                        const std::string& pattern, UnaryMethod<Stub, Request, Response> method) {
  Command& command = group.Add(name, help);
  const auto request = command.Sends<Request>();
  const auto names = std::make_shared<std::vector<std::string>>();
  command.Texts("NAME", names.get(), "The whole name, one or several", Need::kRequired);
  command.Runs([request, names, pattern, method](Context& context) {
    return ForEachName(
        context, *names, pattern, *Response::descriptor(),
        [&](const std::string& one) -> absl::StatusOr<std::unique_ptr<google::protobuf::Message>> {
          request->set_name(one);
          DSR_ASSIGN_OR_RETURN(Response response, context.session.Call(method, *request));
          return std::make_unique<Response>(std::move(response));
        });
  });
  return command;
}

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_CALLS_H_
