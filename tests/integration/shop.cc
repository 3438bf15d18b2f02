#include "integration/shop.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Audit = v1::AuditService;
using Messages = v1::MessageService;
using Notices = v1::NoticeService;
using Registry = v1::RegistryService;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;
using Verifications = v1::VerificationService;

// What happens behind a call is looked for by further calls, so often at most.
constexpr int kMostLooks = 20'000;

// The one word of six digits in a text; ids hold letters, too.
std::string SixDigits(const std::string& text) {
  std::string found;
  for (const absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \r\n.,:;()"), absl::SkipEmpty())) {
    const bool is_number = word.find_first_not_of("0123456789") == absl::string_view::npos;
    if (is_number && word.size() == 6) found = std::string(word);
  }
  return found;
}

}  // namespace

v1::CreateRequestRequest FilingCall(absl::string_view type) {
  v1::CreateRequestRequest call;
  call.set_idempotency_key(FreshKey());
  v1::Request& request = *call.mutable_request();
  request.set_type(std::string(type));
  request.set_subject_account(kAccount);
  request.mutable_requester()->set_relation(v1::RELATION_SUBJECT);
  request.mutable_requester()->set_display_name(kPersonName);
  request.mutable_requester()->mutable_reply_to()->set_channel("email");
  request.mutable_requester()->mutable_reply_to()->set_address("reply.qx7MarkedPerson@example.com");
  request.set_channel("app");
  request.set_language("en");
  return call;
}

v1::CreateRequestRequest DeletionCall(absl::string_view account) {
  v1::CreateRequestRequest call = FilingCall("deletion");
  v1::Request& request = *call.mutable_request();
  request.set_subject_account(std::string(account));
  request.add_categories("browsing");
  request.mutable_deletion();
  return call;
}

v1::TaskResult RecordsOf(absl::string_view category, int64_t records) {
  v1::TaskResult result;
  v1::CategoryResult& line = *result.add_categories();
  line.set_category(std::string(category));
  line.set_records(records);
  return result;
}

v1::Delivery FetchesNotices() {
  v1::Delivery delivery;
  delivery.mutable_pull();
  return delivery;
}

void Shop::Register() {
  RegisterSystem("profile", {}, {v1::TASK_KIND_RESOLVE_CONTACT});
  RegisterSystem("browsing", {"browsing"}, {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE});
  RegisterRecipient("ad-partner", "browsing");
}

void Shop::RegisterSystem(const std::string& id, const std::vector<std::string>& categories,
                          const std::vector<v1::TaskKind>& kinds) {
  v1::CreateDataSystemRequest in;
  in.mutable_data_system()->set_title("The system " + id);
  for (const std::string& category : categories) in.mutable_data_system()->add_categories(category);
  for (const v1::TaskKind kind : kinds) in.mutable_data_system()->add_task_kinds(kind);
  in.set_data_system_id(id);
  in.set_idempotency_key(FreshKey());
  ASSERT_THAT(server_.Call<Registry>("operator-1", &Registry::Stub::CreateDataSystem, in), IsOk());
}

void Shop::RegisterRecipient(const std::string& id, const std::string& category,
                             const v1::Delivery& delivery) {
  v1::CreateRecipientRequest in;
  in.mutable_recipient()->set_title("The recipient " + id);
  in.mutable_recipient()->set_relation(v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER);
  in.mutable_recipient()->set_jurisdiction("CN");
  *in.mutable_recipient()->mutable_delivery() = delivery;
  in.set_recipient_id(id);
  in.set_idempotency_key(FreshKey());
  ASSERT_THAT(server_.Call<Registry>("operator-1", &Registry::Stub::CreateRecipient, in), IsOk());

  v1::BatchCreateDisclosuresRequest batch;
  batch.set_idempotency_key(FreshKey());
  v1::Disclosure& disclosure = *batch.add_disclosures();
  disclosure.set_subject_account(kAccount);
  disclosure.set_recipient("recipients/" + id);
  disclosure.add_categories(category);
  // Before the time of any server, be its clock real or simulated.
  *disclosure.mutable_disclose_time() =
      ToTimestamp(absl::FromCivil(absl::CivilDay(2025, 6, 1), absl::UTCTimeZone()));
  disclosure.set_purpose("advertising");
  disclosure.set_method("sdk");
  disclosure.set_basis("separate-consent");
  disclosure.set_recipient_reference(kReference);
  ASSERT_THAT(server_.Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures, batch),
              IsOk());
}

