#include "dsrctl/columns.h"

#include <cstddef>

#include "absl/strings/str_split.h"

namespace dsr::dsrctl {
namespace {

struct Choice {
  const char* type;
  const char* columns;
};

constexpr Choice kChoices[] = {
    {"dsr.v1.Request", "name,type,phase,state,due_time,verified_level,assignee,team,breached"},
    {"dsr.v1.WatchRequestsResponse",
     "name=request.name,type=request.type,phase=request.phase,state=request.state,"
     "due_time=request.due_time,breached=request.breached,left,resume_token"},
    {"dsr.v1.Backup", "file,create_time,size_bytes,log_size,schema_version,installation"},
    {"dsr.v1.Task", "name,system,kind,state,failures,due_time,categories"},
    {"dsr.v1.Verification", "name,state,method,level,expire_time,attempts_left,sends"},
    {"dsr.v1.Notice", "name,recipient,kind,state,due_time,overdue,attempts,categories"},
    {"dsr.v1.LedgerEntry", "name,holder,action,categories,subject_references,end_time"},
    {"dsr.v1.Message", "name,template,language,audience,state,create_time,end_time,attempts"},
    {"dsr.v1.DataSystem", "name,title,categories,task_kinds,create_time"},
    {"dsr.v1.Recipient", "name,title,relation,jurisdiction,webhook=delivery.webhook.url"},
    {"dsr.v1.RecipientHealth",
     "recipient,reach,pending,sent,acknowledged,objected,failed,overdue,oldest=oldest_open_time,"
     "median_acknowledge,median_complete,last_failure=last_failure_code,"
     "failures=consecutive_failures"},
    {"dsr.v1.Disclosure", "name,recipient,categories,disclose_time,purpose,method,basis"},
    {"dsr.v1.SlaBreach", "request,type,owner,due_time,response_time,cause,systems"},
    {"dsr.v1.Absence", "principal,begin_time,end_time,deputy"},
    {"dsr.v1.AuditEvent", "index,time,actor,kind,request,sequence,leaf_hash"},
};

}  // namespace

std::vector<Column> ParseColumns(absl::string_view text) {
  std::vector<Column> columns;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const size_t equals = part.find('=');
    if (equals != absl::string_view::npos) {
      columns.push_back(
          {std::string(part.substr(0, equals)), std::string(part.substr(equals + 1))});
    } else {
      // npos + 1 is 0: a path without a dot is its own last part.
      columns.push_back({std::string(part.substr(part.rfind('.') + 1)), std::string(part)});
    }
  }
  return columns;
}

std::vector<Column> ColumnsOf(const google::protobuf::Descriptor& type) {
  for (const Choice& choice : kChoices) {
    if (type.full_name() == choice.type) return ParseColumns(choice.columns);
  }
  std::vector<Column> columns;
  for (int i = 0; i < type.field_count(); ++i) {
    columns.push_back({type.field(i)->name(), type.field(i)->name()});
  }
  return columns;
}

}  // namespace dsr::dsrctl
