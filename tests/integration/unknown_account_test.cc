// Nobody learns here whether an account exists (LAW.md case 10): after each step that an intake
// tool can take without proof, every answer that it gets is the same for an account that the
// company knows and for one that it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Messages = v1::MessageService;
using Requests = v1::RequestService;
using Verifications = v1::VerificationService;
using ::testing::SizeIs;

constexpr char kTool[] = "intake-tool";

// One request, and the ids of all that belongs to it.
struct Case {
  std::string request;
  std::string subject;
  std::string verification;
};

class UnknownAccountTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    known_ = FileFor(kAccount);
    unknown_ = FileFor("nobody-knows-me");
    // The acknowledgement leaves behind the call: it comes before any next step of either.
    AwaitDispatch(known_);
    AwaitDispatch(unknown_);
  }

  Case FileFor(absl::string_view account) {
    const v1::Request filed = shop_.File(DeletionCall(account));
    return Case{.request = filed.name(), .subject = filed.subject(), .verification = ""};
  }

  // Both lookups come back.
  void LookUp() {
    for (int i = 0; i < 2; ++i) {
      shop_.Work("profile", [](const v1::Task& task) {
        v1::TaskResult result;
        if (task.subject_account() != kAccount) return result;
        result.mutable_contact()->set_channel("email");
        result.mutable_contact()->set_address(kAddress);
        result.mutable_subject_status()->set_adult_ward(true);
        return result;
      });
    }
  }

  void AskForCodes() {
    for (Case* one : {&known_, &unknown_}) {
      one->verification = shop_.AskForCode(one->request).name();
    }
  }

  // Messages are sent behind the calls: waits until nothing is pending.
  void AwaitDispatch(const Case& one) {
    constexpr int kMostLooks = 20'000;
    for (int look = 0; look < kMostLooks; ++look) {
      bool pending = false;
      for (const v1::Message& message : ListMessages("officer-1", one)) {
        pending = pending || message.state() == v1::Message::STATE_PENDING;
      }
      if (!pending) return;
    }
    ADD_FAILURE() << "a message of " << one.request << " stays pending";
  }

  std::vector<v1::Message> ListMessages(absl::string_view principal, const Case& one) {
    v1::ListMessagesRequest in;
    in.set_parent(one.request);
    const auto found = server_.Call<Messages>(principal, &Messages::Stub::ListMessages, in);
    EXPECT_THAT(found, IsOk());
    if (!found.ok()) return {};
    return {found->messages().begin(), found->messages().end()};
  }

  // The first message that brings a code.
  v1::Message CodeMessage(absl::string_view principal, const Case& one) {
    for (const v1::Message& message : ListMessages(principal, one)) {
      if (!message.verification().empty()) return message;
    }
    ADD_FAILURE() << "no code for " << one.request;
    return v1::Message();
  }

  template <class Service, class In, class Out>
  Out Ask(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const In&, Out*),
          const In& in) {
    const auto found = server_.Call<Service>(kTool, method, in);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? *found : Out();
  }

  // Everything that the tool is told about one request, each id by the place where it came first.
  std::string AllAnswers(const Case& one) {
    std::string all;
    v1::GetRequestRequest get;
    get.set_name(one.request);
    absl::StrAppend(&all, Ask<Requests>(&Requests::Stub::GetRequest, get).Utf8DebugString());
    const v1::ListRequestsResponse list =
        Ask<Requests>(&Requests::Stub::ListRequests, v1::ListRequestsRequest());
    for (const v1::Request& listed : list.requests()) {
      if (listed.name() == one.request) absl::StrAppend(&all, listed.Utf8DebugString());
    }
    v1::ListRequestEventsRequest events;
    events.set_parent(one.request);
    absl::StrAppend(&all,
                    Ask<Requests>(&Requests::Stub::ListRequestEvents, events).Utf8DebugString());
    v1::ListAllowedActionsRequest actions;
    actions.set_name(one.request);
    absl::StrAppend(&all,
                    Ask<Requests>(&Requests::Stub::ListAllowedActions, actions).Utf8DebugString());
    for (const v1::Message& message : ListMessages(kTool, one)) {
      v1::GetMessageRequest read;
      read.set_name(message.name());
      absl::StrAppend(&all, message.Utf8DebugString(),
                      Ask<Messages>(&Messages::Stub::GetMessage, read).Utf8DebugString());
    }
    if (!one.verification.empty()) {
      v1::GetVerificationRequest verification;
      verification.set_name(one.verification);
      absl::StrAppend(&all, Ask<Verifications>(&Verifications::Stub::GetVerification, verification)
                                .Utf8DebugString());
    }
    return WithoutIds(all);
  }

  // Ids, keyed hashes and hashes of texts with ids are different in any two requests.
  static std::string WithoutIds(const std::string& text) {
    std::string out;
    std::vector<std::string> ids;
    size_t at = 0;
    while (at < text.size()) {
      size_t end = at;
      while (end < text.size() && absl::ascii_isalnum(text[end])) ++end;
      const std::string word = text.substr(at, end - at);
      if (word.size() == 26 || word.size() == 32 || word.size() == 64) {
        const auto known = std::find(ids.begin(), ids.end(), word);
        if (known == ids.end()) ids.push_back(word);
        absl::StrAppend(&out, "id-", std::find(ids.begin(), ids.end(), word) - ids.begin());
      } else {
        out += word;
      }
      if (end < text.size()) out += text[end++];
      at = end;
    }
    return out;
  }

  void ExpectNoDifference() {
    AwaitDispatch(known_);
    AwaitDispatch(unknown_);
    EXPECT_EQ(AllAnswers(known_), AllAnswers(unknown_));
    // Messages of one millisecond are listed in no order.
    server_.clock().Advance(absl::Seconds(1));
  }

  TestServer server_;
  Shop shop_{server_};
  Case known_;
  Case unknown_;
};

