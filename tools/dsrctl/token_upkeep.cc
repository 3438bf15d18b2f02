// `dsrctl token list`, `rotate` and `revoke`: what becomes of tokens, in the server's file.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/config/v1/config.pb.h"
#include "dsrctl/commands.h"
#include "dsrctl/token_file.h"

namespace dsr::dsrctl {
namespace {

using config::v1::Principal;
using config::v1::Token;
using config::v1::TokenFile;

constexpr char kPrincipals[] = "The server's token file (token_file of its configuration)";

struct ListOptions {
  std::string principals;
  std::string within = "14d";
  bool check = false;
};

struct RotateOptions {
  std::string principals;
  std::string name;
  std::string out;
  std::string expires;
  std::string scopes;
  std::string overlap = "7d";
};

struct RevokeOptions {
  std::string principals;
  std::string name;
  std::string token;
  bool all = false;
};

// What the end of a token calls for.
enum class TokenState { kValid, kExpiring, kExpired };

TokenState StateOf(const Token& token, absl::Time now, absl::Duration within) {
  if (!token.has_expire_time()) return TokenState::kValid;
  const absl::Time end = FromTimestamp(token.expire_time());
  if (end <= now) return TokenState::kExpired;
  return end <= now + within ? TokenState::kExpiring : TokenState::kValid;
}

const char* WordOf(TokenState state) {
  switch (state) {
    case TokenState::kValid:
      return "valid";
    case TokenState::kExpiring:
      return "expiring";
    case TokenState::kExpired:
      return "expired";
  }
  return "";
}

Emphasis EmphasisOf(TokenState state) {
  if (state == TokenState::kExpired) return Emphasis::kAlarm;
  return state == TokenState::kExpiring ? Emphasis::kNotice : Emphasis::kNone;
}

absl::StatusOr<ExitCode> ListTokens(Context& context, const ListOptions& options) {
  DSR_ASSIGN_OR_RETURN(TokenFile file, ReadTokenFile(options.principals));
  DSR_ASSIGN_OR_RETURN(const absl::Duration within, ParseSpan("--within", options.within));
  const absl::Time now = absl::Now();
  const auto instant = [&](const google::protobuf::Timestamp& time) {
    return absl::FormatTime(absl::RFC3339_sec, FromTimestamp(time), context.output.zone());
  };
  bool needs_care = false;
  context.output.BeginList(
      ParseColumns("principal,roles,token,create_time,age_days,expire_time,state,scopes"));
  for (Principal& principal : *file.mutable_principals()) {
    MovePlainToken(principal);
    for (const Token& token : principal.tokens()) {
      const TokenState state = StateOf(token, now, within);
      needs_care = needs_care || state != TokenState::kValid;
      std::string created;
      std::string age;
      if (token.has_create_time()) {
        created = instant(token.create_time());
        age = absl::StrCat((now - FromTimestamp(token.create_time())) / absl::Hours(24));
      }
      context.output.ListRecord(
          {principal.name(), absl::StrJoin(principal.roles(), " "), TokenId(token.token_sha256()),
           created, age, token.has_expire_time() ? instant(token.expire_time()) : "", WordOf(state),
           absl::StrJoin(token.scopes(), " ")},
          EmphasisOf(state));
    }
  }
  context.output.EndList();
  return options.check && needs_care ? ExitCode::kFindings : ExitCode::kOk;
}

// Takes out what has expired, and ends the others at `end`.
void EndTokens(Principal& principal, absl::Time now, absl::Time end) {
  std::vector<Token> kept;
  for (Token& token : *principal.mutable_tokens()) {
    const absl::Time present =
        token.has_expire_time() ? FromTimestamp(token.expire_time()) : absl::InfiniteFuture();
    if (present <= now) continue;
    if (present > end) *token.mutable_expire_time() = ToTimestamp(end);
    kept.push_back(token);
  }
  principal.clear_tokens();
  for (const Token& token : kept) *principal.add_tokens() = token;
}

absl::StatusOr<ExitCode> RotateToken(Context& context, const RotateOptions& options) {
  DSR_ASSIGN_OR_RETURN(TokenFile file, ReadTokenFile(options.principals));
  DSR_ASSIGN_OR_RETURN(Principal * principal, FindPrincipal(file, options.name));
  DSR_ASSIGN_OR_RETURN(const absl::Duration overlap, ParseSpan("--overlap", options.overlap));
  const absl::Time now = absl::Now();
  MovePlainToken(*principal);
  std::string scopes = options.scopes;
  // Whoever may do less than the roles allow does not come to more by a new token.
  if (scopes.empty() && !principal->tokens().empty()) {
    scopes = absl::StrJoin(principal->tokens().rbegin()->scopes(), ",");
  }
  DSR_ASSIGN_OR_RETURN(const FreshToken fresh, MakeFreshToken(options.expires, scopes, now));
  EndTokens(*principal, now, now + overlap);
  *principal->add_tokens() = fresh.entry;
  DSR_RETURN_IF_ERROR(WriteTokenAndFile(options.out, fresh.text, options.principals, file));
  context.streams.err << "dsrctl: token written to " << options.out
                      << "; the old ones are good for " << options.overlap << " at most\n";
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RevokeToken(Context& context, const RevokeOptions& options) {
  if (options.all == !options.token.empty()) {
    return absl::InvalidArgumentError("say either --token or --all");
  }
  DSR_ASSIGN_OR_RETURN(TokenFile file, ReadTokenFile(options.principals));
  DSR_ASSIGN_OR_RETURN(Principal * principal, FindPrincipal(file, options.name));
  MovePlainToken(*principal);
  std::vector<Token> kept;
  for (const Token& token : principal->tokens()) {
    if (!options.all && TokenId(token.token_sha256()) != options.token) kept.push_back(token);
  }
  const size_t revoked = static_cast<size_t>(principal->tokens_size()) - kept.size();
  if (revoked == 0) {
    return absl::NotFoundError(
        "the principal has no such token; `dsrctl token list` tells what its tokens are called");
  }
  principal->clear_tokens();
  for (const Token& token : kept) *principal->add_tokens() = token;
  DSR_RETURN_IF_ERROR(WriteTokenFile(options.principals, file));
  context.streams.err << "dsrctl: tokens revoked: " << revoked << "\n";
  return ExitCode::kOk;
}

}  // namespace

void AddTokenUpkeep(Group& tokens) {
  const auto list = std::make_shared<ListOptions>();
  tokens.Add("list", "Lists the tokens of the server's file, and when they end; never a token")
      .Text("--principals", &list->principals, kPrincipals, Need::kRequired)
      .Text("--within", &list->within, "Call a token expiring this long before its end; 14d if not")
      .Switch("--check", &list->check, "End with 8 when a token has expired or is expiring")
      .Example("dsrctl token list --principals /etc/dsrd/tokens.textproto")
      .Example(
          "dsrctl token list --principals /etc/dsrd/tokens.textproto --check --within 30d -o csv")
      .Runs([list](Context& context) { return ListTokens(context, *list); });
  const auto rotate = std::make_shared<RotateOptions>();
  tokens
      .Add("rotate",
           "Gives a principal a new token, and its old ones an end; comments in the file are lost")
      .Text("--principals", &rotate->principals, kPrincipals, Need::kRequired)
      .Text("--name", &rotate->name, "The principal", Need::kRequired)
      .Text("--out", &rotate->out, "The new file for the token, readable by its owner only",
            Need::kRequired)
      .Text("--expires", &rotate->expires, "When the new token ends, from now, such as 90d")
      .Text("--scopes", &rotate->scopes, "What it is good for; without, as the newest one")
      .Text("--overlap", &rotate->overlap, "How long the old ones are good at most; 7d if not said")
      .Example(
          "dsrctl token rotate --principals /etc/dsrd/tokens.textproto --name orders-worker"
          " --expires 90d --out orders-2.token")
      .Runs([rotate](Context& context) { return RotateToken(context, *rotate); });
  const auto revoke = std::make_shared<RevokeOptions>();
  tokens
      .Add("revoke",
           "Takes a token back: the server refuses it from the next call on; comments are lost")
      .Text("--principals", &revoke->principals, kPrincipals, Need::kRequired)
      .Text("--name", &revoke->name, "The principal", Need::kRequired)
      .Text("--token", &revoke->token, "The token, as `dsrctl token list` calls it")
      .Switch("--all", &revoke->all, "All tokens of the principal")
      .Example(
          "dsrctl token revoke --principals /etc/dsrd/tokens.textproto --name li --token 5f0c19ab")
      .Runs([revoke](Context& context) { return RevokeToken(context, *revoke); });
}

}  // namespace dsr::dsrctl
