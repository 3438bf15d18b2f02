// The mail server of smtp_sink.py.
#ifndef DSR_TESTS_UNIT_DELIVERY_SMTP_SERVER_H_
#define DSR_TESTS_UNIT_DELIVERY_SMTP_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "testing/temp_dir.h"
#include "unit/delivery/subprocess.h"

namespace dsr {

// Takes mail on a port of this machine from its construction to its end, and keeps it. Not
// thread-safe.
class SmtpServer {
 public:
  // `arguments` are those of smtp_sink.py after the folder.
  explicit SmtpServer(const std::vector<std::string>& arguments = {});

  // 0 when it did not start.
  uint16_t port() const { return port_; }

  bool HasMail(int number = 0) const;
  // Returns a member of the mail of that number, which it took; see smtp_sink.py.
  google::protobuf::Value MailValue(const std::string& member, int number = 0) const;
  std::string Mail(const std::string& member, int number = 0) const {
    return MailValue(member, number).string_value();
  }
  std::vector<std::string> MailList(const std::string& member, int number = 0) const;
  // Returns the path of the file with exactly the bytes of the mail of that number.
  std::string FileOf(int number = 0) const;

 private:
  const TempDir mails_;
  std::unique_ptr<Subprocess> server_;
  uint16_t port_ = 0;
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_SMTP_SERVER_H_
