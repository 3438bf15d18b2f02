// A small HTTP server on loopback, for POST requests only.
#ifndef DSR_TOOLS_SAMPLE_SHOP_HTTP_SERVER_H_
#define DSR_TOOLS_SAMPLE_SHOP_HTTP_SERVER_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sample_shop/webhook_signature.h"

struct mg_context;

namespace dsr::sample_shop {

// Serves from its start to its destruction. Thread-safe.
class HttpServer {
 public:
  // Answers a POST with an HTTP status. Called by several threads at once.
  using Handler = std::function<int(absl::string_view path, const WebhookHeaders& headers,
                                    absl::string_view body)>;

  // Starts to serve on 127.0.0.1, on a free port when `port` is 0. UNAVAILABLE when it cannot.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(int port, Handler handler);

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Waits for the requests under way.
  ~HttpServer();

  int port() const { return port_; }
  const Handler& handler() const { return handler_; }

 private:
  explicit HttpServer(Handler handler);

  const Handler handler_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_HTTP_SERVER_H_
