#include "unit/workflow/good_definitions.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"
#include "dsr/workflow/definitions.h"

namespace dsr {
namespace {

template <class T>
T OrDie(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << result.status() << std::endl;
    std::abort();
  }
  return *std::move(result);
}

}  // namespace

std::string GoodWorkflowText() {
  return R"text(name: "good" data_use: DATA_USE_ERASES
version: 1
titles { key: "zh-CN" value: "删除" }
titles { key: "en" value: "Deletion" }
least_level: ASSURANCE_LEVEL_CONTACT
states {
  name: "verifying"
  phase: PHASE_VERIFICATION
  titles { key: "zh-CN" value: "核验" }
  titles { key: "en" value: "Verifying" }
  timers { name: "nudge" anchor: ANCHOR_START offset { civil_days: 3 } }
}
states {
  name: "assessing"
  phase: PHASE_ASSESSMENT
  titles { key: "zh-CN" value: "评估" }
  titles { key: "en" value: "Assessing" }
}
states {
  name: "approving"
  phase: PHASE_APPROVAL
  titles { key: "zh-CN" value: "审批" }
  titles { key: "en" value: "Approving" }
}
states {
  name: "erasing"
  phase: PHASE_WORK
  titles { key: "zh-CN" value: "删除" }
  titles { key: "en" value: "Erasing" }
}
states {
  name: "retaining"
  phase: PHASE_FOLLOW_UP
  titles { key: "zh-CN" value: "留存" }
  titles { key: "en" value: "Retaining" }
}
states {
  name: "closed"
  phase: PHASE_CLOSED
  end: true
  titles { key: "zh-CN" value: "完结" }
  titles { key: "en" value: "Closed" }
}
request_timers { name: "deadline" anchor: ANCHOR_BEFORE_DUE offset { seconds: 0 } }
request_timers { name: "escalate" anchor: ANCHOR_BEFORE_DUE offset { civil_days: 3 } }
transitions {
  from: "verifying"
  trigger: TRIGGER_IDENTITY_VERIFIED
  to: "assessing"
}
transitions {
  from: "verifying"
  trigger: TRIGGER_TIMER
  timer: "nudge"
  effects { kind: EFFECT_KIND_SEND_MESSAGE template: "hello" to_requester: true }
}
transitions {
  from: "verifying"
  trigger: TRIGGER_IDENTITY_REFUSED
  to: "closed"
  effects { kind: EFFECT_KIND_RESPOND template: "sorry" to_requester: true outcome: OUTCOME_NOT_VERIFIED }
}
transitions {
  from: "assessing"
  trigger: TRIGGER_ASSESSED
  to: "erasing"
  guards { kind: GUARD_KIND_VERIFIED level: ASSURANCE_LEVEL_CONTACT }
  effects { kind: EFFECT_KIND_CREATE_TASKS task_kind: TASK_KIND_ERASE }
  effects { kind: EFFECT_KIND_NOTIFY_RECIPIENTS notice_kind: NOTICE_KIND_DELETE }
  roles: "caseworker"
}
transitions {
  from: "assessing"
  trigger: TRIGGER_REFUSAL_PROPOSED
  to: "approving"
  roles: ["caseworker", "privacy_officer"]
}
transitions {
  from: "approving"
  trigger: TRIGGER_REFUSAL_APPROVED
  to: "closed"
  guards { kind: GUARD_KIND_SECOND_PERSON }
  effects { kind: EFFECT_KIND_RESPOND template: "sorry" outcome: OUTCOME_REFUSED }
  roles: "privacy_officer"
}
transitions {
  from: "approving"
  trigger: TRIGGER_REFUSAL_REJECTED
  to: "assessing"
  guards { kind: GUARD_KIND_SECOND_PERSON }
  roles: "privacy_officer"
}
transitions {
  from: "erasing"
  trigger: TRIGGER_FACTS_CHANGED
  to: "retaining"
  guards { kind: GUARD_KIND_ALL_TASKS_DONE task_kind: TASK_KIND_ERASE }
  guards { kind: GUARD_KIND_VERIFIED level: ASSURANCE_LEVEL_CONTACT }
  effects { kind: EFFECT_KIND_RESPOND template: "answer" }
}
transitions {
  from: "retaining"
  trigger: TRIGGER_TIMER
  timer: "retention-end"
  effects { kind: EFFECT_KIND_ERASE_RETAINED }
  effects { kind: EFFECT_KIND_NOTIFY_RECIPIENTS notice_kind: NOTICE_KIND_DELETE }
}
transitions {
  from: "retaining"
  trigger: TRIGGER_FACTS_CHANGED
  to: "closed"
  guards { kind: GUARD_KIND_DATA_RETAINED not: true } guards { kind: GUARD_KIND_NOTICES_OUTSTANDING not: true }
}
transitions {
  from_unanswered: true
  trigger: TRIGGER_TIMER
  timer: "escalate"
  effects { kind: EFFECT_KIND_ESCALATE escalation_level: 1 }
}
transitions {
  from_unanswered: true
  trigger: TRIGGER_TIMER
  timer: "deadline"
  effects { kind: EFFECT_KIND_MARK_BREACHED }
}
)text";
}

