#include "contract/request_sample.h"

#include "absl/strings/str_cat.h"
#include "dsr/storage/v1/event.pb.h"

namespace dsr {
namespace {

void SetTime(google::protobuf::Timestamp* timestamp, absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  timestamp->set_seconds(micros / 1'000'000);
  timestamp->set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
}

}  // namespace

RequestSample::RequestSample(int number, absl::Time received)
    : id_(SampleId<RequestId>(received, number)) {
  storage::v1::RequestState& state = *record_.mutable_state();
  v1::Request& request = *state.mutable_request();
  request.set_name(absl::StrCat("requests/", id_.ToString()));
  request.set_type("deletion");
  request.set_state("verifying");
  request.set_phase(v1::PHASE_VERIFICATION);
  request.set_channel("app");
  request.set_language("zh-CN");
  for (const char* category : {"orders", "addresses", "browsing"}) {
    request.add_categories(category);
  }
  SetTime(request.mutable_received_time(), received);
  SetTime(request.mutable_create_time(), received);
  SetTime(request.mutable_due_time(), received + absl::Hours(24 * 15));
  for (v1::DefinitionRef* ref :
       {request.mutable_pins()->mutable_workflow(), request.mutable_pins()->mutable_policy(),
        request.mutable_pins()->mutable_calendar(), request.mutable_pins()->mutable_templates()}) {
    ref->set_name("default");
    ref->set_version(1);
    ref->set_sha256(std::string(64, '0'));
  }
  SetSubject(SampleId<SubjectId>(received, number));
}

void RequestSample::SetSubject(const SubjectId& subject) {
  subject_ = subject;
  record_.mutable_state()->set_subject_id(std::string(subject.bytes()));
  request().set_subject(absl::StrCat("subjects/", subject.ToString()));
}

TaskId RequestSample::AddTask(absl::string_view system, absl::Time created) {
  const TaskId id = TaskId::Derive(created, {id_.bytes(), "task", std::to_string(++items_)});
  v1::Task& task = *record_.add_tasks();
  task.set_name(absl::StrCat(request().name(), "/tasks/", id.ToString()));
  task.set_system(std::string(system));
  task.set_kind(v1::TASK_KIND_ERASE);
  task.set_state(v1::Task::STATE_OPEN);
  SetTime(task.mutable_create_time(), created);
  *task.mutable_due_time() = request().due_time();
  *task.mutable_categories() = request().categories();
  return id;
}

NoticeId RequestSample::AddNotice(absl::string_view recipient, absl::Time created) {
  const NoticeId id = NoticeId::Derive(created, {id_.bytes(), "notice", std::to_string(++items_)});
  v1::Notice& notice = *record_.add_notices();
  notice.set_name(absl::StrCat(request().name(), "/notices/", id.ToString()));
  notice.set_recipient(std::string(recipient));
  notice.set_kind(v1::NOTICE_KIND_DELETE);
  notice.set_state(v1::Notice::STATE_PENDING);
  notice.set_scope_version(1);
  SetTime(notice.mutable_create_time(), created);
  *notice.mutable_categories() = request().categories();
  return id;
}

MessageId RequestSample::AddMessage(absl::Time created) {
  const MessageId id =
      MessageId::Derive(created, {id_.bytes(), "message", std::to_string(++items_)});
  v1::Message& message = *record_.add_messages();
  message.set_name(absl::StrCat(request().name(), "/messages/", id.ToString()));
  message.set_template_("received");
  message.set_language("zh-CN");
  message.set_audience(v1::Message::AUDIENCE_REQUESTER);
  message.set_state(v1::Message::STATE_PENDING);
  SetTime(message.mutable_create_time(), created);
  return id;
}

void RequestSample::AddTimer(absl::string_view name, absl::Time due) {
  storage::v1::PendingTimer& timer = *record_.mutable_state()->add_timers();
  timer.set_name(std::string(name));
  SetTime(timer.mutable_due_time(), due);
}

void RequestSample::RemoveTimer(absl::string_view name) {
  auto& timers = *record_.mutable_state()->mutable_timers();
  for (auto timer = timers.begin(); timer != timers.end();) {
    timer = timer->name() == name ? timers.erase(timer) : timer + 1;
  }
}

DecisionWrite RequestSample::NextDecision(absl::Time now, int events) {
  storage::v1::RequestState& state = *record_.mutable_state();
  DecisionWrite write;
  write.id = id_;
  write.is_new = state.version() == 0;
  write.now = now;
  write.timers_before = written_timers_;
  for (int i = 0; i < events; ++i) {
    const int64_t sequence = state.version() + 1;
    write.events.push_back({sequence, now, SampleClear(id_, sequence), std::string(120, 's')});
    state.set_version(sequence);
  }
  SetTime(state.mutable_last_event_time(), now);
  SetTime(state.mutable_request()->mutable_update_time(), now);
  write.record = &record_;
  written_timers_.assign(state.timers().begin(), state.timers().end());
  return write;
}

std::string SampleClear(const RequestId& id, int64_t sequence) {
  storage::v1::Event event;
  event.set_sequence(sequence);
  event.set_actor("agents/17");
  event.set_request_id(std::string(id.bytes()));
  event.set_content_id(std::string(id.bytes()));
  event.mutable_state_changed()->set_from("verifying");
  event.mutable_state_changed()->set_to("assessing");
  event.mutable_state_changed()->set_phase(v1::PHASE_ASSESSMENT);
  event.mutable_state_changed()->set_trigger("verified");
  return event.SerializeAsString();
}

}  // namespace dsr
