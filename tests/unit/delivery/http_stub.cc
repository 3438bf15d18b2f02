#include "unit/delivery/http_stub.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace dsr {

HttpStub::HttpStub() {
  mg_init_library(0);
  // A kept connection holds a thread of the server.
  const char* options[] = {
      "listening_ports",       "127.0.0.1:0", "num_threads", "4", "enable_keep_alive", "yes",
      "keep_alive_timeout_ms", "20000",       nullptr};
  const mg_callbacks callbacks = {};
  context_ = mg_start(&callbacks, nullptr, options);
  mg_server_port ports[1] = {};
  if (context_ == nullptr || mg_get_server_ports(context_, 1, ports) != 1) std::abort();
  port_ = static_cast<uint16_t>(ports[0].port);
  mg_set_request_handler(context_, "/", &HttpStub::Handle, this);
}

HttpStub::~HttpStub() {
  Reset({});
  mg_stop(context_);
  mg_exit_library();
}

std::string HttpStub::url() const { return absl::StrCat("http://127.0.0.1:", port_, "/hook"); }

std::vector<HttpRequest> HttpStub::Reset(HttpReply reply) {
  MutexLock lock(mutex_);
  reply_ = std::move(reply);
  ++resets_;
  was_reset_.NotifyAll();
  return std::exchange(requests_, {});
}

std::vector<HttpRequest> HttpStub::requests() const {
  MutexLock lock(mutex_);
  return requests_;
}

int HttpStub::Handle(mg_connection* connection, void* stub) {
  auto* self = static_cast<HttpStub*>(stub);
  const mg_request_info* info = mg_get_request_info(connection);
  HttpRequest request;
  request.method = info->request_method;
  request.path = info->request_uri;
  request.peer_port = info->remote_port;
  for (int i = 0; i < info->num_headers; ++i) {
    request.headers[absl::AsciiStrToLower(info->http_headers[i].name)] =
        info->http_headers[i].value;
  }
  char buffer[4096];
  for (int got; (got = mg_read(connection, buffer, sizeof(buffer))) > 0;) {
    request.body.append(buffer, static_cast<size_t>(got));
  }
  const HttpReply reply = self->Take(std::move(request));
  std::string head =
      absl::StrCat("HTTP/1.1 ", reply.status, " Reply\r\n", "Content-Length: ", reply.body.size(),
                   "\r\n", "Connection: ", reply.keeps_alive ? "keep-alive" : "close", "\r\n");
  for (const auto& [name, value] : reply.headers) {
    absl::StrAppend(&head, name, ": ", value, "\r\n");
  }
  head += "\r\n";
  mg_write(connection, head.data(), head.size());
  mg_write(connection, reply.body.data(), reply.body.size());
  return reply.status;
}

HttpReply HttpStub::Take(HttpRequest request) {
  MutexLock lock(mutex_);
  requests_.push_back(std::move(request));
  const int resets = resets_;
  if (requests_.size() > reply_.most_answers) {
    while (resets_ == resets) was_reset_.Wait(mutex_);
  }
  return reply_;
}

RawConnection::~RawConnection() { close(socket_); }

std::string RawConnection::Receive() {
  const std::string kLength = "content-length: ";
  std::string request;
  char buffer[4096];
  for (ssize_t count; (count = read(socket_, buffer, sizeof(buffer))) > 0;) {
    request.append(buffer, static_cast<size_t>(count));
    const size_t head = request.find("\r\n\r\n");
    const size_t length = absl::AsciiStrToLower(request).find(kLength);
    if (head != std::string::npos && length != std::string::npos &&
        request.size() >= head + 4 + std::strtoul(&request[length + kLength.size()], nullptr, 10)) {
      break;
    }
  }
  return request;
}

void RawConnection::Send(const std::string& bytes) {
  if (send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
}

void RawConnection::ResetAtEnd() {
  // With no time to linger, closing sends a reset.
  const linger none = {.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

Listener::Listener(bool listens) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket_, generic, size) != 0 || (listens && listen(socket_, 16) != 0) ||
      getsockname(socket_, generic, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() { close(socket_); }

int Listener::CountConnections() {
  int count = 0;
  pollfd waiting = {.fd = socket_, .events = POLLIN, .revents = 0};
  // A connection on this machine is in the queue as soon as connect() has returned.
  while (poll(&waiting, 1, 0) == 1) {
    close(accept(socket_, nullptr, nullptr));
    ++count;
  }
  return count;
}

RawConnection Listener::Accept() { return RawConnection(accept(socket_, nullptr, nullptr)); }

void Listener::ResetOne() {
  const int connection = accept(socket_, nullptr, nullptr);
  char buffer[64];
  if (read(connection, buffer, sizeof(buffer)) < 0) std::abort();
  // With no time to linger, closing sends a reset.
  const linger none = {.l_onoff = 1, .l_linger = 0};
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
  close(connection);
}

void Listener::AnswerOne(const std::string& bytes) {
  const int connection = accept(socket_, nullptr, nullptr);
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0) break;
    sent += static_cast<size_t>(count);
  }
  char buffer[4096];
  while (read(connection, buffer, sizeof(buffer)) > 0) {
  }
  close(connection);
}

}  // namespace dsr
