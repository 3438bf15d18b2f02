#include "rpc/method_roles.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

enum RoleBit : uint32_t {
  kIntake = 1u << 0,
  kSession = 1u << 1,
  kVerifier = 1u << 2,
  kCaseworker = 1u << 3,
  kReviewer = 1u << 4,
  kPrivacy = 1u << 5,
  kAuditor = 1u << 6,
  kOperator = 1u << 7,
  kRegistrar = 1u << 8,
  kSystem = 1u << 9,
  kRecipient = 1u << 10,
  kChildren = 1u << 11,
  kAuthority = 1u << 12,
};

struct RoleName {
  const char* name;
  RoleBit bit;
};

constexpr RoleName kRoles[] = {
    {"intake", kIntake},
    {"session_asserter", kSession},
    {"verifier", kVerifier},
    {"caseworker", kCaseworker},
    {"reviewer", kReviewer},
    {"privacy_officer", kPrivacy},
    {"auditor", kAuditor},
    {"operator", kOperator},
    {"registrar", kRegistrar},
    {"data_system", kSystem},
    {"recipient", kRecipient},
    {"children_privacy", kChildren},
    {"identity_authority", kAuthority},
};

// Everyone but data systems and recipients.
constexpr uint32_t kStaff = kIntake | kSession | kVerifier | kCaseworker | kReviewer | kPrivacy |
                            kAuditor | kOperator | kRegistrar;
constexpr uint32_t kRequestReaders =
    kIntake | kVerifier | kCaseworker | kReviewer | kPrivacy | kAuditor;
// Those that a workflow can name for a transition; which of them may is the workflow's to say.
constexpr uint32_t kWorkflowRoles = kIntake | kVerifier | kCaseworker | kReviewer | kPrivacy;
constexpr uint32_t kReporting = kCaseworker | kPrivacy | kAuditor | kOperator;

struct MethodRoles {
  const char* method;
  uint32_t roles;
};

constexpr MethodRoles kMethods[] = {
    // RequestService
    {"CreateRequest", kIntake | kCaseworker | kPrivacy},
    {"GetRequest", kRequestReaders},
    {"ListRequests", kRequestReaders},
    {"WatchRequests", kRequestReaders},
    {"ListRequestEvents", kRequestReaders},
    {"ListAllowedActions", kRequestReaders},
    {"AssessRequest", kWorkflowRoles},
    {"DecideField", kWorkflowRoles},
    {"ConfirmPlan", kWorkflowRoles},
    {"ResolveBlocker", kWorkflowRoles},
    {"ProposeRefusal", kWorkflowRoles},
    {"ApproveRefusal", kWorkflowRoles},
    {"RejectRefusal", kWorkflowRoles},
    {"ReviewDecision", kWorkflowRoles},
    {"WithdrawRequest", kIntake | kCaseworker | kPrivacy},
    {"RespondToRequest", kWorkflowRoles},
    {"QuoteFee", kWorkflowRoles},
    {"SettleFee", kWorkflowRoles},
    {"DecideConflict", kWorkflowRoles},
    {"MigrateRequest", kPrivacy},
    {"ApproveDeletion", kWorkflowRoles},
    {"RecordAnnouncement", kPrivacy},
    {"LiftRestriction", kWorkflowRoles},
    {"ApproveFileAccess", kPrivacy},
    {"AssignRequest", kCaseworker | kPrivacy},
    {"HandOverRequest", kCaseworker | kPrivacy},
    {"ExtendDeadline", kPrivacy},
    {"ListQueue", kRequestReaders},
    {"DownloadPackage", kIntake | kCaseworker | kRecipient},
    // VerificationService
    {"StartVerification", kIntake | kVerifier | kSession},
    {"SubmitCode", kIntake | kVerifier},
    {"RecordEvidence", kVerifier},
    {"GetDocument", kVerifier | kPrivacy},
    {"DecideVerification", kVerifier | kAuthority},
    {"RevokeVerification", kVerifier | kPrivacy},
    {"GetVerification", kAuthority | kIntake | kVerifier | kCaseworker | kPrivacy | kAuditor},
    // TaskService
    {"LeaseTasks", kSystem},
    {"ExtendLease", kSystem},
    {"CompleteTask", kSystem},
    {"FailTask", kSystem},
    {"UploadPart", kSystem},
    {"RetryTask", kCaseworker | kPrivacy | kOperator},
    {"ListTasks", kReporting},
    // RegistryService
    {"CreateDataSystem", kOperator | kPrivacy},
    {"GetDataSystem", kStaff},
    {"ListDataSystems", kStaff},
    {"UpdateDataSystem", kOperator | kPrivacy},
    {"CreateRecipient", kOperator | kPrivacy},
    {"GetRecipient", kStaff},
    {"ListRecipients", kStaff},
    {"UpdateRecipient", kOperator | kPrivacy},
    {"DeleteRecipient", kOperator | kPrivacy},
    {"TestRecipient", kOperator | kPrivacy},
    {"ListRecipientHealth", kCaseworker | kPrivacy | kAuditor | kOperator},
    {"BatchCreateDisclosures", kRegistrar | kOperator | kPrivacy},
    {"ListDisclosures", kCaseworker | kPrivacy | kAuditor},
    {"BatchCreateConsents", kRegistrar | kOperator | kPrivacy},
    {"ListConsents", kCaseworker | kPrivacy | kAuditor},
    {"MergeAccounts", kRegistrar | kOperator | kPrivacy},
    // HoldService
    {"PlaceHold", kPrivacy},
    {"LiftHold", kPrivacy},
    {"GetHold", kCaseworker | kPrivacy | kAuditor},
    {"ListHolds", kCaseworker | kPrivacy | kAuditor},
    // NoticeService
    {"PullNotices", kRecipient},
    {"GetNotice", kRecipient | kCaseworker | kPrivacy | kAuditor},
    {"AcknowledgeNotice", kRecipient},
    {"CompleteNotice", kRecipient},
    {"ObjectToNotice", kRecipient},
    {"GetDeletionCertificate", kCaseworker | kPrivacy | kAuditor},
    {"ExportLedger", kRecipient | kSystem | kPrivacy},
    {"ListNotices", kCaseworker | kPrivacy | kAuditor},
    {"StreamNotices", kRecipient},
    {"BatchAcknowledgeNotices", kRecipient},
    {"BatchCompleteNotices", kRecipient},
    {"RetryNotice", kCaseworker | kPrivacy | kOperator},
    {"ResendNotice", kCaseworker | kPrivacy | kOperator},
    {"DecideObjection", kPrivacy},
    {"RecordNoticeAnswer", kCaseworker | kPrivacy},
    {"RecordNoticeImpossible", kPrivacy},
    // MessageService
    {"ListMessages", kIntake | kCaseworker | kPrivacy | kAuditor},
    {"GetMessage", kIntake | kCaseworker | kReviewer | kPrivacy | kAuditor},
    {"PreviewMessage", kCaseworker | kReviewer | kPrivacy},
    // StaffService
    {"SetAbsence", kCaseworker | kPrivacy},
    {"EndAbsence", kCaseworker | kPrivacy},
    {"ListAbsences", kRequestReaders},
    // WorkflowService
    {"ListWorkflows", kStaff},
    {"GetWorkflow", kStaff},
    {"CheckWorkflow", kStaff},
    // ReportService
    {"GetSlaReport", kReporting},
    {"ListBreaches", kReporting},
    {"GetYearlyReport", kReporting},
    // AuditService
    {"ListAuditEvents", kAuditor | kPrivacy | kOperator},
    {"GetCheckpoint", kAuditor | kPrivacy | kOperator},
    {"VerifyLog", kAuditor | kPrivacy | kOperator},
    {"ProveInclusion", kAuditor | kPrivacy | kOperator},
    // AdminService
    {"GetStatus", kOperator},
    {"GetKeyStatus", kOperator},
    {"RotateKeys", kOperator},
    {"DrainServer", kOperator},
    {"CreateBackup", kOperator},
    {"ListBackups", kOperator},
};