v1::Request Shop::File(const v1::CreateRequestRequest& call) {
  const auto filed = server_.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest, call);
  EXPECT_THAT(filed, IsOk());
  return filed.ok() ? *filed : v1::Request();
}

v1::Request Shop::Get(const std::string& name, v1::RequestView view) {
  v1::GetRequestRequest in;
  in.set_name(name);
  in.set_view(view);
  const auto request = server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in);
  EXPECT_THAT(request, IsOk());
  return request.ok() ? *request : v1::Request();
}

void Shop::Work(absl::string_view system,
                const std::function<v1::TaskResult(const v1::Task&)>& work) {
  const std::string principal = absl::StrCat("system-", system);
  v1::LeaseTasksRequest lease;
  lease.mutable_wait()->set_seconds(20);
  const auto leased = server_.Call<Tasks>(principal, &Tasks::Stub::LeaseTasks, lease);
  ASSERT_THAT(leased, IsOk());
  ASSERT_EQ(leased->tasks_size(), 1);
  v1::CompleteTaskRequest complete;
  complete.set_name(leased->tasks(0).name());
  complete.set_lease_token(leased->tasks(0).lease_token());
  complete.set_idempotency_key(FreshKey());
  *complete.mutable_result() = work(leased->tasks(0));
  const auto completed = server_.Call<Tasks>(principal, &Tasks::Stub::CompleteTask, complete);
  ASSERT_THAT(completed, IsOk());
  EXPECT_EQ(completed->state(), v1::Task::STATE_COMPLETED);
}

void Shop::ResolveContact() {
  Work("profile", [](const v1::Task& task) {
    EXPECT_EQ(task.subject_account(), kAccount);
    v1::TaskResult result;
    result.mutable_contact()->set_channel("email");
    result.mutable_contact()->set_address(kAddress);
    return result;
  });
}

v1::Verification Shop::AskForCode(const std::string& request) {
  v1::StartVerificationRequest in;
  in.set_parent(request);
  in.set_idempotency_key(FreshKey());
  in.set_method(v1::VERIFICATION_METHOD_ONE_TIME_CODE);
  const auto begun =
      server_.Call<Verifications>("intake-tool", &Verifications::Stub::StartVerification, in);
  EXPECT_THAT(begun, IsOk());
  return begun.ok() ? *begun : v1::Verification();
}

std::string Shop::ReadMail(const std::string& request, absl::string_view template_id) {
  for (int look = 0; look < kMostLooks; ++look) {
    v1::ListMessagesRequest in;
    in.set_parent(request);
    const auto messages = server_.Call<Messages>("officer-1", &Messages::Stub::ListMessages, in);
    if (!messages.ok()) break;
    for (const v1::Message& message : messages->messages()) {
      if (message.template_() != template_id || message.state() != v1::Message::STATE_SENT) {
        continue;
      }
      const std::string id = message.name().substr(message.name().rfind('/') + 1);
      const auto mail = ReadFile(absl::StrCat(server_.data_dir(), "/dev/spool/", id, ".eml"));
      if (!mail.ok()) break;
      // The first of the two bodies, up to the line that ends it.
      const size_t begin = mail->find("\r\n\r\n", mail->find("Content-Type: text/plain"));
      if (begin == std::string::npos) break;
      return mail->substr(begin + 4, mail->find("\r\n--=_", begin) - begin - 2);
    }
  }
  ADD_FAILURE() << "no message was sent from " << template_id;
  return "";
}

