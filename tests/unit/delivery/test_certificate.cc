#include "unit/delivery/test_certificate.h"

#include <algorithm>

#include "dsr/base/file.h"
#include "unit/delivery/subprocess.h"

namespace dsr {

std::string MakeTestCertificate(const TempDir& folder) {
  const std::string key = folder.File("key.pem");
  const std::string certificate = folder.File("certificate.pem");
  Subprocess openssl({DSR_OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
                      "-days", "30", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
                      "-batch"});
  if (openssl.Finish() != 0) return "";
  const auto key_text = ReadFile(key);
  const auto certificate_text = ReadFile(certificate);
  const std::string both = folder.File("both.pem");
  if (!key_text.ok() || !certificate_text.ok() ||
      !WriteFileAtomically(both, *key_text + *certificate_text).ok()) {
    return "";
  }
  return both;
}

bool MakeMailCertificate(const TempDir& folder, const std::string& name,
                         const std::vector<std::string>& arguments) {
  // The system's own configuration would add extensions.
  const std::string configuration = folder.File("req.cnf");
  if (!WriteFileAtomically(configuration, "[req]\ndistinguished_name = name\n[name]\n").ok()) {
    return false;
  }
  std::vector<std::string> command = {DSR_OPENSSL,
                                      "req",
                                      "-x509",
                                      "-config",
                                      configuration,
                                      "-nodes",
                                      "-batch",
                                      "-days",
                                      "30",
                                      "-keyout",
                                      folder.File(name + ".key"),
                                      "-out",
                                      folder.File(name + ".pem"),
                                      "-subj",
                                      "/CN=" + name};
  command.insert(command.end(), arguments.begin(), arguments.end());
  if (std::find(arguments.begin(), arguments.end(), "-newkey") == arguments.end()) {
    command.insert(command.end(), {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"});
  }
  return Subprocess(command).Finish() == 0;
}

}  // namespace dsr