TEST_F(UnknownAccountTest, NoAnswerDiffersAfterAnyStep) {
  ExpectNoDifference();
  LookUp();
  ExpectNoDifference();
  AskForCodes();
  ExpectNoDifference();
  AskForCodes();
  ExpectNoDifference();

  for (int i = 0; i < 5; ++i) {
    const absl::Status known = shop_.SubmitCode(known_.verification, "00000x").status();
    const absl::Status unknown = shop_.SubmitCode(unknown_.verification, "00000x").status();
    EXPECT_EQ(known.message(), unknown.message());
    EXPECT_EQ(ReasonOf(known), ReasonOf(unknown));
    ExpectNoDifference();
  }
  EXPECT_EQ(shop_.Get(unknown_.request).response().outcome(), v1::OUTCOME_NOT_VERIFIED);
}

TEST_F(UnknownAccountTest, NoAnswerDiffersWhenTheCodeIsAskedForBeforeTheLookup) {
  AskForCodes();
  ExpectNoDifference();
  LookUp();
  ExpectNoDifference();
}

TEST_F(UnknownAccountTest, WhatBecameOfACodeIsShownToPrivacyOfficersAndAuditors) {
  LookUp();
  AskForCodes();
  AwaitDispatch(known_);
  AwaitDispatch(unknown_);

  for (const char* principal : {"officer-1", "auditor-1"}) {
    EXPECT_EQ(CodeMessage(principal, known_).state(), v1::Message::STATE_SENT);
    EXPECT_EQ(CodeMessage(principal, unknown_).state(), v1::Message::STATE_NO_ADDRESS);
  }
  for (const char* principal : {"intake-tool", "caseworker-1"}) {
    EXPECT_THAT(ListMessages(principal, known_), SizeIs(1)) << principal;
    EXPECT_EQ(ListMessages(principal, known_)[0].template_(), "request-received");
  }
}

TEST_F(UnknownAccountTest, AMessageThatIsNotListedCannotBeReadByItsName) {
  LookUp();
  AskForCodes();
  v1::GetMessageRequest in;
  in.set_name(CodeMessage("officer-1", known_).name());

  EXPECT_THAT(server_.Call<Messages>("intake-tool", &Messages::Stub::GetMessage, in),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(server_.Call<Messages>("officer-1", &Messages::Stub::GetMessage, in), IsOk());
}

TEST_F(UnknownAccountTest, OnceVerifiedTheRequestShowsWhatTheCompanyKnows) {
  LookUp();
  AskForCodes();
  ASSERT_THAT(shop_.SubmitCode(known_.verification, shop_.ReadCode(known_.request)), IsOk());

  EXPECT_EQ(shop_.Get(known_.request).contact().channel(), "email");
  EXPECT_TRUE(shop_.Get(known_.request).subject_status().adult_ward());
  EXPECT_THAT(ListMessages("intake-tool", known_), SizeIs(2));
}

}  // namespace
}  // namespace dsr
