#include <algorithm>

#include "dsr/base/ids.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/evolve_children.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;
using storage::v1::RequestState;

void Create(RequestRecord& record, const Event& event, const storage::v1::NoticesCreated& created) {
  RequestState& state = *record.mutable_state();
  const RequestId request = IdOf(record);
  v1::Progress& progress = *state.mutable_request()->mutable_progress();
  for (const storage::v1::NewNotice& made : created.notices()) {
    v1::Notice& notice = *record.add_notices();
    const auto id = NoticeId::FromBytes(made.notice_id());
    if (id.ok()) notice.set_name(NoticeName(request, *id));
    notice.set_recipient(made.recipient());
    notice.set_kind(created.kind());
    notice.set_state(made.has_exemption() ? v1::Notice::STATE_EXEMPT : v1::Notice::STATE_PENDING);
    *notice.mutable_categories() = made.categories();
    notice.set_scope_version(made.scope_version());
    *notice.mutable_create_time() = event.time();
    if (made.has_due_time()) *notice.mutable_due_time() = made.due_time();
    if (made.has_exemption()) *notice.mutable_exemption() = made.exemption();
    notice.set_instruction(made.instruction());
    *notice.mutable_onward_recipients() = made.onward_recipients();
    notice.set_language(made.language());
    notice.set_legal_basis(made.legal_basis());
    progress.set_notices_total(progress.notices_total() + 1);
    if (!made.has_exemption()) progress.set_notices_outstanding(progress.notices_outstanding() + 1);
    int32_t& scope = (*state.mutable_scope_versions())[made.recipient()];
    if (made.scope_version() > scope) scope = made.scope_version();
    for (const std::string& disclosure : made.disclosure_ids())
      *state.add_covered_disclosures() = disclosure;
  }
}

void End(RequestRecord& record, const Event& event, v1::Notice& notice, v1::Notice::State end) {
  if (!HasEnded(notice)) {
    v1::Progress& progress = *record.mutable_state()->mutable_request()->mutable_progress();
    progress.set_notices_outstanding(progress.notices_outstanding() - 1);
  }
  notice.set_state(end);
  *notice.mutable_end_time() = event.time();
}

void Move(RequestRecord& record, const storage::v1::NoticeMoved& moved) {
  v1::Notice* notice = FindNotice(record, moved.notice_id());
  if (notice == nullptr) return;
  notice->add_former_recipients(notice->recipient());
  notice->set_recipient(moved.recipient());
  notice->set_state(v1::Notice::STATE_PENDING);
  notice->set_scope_version(moved.scope_version());
  notice->set_instruction(moved.instruction());
  notice->set_language(moved.language());
  notice->set_legal_basis(moved.legal_basis());
  *notice->mutable_due_time() = moved.due_time();
  notice->set_overdue(false);
  notice->set_attempts(0);
  notice->clear_send_time();
  notice->clear_acknowledge_time();
  int32_t& scope = (*record.mutable_state()->mutable_scope_versions())[moved.recipient()];
  scope = std::max(scope, moved.scope_version());
}

}  // namespace

void EvolveNotice(RequestRecord& record, const Event& event) {
  if (event.has_notices_created()) {
    Create(record, event, event.notices_created());
  } else if (event.has_notice_sent()) {
    if (auto* notice = FindNotice(record, event.notice_sent().notice_id())) {
      notice->set_state(v1::Notice::STATE_SENT);
      notice->set_attempts(event.notice_sent().attempts());
      *notice->mutable_send_time() = event.time();
    }
  } else if (event.has_notice_acknowledged()) {
    if (auto* notice = FindNotice(record, event.notice_acknowledged().notice_id())) {
      notice->set_state(v1::Notice::STATE_ACKNOWLEDGED);
      *notice->mutable_acknowledge_time() = event.time();
    }
  } else if (event.has_notice_completed()) {
    if (auto* notice = FindNotice(record, event.notice_completed().notice_id())) {
      End(record, event, *notice, v1::Notice::STATE_COMPLETED);
      notice->set_records(event.notice_completed().records());
      *notice->mutable_onward_told() = event.notice_completed().onward_told();
    }
  } else if (event.has_notice_objected()) {
    if (auto* notice = FindNotice(record, event.notice_objected().notice_id())) {
      End(record, event, *notice, v1::Notice::STATE_OBJECTED);
      *notice->mutable_objection() = event.notice_objected().objection();
    }
  } else if (event.has_notice_cancelled()) {
    if (auto* notice = FindNotice(record, event.notice_cancelled().notice_id()))
      End(record, event, *notice, v1::Notice::STATE_CANCELLED);
  } else if (event.has_notice_failed()) {
    if (auto* notice = FindNotice(record, event.notice_failed().notice_id())) {
      notice->set_state(v1::Notice::STATE_FAILED);
      notice->set_attempts(event.notice_failed().attempts());
    }
  } else if (event.has_notice_overdue()) {
    if (auto* notice = FindNotice(record, event.notice_overdue().notice_id()))
      notice->set_overdue(true);
  } else if (event.has_notice_moved()) {
    Move(record, event.notice_moved());
  } else if (event.has_notice_retried()) {
    if (auto* notice = FindNotice(record, event.notice_retried().notice_id())) {
      notice->set_state(v1::Notice::STATE_PENDING);
    }
  }
}

}  // namespace dsr
