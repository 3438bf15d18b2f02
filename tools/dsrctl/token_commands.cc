#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/config/v1/config.pb.h"
#include "dsrctl/commands.h"
#include "dsrctl/names.h"
#include "dsrctl/token_file.h"
#include "google/protobuf/text_format.h"
#include "rpc/method_roles.h"

namespace dsr::dsrctl {
namespace {

constexpr size_t kMaxName = 100;

struct NewToken {
  std::string name;
  std::string roles;
  std::string data_system;
  std::string recipient;
  std::string out;
  std::string expires;
  std::string scopes;
  std::string principals;
};

absl::Status CheckName(const std::string& name) {
  const bool fits =
      name.size() <= kMaxName && !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
  return fits ? absl::OkStatus()
              : absl::InvalidArgumentError("--name takes 1 to 100 characters of a-z, 0-9 and -");
}

absl::Status AddRoles(const NewToken& options, config::v1::Principal& principal) {
  for (const absl::string_view role : absl::StrSplit(options.roles, ',', absl::SkipEmpty())) {
    if (!IsRole(role)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--roles takes, joined by commas: ", absl::StrJoin(RoleNames(), ", ")));
    }
    principal.add_roles(std::string(role));
  }
  if (principal.roles().empty()) return absl::InvalidArgumentError("--roles names no role");
  return absl::OkStatus();
}

// A worker or recipient without its resource would see nothing, and a resource without its role
// would be ignored: both are mistakes.
absl::Status AddResource(absl::string_view role, absl::string_view flag, absl::string_view pattern,
                         const std::string& given, const config::v1::Principal& principal,
                         std::string* resource) {
  const bool has_role = std::find(principal.roles().begin(), principal.roles().end(), role) !=
                        principal.roles().end();
  if (has_role == given.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("role ", role, " and ", flag, " go together"));
  }
  if (given.empty()) return absl::OkStatus();
  DSR_ASSIGN_OR_RETURN(*resource, ResourceName(pattern, given));
  return absl::OkStatus();
}

absl::StatusOr<config::v1::Principal> PrincipalOf(const NewToken& options) {
  config::v1::Principal principal;
  DSR_RETURN_IF_ERROR(CheckName(options.name));
  principal.set_name(options.name);
  DSR_RETURN_IF_ERROR(AddRoles(options, principal));
  DSR_RETURN_IF_ERROR(AddResource("data_system", "--data-system", "systems/*", options.data_system,
                                  principal, principal.mutable_data_system()));
  DSR_RETURN_IF_ERROR(AddResource("recipient", "--recipient", "recipients/*", options.recipient,
                                  principal, principal.mutable_recipient()));
  return principal;
}

absl::StatusOr<ExitCode> MakeToken(Context& context, const NewToken& options) {
  DSR_ASSIGN_OR_RETURN(config::v1::Principal principal, PrincipalOf(options));
  config::v1::TokenFile file;
  if (!options.principals.empty() && FileExists(options.principals)) {
    DSR_ASSIGN_OR_RETURN(file, ReadTokenFile(options.principals));
    if (FindPrincipal(file, options.name).ok()) {
      return absl::InvalidArgumentError(
          "the principal is there already; `dsrctl token rotate` gives it another token");
    }
  }
  DSR_ASSIGN_OR_RETURN(const FreshToken fresh,
                       MakeFreshToken(options.expires, options.scopes, absl::Now()));
  *principal.add_tokens() = fresh.entry;
  *file.add_principals() = std::move(principal);
  if (!options.principals.empty()) {
    DSR_RETURN_IF_ERROR(WriteTokenAndFile(options.out, fresh.text, options.principals, file));
    context.streams.err << "dsrctl: token written to " << options.out << "\n";
    return ExitCode::kOk;
  }
  DSR_RETURN_IF_ERROR(WriteToken(options.out, fresh.text));
  std::string text;
  google::protobuf::TextFormat::PrintToString(file, &text);
  context.output.Raw(text);
  context.streams.err << "dsrctl: token written to " << options.out
                      << "; add the lines above to the server's token file\n";
  return ExitCode::kOk;
}

}  // namespace

void AddTokenCommands(CommandTree& tree) {
  Group group = tree.AddGroup("token", "Makes, lists and revokes tokens, without a server");
  Command& command = group.Add("new", "Makes a token, and the token file's entry for it");
  const auto options = std::make_shared<NewToken>();
  command
      .Text("--name", &options->name, "The principal's name; appears in histories", Need::kRequired)
      .Text("--roles", &options->roles,
            absl::StrCat("Roles, joined by commas: ", absl::StrJoin(RoleNames(), ", ")),
            Need::kRequired)
      .Text("--data-system", &options->data_system, "With role data_system: which, SYSTEM")
      .Text("--recipient", &options->recipient, "With role recipient: which, RECIPIENT")
      .Text("--out", &options->out, "The new file for the token, readable by its owner only",
            Need::kRequired)
      .Text("--expires", &options->expires, "When the token ends, from now, such as 90d")
      .Text("--scopes", &options->scopes,
            "What it is good for, joined by commas: names of methods, or reads for all that change "
            "nothing; without, all that the roles allow")
      .Text("--principals", &options->principals,
            "The server's token file, to which the principal is added; made when it is missing; "
            "comments in it are lost")
      .Example(
          "dsrctl token new --name li-caseworker --roles caseworker,verifier"
          " --out li.token >> tokens.textproto")
      .Example(
          "dsrctl token new --name orders-worker --roles data_system --data-system orders"
          " --out orders.token >> tokens.textproto")
      .Example(
          "dsrctl token new --name probe --roles operator --scopes GetStatus --expires 90d"
          " --principals /etc/dsrd/tokens.textproto --out probe.token")
      .Runs([options](Context& context) { return MakeToken(context, *options); });
  AddTokenUpkeep(group);
}

}  // namespace dsr::dsrctl