std::string GoodPolicyText() {
  return R"text(name: "policy"
version: 1
time_zone: "Asia/Shanghai"
response_days: 15
outer_working_days: 15
calendar: "rest"
templates: "messages"
grant_hours: 72
company { key: "zh-CN" value: "公司" }
company { key: "en" value: "The company" }
remedies { key: "zh-CN" value: "投诉或者起诉" }
remedies { key: "en" value: "complain, or go to court" }
categories {
  name: "orders"
  titles { key: "zh-CN" value: "订单" }
  titles { key: "en" value: "Orders" }
  purposes { key: "zh-CN" value: "交易" }
  purposes { key: "en" value: "trade" }
  sources { key: "zh-CN" value: "您" }
  sources { key: "en" value: "you" }
  retention_words { key: "zh-CN" value: "三年" }
  retention_words { key: "en" value: "three years" }
  retention { law: "E-Commerce Law, article 31" months: 36 }
}
verification {
  code_digits: 6
  code_seconds: 600
  attempts: 5
  sends: 5
  valid_seconds: 1296000
}
representations { relation: RELATION_GUARDIAN needs: EVIDENCE_KIND_GUARDIANSHIP }
representations { relation: RELATION_CLOSE_RELATIVE needs: EVIDENCE_KIND_DEATH needs: EVIDENCE_KIND_KINSHIP }
representations { relation: RELATION_AUTHORISED_AGENT needs: EVIDENCE_KIND_POWER_OF_ATTORNEY }
laws {
  law: "Personal Information Protection Law, article 47"
  titles { key: "zh-CN" value: "《中华人民共和国个人信息保护法》第四十七条" }
  titles { key: "en" value: "Personal Information Protection Law of the People's Republic of China, article 47" }
}
notice_laws { kind: NOTICE_KIND_DELETE law: "Personal Information Protection Law, article 47" }
notice_laws { kind: NOTICE_KIND_CORRECT law: "Personal Information Protection Law, article 47" }
notice_laws { kind: NOTICE_KIND_STOP_PROCESSING law: "Personal Information Protection Law, article 47" }
notice_laws { kind: NOTICE_KIND_RESUME_PROCESSING law: "Personal Information Protection Law, article 47" }
notice_terms { relation: RECIPIENT_RELATION_ENTRUSTED_PROCESSOR kind: NOTICE_KIND_DELETE civil_days: 7 }
notice_terms { relation: RECIPIENT_RELATION_ENTRUSTED_PROCESSOR kind: NOTICE_KIND_CORRECT civil_days: 7 }
notice_terms { relation: RECIPIENT_RELATION_JOINT_CONTROLLER kind: NOTICE_KIND_DELETE civil_days: 10 }
notice_terms { relation: RECIPIENT_RELATION_JOINT_CONTROLLER kind: NOTICE_KIND_CORRECT civil_days: 10 }
notice_terms { relation: RECIPIENT_RELATION_INDEPENDENT_CONTROLLER kind: NOTICE_KIND_DELETE civil_days: 15 }
notice_terms { relation: RECIPIENT_RELATION_INDEPENDENT_CONTROLLER kind: NOTICE_KIND_CORRECT civil_days: 15 }
deadline_profile: "fifteen"
deadline_profiles { name: "fifteen" law: "The policy, section 4" length { civil_days: 15 } calendar: "rest" }
)text";
}

v1::Policy GoodPolicy() { return OrDie(ParsePolicy(GoodPolicyText())); }

std::string GoodCalendarText() {
  return R"text(name: "rest"
version: 1
known { first { year: 2026 month: 1 day: 1 } last { year: 2026 month: 12 day: 31 } }
off { first { year: 2026 month: 10 day: 1 } last { year: 2026 month: 10 day: 3 } }
working { year: 2026 month: 10 day: 10 }
)text";
}

v1::TemplateSet GoodTemplates() {
  v1::TemplateSet set;
  set.set_name("messages");
  set.set_version(1);
  for (const char* id : {"hello", "answer", "sorry"}) {
    for (const char* language : {"zh-CN", "en"}) {
      v1::Template& one = *set.add_templates();
      one.set_id(id);
      one.set_language(language);
      one.set_subject("{{{request}}}");
      one.set_text("{{{request}}}\n");
    }
  }
  for (const char* language : {"zh-CN", "en"}) {
    v1::HtmlLayout& layout = *set.add_layouts();
    layout.set_language(language);
    layout.set_html(absl::StrCat("<!DOCTYPE html><html lang=\"", language,
                                 "\"><body>{{{body}}}</body></html>"));
  }
  return set;
}

std::string Replaced(std::string text, absl::string_view old_part, absl::string_view new_part) {
  const size_t at = text.find(std::string(old_part));
  if (at == std::string::npos) std::abort();
  return text.replace(at, old_part.size(), std::string(new_part));
}

int LineOf(absl::string_view text, absl::string_view part) {
  const size_t at = text.find(part);
  if (at == absl::string_view::npos) std::abort();
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + at, '\n'));
}

std::string RepositoryFile(absl::string_view path) {
  return OrDie(ReadFile(absl::StrCat(DSR_SOURCE_DIR, "/", path)));
}

std::shared_ptr<const Rulebook> TmallRulebook(const v1::Workflow& workflow) {
  const v1::Policy policy = OrDie(ParsePolicy(RepositoryFile("workflows/policy.textproto")));
  const v1::Calendar calendar =
      OrDie(ParseCalendar(RepositoryFile("workflows/calendars/cn.textproto")));
  return OrDie(MakeRulebook(v1::Pins(), workflow, policy, calendar, GoodTemplates()));
}

}  // namespace dsr
