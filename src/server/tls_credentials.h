// TLS for gRPC's server, with certificates that change while it runs.
#ifndef DSR_SERVER_TLS_CREDENTIALS_H_
#define DSR_SERVER_TLS_CREDENTIALS_H_

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "server/tls_files.h"

namespace dsr {

// What the server does about clients' certificates, by the configuration.
grpc_ssl_client_certificate_request_type ClientCertificateRequest(const config::v1::Tls& settings);

// Credentials for one server on one port: each handshake takes what `files` holds then. `files`
// outlives them, and they the server. TLS 1.2 and 1.3 only, which is what gRPC's library speaks.
std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(
    TlsFiles& files, grpc_ssl_client_certificate_request_type request);

}  // namespace dsr

#endif  // DSR_SERVER_TLS_CREDENTIALS_H_
