#include "server/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "dsr/base/mutex.h"

namespace dsr {
namespace {

using config::v1::Tls;

// gRPC's C++ classes read certificates once, or read files again without looking whether they fit
// together. Its C library asks at each handshake; this hands that on.
class ReloadingTlsCredentials final : public grpc::ServerCredentials {
 public:
  ReloadingTlsCredentials(TlsFiles& files, grpc_ssl_client_certificate_request_type request)
      : files_(files),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(request, &Fetch,
                                                                            this))) {}
  ~ReloadingTlsCredentials() override { grpc_server_credentials_release(credentials_); }

  // Callers are known by Authenticator.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // Called by gRPC before each handshake.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<ReloadingTlsCredentials*>(self)->Fetch(config);
  }

  grpc_ssl_certificate_config_reload_status Fetch(grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const TlsMaterial> present = files_.Present();
    MutexLock lock(mutex_);
    if (present == served_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    served_ = std::move(present);
    const grpc_ssl_pem_key_cert_pair pair = {served_->key.c_str(), served_->certificates.c_str()};
    // gRPC wants issuers also where it asks nobody for a certificate and uses none of them.
    const std::string& issuers =
        served_->client_issuers.empty() ? served_->certificates : served_->client_issuers;
    *config = grpc_ssl_server_certificate_config_create(issuers.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  TlsFiles& files_;
  Mutex mutex_;
  // What gRPC was given last.
  std::shared_ptr<const TlsMaterial> served_ ABSL_GUARDED_BY(mutex_);
  grpc_server_credentials* const credentials_;
};

}  // namespace

grpc_ssl_client_certificate_request_type ClientCertificateRequest(const Tls& settings) {
  if (settings.client_ca_file().empty()) return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
  return settings.client_certificates() == Tls::CLIENT_CERTIFICATES_OPTIONAL
             ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
             : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
}

std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(
    TlsFiles& files, grpc_ssl_client_certificate_request_type request) {
  return std::make_shared<ReloadingTlsCredentials>(files, request);
}

}  // namespace dsr