std::string Shop::ReadCode(const std::string& request) {
  return SixDigits(ReadMail(request, "verification-code"));
}

v1::Request Shop::AwaitState(const std::string& request, const std::string& state) {
  v1::Request present;
  for (int look = 0; look < kMostLooks && present.state() != state; ++look) {
    present = Get(request);
    if (present.name().empty()) break;
  }
  EXPECT_EQ(present.state(), state);
  return present;
}

absl::StatusOr<v1::Verification> Shop::SubmitCode(const std::string& verification,
                                                  const std::string& code) {
  v1::SubmitCodeRequest in;
  in.set_name(verification);
  in.set_idempotency_key(FreshKey());
  in.set_code(code);
  return server_.Call<Verifications>("intake-tool", &Verifications::Stub::SubmitCode, in);
}

void Shop::Verify(const std::string& request) {
  ResolveContact();
  const v1::Verification verification = AskForCode(request);
  ASSERT_THAT(SubmitCode(verification.name(), ReadCode(request)), IsOk());
}

absl::StatusOr<v1::Request> Shop::Assess(const std::string& request, const std::string& etag) {
  v1::AssessRequestRequest in;
  in.set_name(request);
  in.set_idempotency_key(FreshKey());
  in.set_etag(etag);
  return server_.Call<Requests>("caseworker-1", &Requests::Stub::AssessRequest, in);
}

std::string Shop::ConfirmDeletion() {
  const std::string request = File().name();
  Verify(request);
  EXPECT_THAT(Assess(request), IsOk());
  EXPECT_THAT(Act("caseworker-1", &Requests::Stub::ConfirmPlan, v1::ConfirmPlanRequest(), request),
              IsOk());
  return request;
}

std::vector<std::string> Shop::AuditedKinds(absl::string_view actor) {
  std::vector<std::string> kinds;
  v1::ListAuditEventsRequest in;
  do {
    const auto page = server_.Call<Audit>("auditor-1", &Audit::Stub::ListAuditEvents, in);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) break;
    for (const v1::AuditEvent& event : page->audit_events()) {
      if (event.actor() == actor) kinds.push_back(event.kind());
    }
    in.set_page_token(page->next_page_token());
  } while (!in.page_token().empty());
  return kinds;
}

v1::Notice Shop::AwaitNotice(const std::string& request, v1::Notice::State state) {
  v1::ListNoticesRequest in;
  in.set_parent(request);
  for (int look = 0; look < kMostLooks; ++look) {
    const auto listed = server_.Call<Notices>("caseworker-1", &Notices::Stub::ListNotices, in);
    if (listed.ok() && listed->notices_size() == 1 && listed->notices(0).state() == state)
      return listed->notices(0);
  }
  ADD_FAILURE() << "the notice never came to be so";
  return v1::Notice();
}

std::vector<v1::Notice> Shop::PullNotices(absl::string_view recipient) {
  const auto pulled = server_.Call<Notices>(absl::StrCat("recipient-", recipient),
                                            &Notices::Stub::PullNotices, v1::PullNoticesRequest());
  EXPECT_THAT(pulled, IsOk());
  if (!pulled.ok()) return {};
  return {pulled->notices().begin(), pulled->notices().end()};
}

void Shop::EndNotice(absl::string_view recipient, const std::string& notice) {
  const std::string principal = absl::StrCat("recipient-", recipient);
  v1::AcknowledgeNoticeRequest acknowledge;
  acknowledge.set_name(notice);
  acknowledge.set_idempotency_key(FreshKey());
  EXPECT_THAT(server_.Call<Notices>(principal, &Notices::Stub::AcknowledgeNotice, acknowledge),
              IsOk());
  v1::CompleteNoticeRequest complete;
  complete.set_name(notice);
  complete.set_idempotency_key(FreshKey());
  EXPECT_THAT(server_.Call<Notices>(principal, &Notices::Stub::CompleteNotice, complete), IsOk());
}

}  // namespace dsr
