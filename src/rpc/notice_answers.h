// What recipients' calls ask of the core, alone or in a batch.
#ifndef DSR_RPC_NOTICE_ANSWERS_H_
#define DSR_RPC_NOTICE_ANSWERS_H_

#include "dsr/base/ids.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/command.h"

namespace dsr {

inline Command ToCommand(const v1::AcknowledgeNoticeRequest&, const NoticeId& id) {
  return AcknowledgeNotice{.id = id};
}

inline Command ToCommand(const v1::CompleteNoticeRequest& in, const NoticeId& id) {
  CompleteNotice command{.id = id,
                         .records = in.records(),
                         .onward_told = {in.onward_told().begin(), in.onward_told().end()}};
  if (in.has_receipt()) command.receipt = in.receipt();
  return command;
}

inline Command ToCommand(const v1::ObjectToNoticeRequest& in, const NoticeId& id) {
  ObjectToNotice command{.id = id, .objection = in.objection()};
  if (in.has_receipt()) command.receipt = in.receipt();
  return command;
}

}  // namespace dsr

#endif  // DSR_RPC_NOTICE_ANSWERS_H_
