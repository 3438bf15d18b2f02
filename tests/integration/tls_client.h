// Clients of a server that speaks TLS.
#ifndef DSR_TESTS_INTEGRATION_TLS_CLIENT_H_
#define DSR_TESTS_INTEGRATION_TLS_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "testing/test_authority.h"

namespace dsr {

// A channel with a connection of its own to `address`, which trusts `roots` (PEM) and shows
// `certificate`, if any.
std::shared_ptr<grpc::Channel> TlsChannel(const std::string& address, const std::string& roots,
                                          const IssuedCertificate& certificate = {});

// Makes one handshake with `address` by a TLS version such as TLS1_2_VERSION, and returns the
// common name of the server's certificate; `refused` when the server closed the connection instead
// of answering, another text when something else went wrong, such as on this side. Asks for no
// client certificate.
std::string HandshakeWith(const std::string& address, int tls_version);

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_TLS_CLIENT_H_