// How the names of methods begin that change nothing.
constexpr const char* kReadVerbs[] = {"Check",   "Export", "Get",    "List",
                                      "Preview", "Prove",  "Verify", "Watch"};

uint32_t BitOf(absl::string_view role) {
  for (const RoleName& known : kRoles) {
    if (role == known.name) return known.bit;
  }
  return 0;
}

const MethodRoles* FindMethod(absl::string_view method) {
  const auto found = std::find_if(std::begin(kMethods), std::end(kMethods),
                                  [&](const MethodRoles& row) { return method == row.method; });
  return found == std::end(kMethods) ? nullptr : found;
}

bool HasAny(const Principal& principal, uint32_t roles) {
  return std::any_of(principal.roles.begin(), principal.roles.end(),
                     [&](const std::string& role) { return (BitOf(role) & roles) != 0; });
}

}  // namespace

std::vector<std::string> RoleNames() {
  std::vector<std::string> names;
  for (const RoleName& role : kRoles) names.emplace_back(role.name);
  return names;
}

bool IsRole(absl::string_view role) { return BitOf(role) != 0; }

bool IsScope(absl::string_view scope) { return scope == kReadsScope || HasMethodRoles(scope); }

bool IsRead(absl::string_view method) {
  return HasMethodRoles(method) &&
         std::any_of(std::begin(kReadVerbs), std::end(kReadVerbs),
                     [&](absl::string_view verb) { return absl::StartsWith(method, verb); });
}

absl::Status CheckScope(const std::vector<std::string>& scopes, absl::string_view method) {
  const bool covers =
      scopes.empty() || std::any_of(scopes.begin(), scopes.end(), [&](const std::string& scope) {
        return scope == kReadsScope ? IsRead(method) : scope == method;
      });
  if (covers) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_MISSING,
                   absl::StrCat("the scopes of the caller's token do not cover ", method),
                   {{"method", std::string(method)}});
}

bool HasMethodRoles(absl::string_view method) { return FindMethod(method) != nullptr; }

absl::Status CheckRole(const Principal& principal, absl::string_view method) {
  const MethodRoles* row = FindMethod(method);
  if (row != nullptr && HasAny(principal, row->roles)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_MISSING,
                   absl::StrCat("none of the caller's roles may call ", method),
                   {{"method", std::string(method)}});
}

bool MaySeePersonalFields(const Principal& principal) {
  return HasAny(principal, kCaseworker | kReviewer | kPrivacy);
}

bool MaySeeEvidence(const Principal& principal) {
  return HasAny(principal, kVerifier | kCaseworker | kPrivacy);
}

bool MaySeeCodes(const Principal& principal) { return HasAny(principal, kPrivacy | kAuditor); }

absl::Status PersonalFieldsDenied(absl::string_view method) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_MISSING,
                   "none of the caller's roles may see personal fields",
                   {{"method", std::string(method)}});
}

}  // namespace dsr
