// A recipient's HTTP server on this machine, and listeners that behave badly.
#ifndef DSR_TESTS_UNIT_DELIVERY_HTTP_STUB_H_
#define DSR_TESTS_UNIT_DELIVERY_HTTP_STUB_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "dsr/base/mutex.h"

struct mg_connection;
struct mg_context;

namespace dsr {

// What the server was sent.
struct HttpRequest {
  std::string method;
  std::string path;
  // By names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;
  // Tells one connection from another.
  int peer_port = 0;
};

// What the server answers.
struct HttpReply {
  int status = 204;
  std::map<std::string, std::string> headers = {};
  std::string body = "";
  // Leaves the connection open for the next request.
  bool keeps_alive = false;
  // Requests beyond so many since the Reset are kept waiting until the next one.
  size_t most_answers = std::numeric_limits<size_t>::max();
};

// Answers requests with the reply that is set and keeps what it was sent. Stopping it takes
// seconds, so tests share one. Thread-safe.
class HttpStub {
 public:
  // Listens on a free port.
  HttpStub();
  ~HttpStub();

  uint16_t port() const { return port_; }
  // `http://127.0.0.1:<port>/hook`.
  std::string url() const;
  // Sets what is answered from now on; forgets the requests so far, and returns them.
  std::vector<HttpRequest> Reset(HttpReply reply);
  // What it was sent since the last Reset, in order.
  std::vector<HttpRequest> requests() const;

 private:
  static int Handle(mg_connection* connection, void* stub);
  // Keeps the request, and returns the reply once it is its turn.
  HttpReply Take(HttpRequest request);

  mg_context* context_ = nullptr;
  uint16_t port_ = 0;
  mutable Mutex mutex_;
  CondVar was_reset_;
  int resets_ ABSL_GUARDED_BY(mutex_) = 0;
  HttpReply reply_ ABSL_GUARDED_BY(mutex_);
  std::vector<HttpRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

// One connection that a test speaks HTTP on, byte by byte. Closes it at the end.
class RawConnection {
 public:
  explicit RawConnection(int socket) : socket_(socket) {}
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection();

  // Waits for a whole request, head and body, and returns it; what there is of it when the peer
  // hangs up.
  std::string Receive();
  void Send(const std::string& bytes);
  // Makes the end a reset instead of a farewell.
  void ResetAtEnd();

 private:
  const int socket_;
};

// A socket on a free port of this machine. Accepts nothing by itself: who connects waits.
class Listener {
 public:
  // With `listens` false the port is taken, but every connection to it is refused.
  explicit Listener(bool listens = true);
  ~Listener();

  uint16_t port() const { return port_; }
  // Returns how many connections were made since the last call, and closes them.
  int CountConnections();
  // Waits for a connection.
  RawConnection Accept();
  // Accepts one connection, reads what comes first and resets it; waits until there is one.
  void ResetOne();
  // Accepts one connection, sends `bytes` and waits until the peer hangs up; waits until there is
  // one.
  void AnswerOne(const std::string& bytes);

 private:
  int socket_;
  uint16_t port_ = 0;
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_HTTP_STUB_H_
