#include "integration/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace dsr {
namespace {

using SslContextPtr = std::unique_ptr<SSL_CTX, OpenSslFreer<SSL_CTX_free>>;

// TLS 1.1 needs hashes that level 1 forbids; the server must not see the client fail by itself.
constexpr char kAnyCipher[] = "ALL:@SECLEVEL=0";
constexpr unsigned char kHttp2[] = {2, 'h', '2'};

std::string CommonNameOf(const SSL* ssl) {
  const CertificatePtr certificate(SSL_get1_peer_certificate(ssl));
  char name[100] = "no certificate";
  if (certificate != nullptr) {
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                              sizeof(name));
  }
  return name;
}

}  // namespace

std::shared_ptr<grpc::Channel> TlsChannel(const std::string& address, const std::string& roots,
                                          const IssuedCertificate& certificate) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = roots;
  options.pem_private_key = certificate.key;
  options.pem_cert_chain = certificate.certificate;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(options), arguments);
}

std::string HandshakeWith(const std::string& address, int tls_version) {
  const OpenSslErrors errors;
  const SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_cipher_list(context.get(), kAnyCipher);
  SSL_CTX_set_min_proto_version(context.get(), tls_version);
  SSL_CTX_set_max_proto_version(context.get(), tls_version);
  SSL_CTX_set_alpn_protos(context.get(), kHttp2, sizeof(kHttp2));
  const BioPtr connection(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(connection.get(), address.c_str());
  if (BIO_do_connect(connection.get()) == 1) {
    SSL* ssl = nullptr;
    BIO_get_ssl(connection.get(), &ssl);
    return CommonNameOf(ssl);
  }
  // gRPC closes the connection without saying why.
  const bool is_closed =
      ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  return is_closed ? "refused" : ERR_error_string(ERR_peek_last_error(), nullptr);
}

}  // namespace dsr
