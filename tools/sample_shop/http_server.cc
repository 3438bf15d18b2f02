#include "sample_shop/http_server.h"

#include <civetweb.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dsr::sample_shop {
namespace {

// Notices are small: more than this is none.
constexpr size_t kMaxBody = 64 * 1024;

std::string Header(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value == nullptr ? "" : value;
}

const char* ReasonPhrase(int status) {
  switch (status) {
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Payload Too Large";
    default:
      return "Service Unavailable";
  }
}

// Reads the whole body; nothing when it is too long or breaks off.
std::optional<std::string> ReadBody(mg_connection* connection) {
  std::string body;
  char buffer[4096];
  while (true) {
    const int read = mg_read(connection, buffer, sizeof(buffer));
    if (read < 0) return std::nullopt;
    if (read == 0) return body;
    body.append(buffer, static_cast<size_t>(read));
    if (body.size() > kMaxBody) return std::nullopt;
  }
}

int Answer(mg_connection* connection, const HttpServer::Handler& handler) {
  const mg_request_info* info = mg_get_request_info(connection);
  if (absl::string_view(info->request_method) != "POST") return 405;
  const std::optional<std::string> body = ReadBody(connection);
  if (!body.has_value()) return 413;
  const WebhookHeaders headers = {.id = Header(connection, "webhook-id"),
                                  .timestamp = Header(connection, "webhook-timestamp"),
                                  .signature = Header(connection, "webhook-signature")};
  return handler(info->local_uri, headers, *body);
}

int OnRequest(mg_connection* connection, void* server) {
  const int status = Answer(connection, static_cast<HttpServer*>(server)->handler());
  mg_printf(connection, "HTTP/1.1 %d %s\r\n%sConnection: close\r\n\r\n", status,
            ReasonPhrase(status), status == 204 ? "" : "Content-Length: 0\r\n");
  return status;
}

}  // namespace

HttpServer::HttpServer(Handler handler) : handler_(std::move(handler)) {}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(int port, Handler handler) {
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(handler)));
  const std::string address = absl::StrCat("127.0.0.1:", port);
  const char* options[] = {"listening_ports",    address.c_str(), "num_threads", "4",
                           "request_timeout_ms", "10000",         nullptr};
  const mg_callbacks callbacks = {};
  server->context_ = mg_start(&callbacks, nullptr, options);
  if (server->context_ == nullptr) {
    return absl::UnavailableError("the HTTP port cannot be opened");
  }
  mg_set_request_handler(server->context_, "/", OnRequest, server.get());
  mg_server_port ports[1] = {};
  if (mg_get_server_ports(server->context_, 1, ports) != 1) {
    return absl::UnavailableError("the HTTP port cannot be told");
  }
  server->port_ = ports[0].port;
  return server;
}

HttpServer::~HttpServer() {
  if (context_ != nullptr) mg_stop(context_);
}

}  // namespace dsr::sample_shop
