#include "unit/delivery/smtp_server.h"

#include <gtest/gtest.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"
#include "google/protobuf/util/json_util.h"

namespace dsr {

SmtpServer::SmtpServer(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {
      DSR_PYTHON3, absl::StrCat(DSR_SOURCE_DIR, "/tests/unit/delivery/smtp_sink.py"),
      mails_.path()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  server_ = std::make_unique<Subprocess>(command);
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(server_->ReadLine(), &port));
  port_ = static_cast<uint16_t>(port);
}

bool SmtpServer::HasMail(int number) const { return FileExists(FileOf(number)); }

std::string SmtpServer::FileOf(int number) const {
  return mails_.File(absl::StrCat(number, ".eml"));
}

google::protobuf::Value SmtpServer::MailValue(const std::string& member, int number) const {
  google::protobuf::Struct mail;
  const auto json = ReadFile(mails_.File(absl::StrCat(number, ".json")));
  EXPECT_TRUE(json.ok() && google::protobuf::util::JsonStringToMessage(*json, &mail).ok());
  const auto found = mail.fields().find(member);
  EXPECT_TRUE(found != mail.fields().end()) << member;
  return found == mail.fields().end() ? google::protobuf::Value() : found->second;
}

std::vector<std::string> SmtpServer::MailList(const std::string& member, int number) const {
  std::vector<std::string> list;
  const google::protobuf::Value values = MailValue(member, number);
  for (const google::protobuf::Value& value : values.list_value().values()) {
    list.push_back(value.string_value());
  }
  return list;
}

}  // namespace dsr
