#include "dsr/base/signed_note.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/utf8.h"

namespace dsr {
namespace {

constexpr absl::string_view kAlgorithm("\x01", 1);  // Ed25519
constexpr size_t kKeyIdSize = 4;
constexpr absl::string_view kSignatureMark = "— ";
// A note with more would only make its reader work.
constexpr size_t kMostSignatures = 100;

// White_Space of Unicode, as UTF-8; control characters are looked for apart.
constexpr absl::string_view kSpaces[] = {" ",
                                         "\xC2\x85",
                                         "\xC2\xA0",
                                         "\xE1\x9A\x80",
                                         "\xE2\x80\x80",
                                         "\xE2\x80\x81",
                                         "\xE2\x80\x82",
                                         "\xE2\x80\x83",
                                         "\xE2\x80\x84",
                                         "\xE2\x80\x85",
                                         "\xE2\x80\x86",
                                         "\xE2\x80\x87",
                                         "\xE2\x80\x88",
                                         "\xE2\x80\x89",
                                         "\xE2\x80\x8A",
                                         "\xE2\x80\xA8",
                                         "\xE2\x80\xA9",
                                         "\xE2\x80\xAF",
                                         "\xE2\x81\x9F",
                                         "\xE3\x80\x80"};

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

std::string NoteKeyId(absl::string_view name, absl::string_view public_key) {
  return Sha256Concat({name, "\n", kAlgorithm, public_key}).substr(0, kKeyIdSize);
}

absl::Status NotANote(absl::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID,
                   absl::StrCat("this is no signed note: ", why));
}

absl::Status NotAVerifierKey() {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID,
                   "this is no verifier key of a note: it has the form name+id+key, and the id is "
                   "that of the name and the key");
}

absl::Status NotVerified(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss, v1::ERROR_REASON_FIELD_INVALID, why);
}

// One line under a note.
struct SignatureLine {
  std::string name;
  std::string key_id;
  std::string signature;
};

absl::StatusOr<SignatureLine> ParseSignatureLine(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kSignatureMark)) return NotANote("a signature has no dash");
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits(' ', 1));
  const absl::StatusOr<std::string> bytes = Base64Decode(parts.second);
  if (!IsNoteKeyName(parts.first) || !bytes.ok() || bytes->size() <= kKeyIdSize) {
    return NotANote("a signature is not a name and base64");
  }
  return SignatureLine{std::string(parts.first), bytes->substr(0, kKeyIdSize),
                       bytes->substr(kKeyIdSize)};
}

}  // namespace

bool IsNoteText(absl::string_view text) {
  return absl::EndsWith(text, "\n") && IsUtf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return IsControl(c) && c != '\n'; });
}

bool IsNoteKeyName(absl::string_view name) {
  return !name.empty() && IsUtf8(name) && !absl::StrContains(name, '+') &&
         std::none_of(name.begin(), name.end(), IsControl) &&
         std::none_of(std::begin(kSpaces), std::end(kSpaces),
                      [&](absl::string_view space) { return absl::StrContains(name, space); });
}

NoteSigner::NoteSigner(absl::string_view name, const SecretKey& seed)
    : name_(name),
      seed_(*SecretKey::FromBytes(seed.bytes())),
      public_key_(Ed25519PublicKey(seed.bytes())) {}

std::string NoteSigner::Sign(absl::string_view text) const {
  if (!IsNoteText(text)) {
    std::fputs("signed_note: a text that no note can have\n", stderr);
    std::abort();
  }
  return absl::StrCat(
      text, "\n", kSignatureMark, name_, " ",
      Base64Encode(absl::StrCat(NoteKeyId(name_, public_key_), Ed25519Sign(seed_.bytes(), text))),
      "\n");
}

std::string NoteSigner::verifier_key() const {
  return absl::StrCat(name_, "+", HexEncode(NoteKeyId(name_, public_key_)), "+",
                      Base64Encode(absl::StrCat(kAlgorithm, public_key_)));
}

NoteVerifier::NoteVerifier(absl::string_view name, absl::string_view public_key)
    : name_(name), public_key_(public_key), key_id_(NoteKeyId(name, public_key)) {}

absl::StatusOr<NoteVerifier> NoteVerifier::Parse(absl::string_view verifier_key) {
  // base64 has `+` too, so the key is all that is left.
  const std::vector<absl::string_view> parts =
      absl::StrSplit(verifier_key, absl::MaxSplits('+', 2));
  if (parts.size() != 3 || !IsNoteKeyName(parts[0])) return NotAVerifierKey();
  const absl::StatusOr<std::string> key = Base64Decode(parts[2]);
  if (!key.ok() || key->size() != kAlgorithm.size() + kEd25519KeySize ||
      !absl::StartsWith(*key, kAlgorithm)) {
    return NotAVerifierKey();
  }
  NoteVerifier verifier(parts[0], absl::string_view(*key).substr(kAlgorithm.size()));
  if (parts[1] != HexEncode(verifier.key_id())) return NotAVerifierKey();
  return verifier;
}

absl::StatusOr<std::string> OpenNote(absl::string_view note, const NoteVerifier& verifier) {
  if (!IsNoteText(note)) {
    return NotANote("it is not UTF-8, has control characters, or ends without a line feed");
  }
  const size_t border = note.rfind("\n\n");
  if (border == absl::string_view::npos) return NotANote("nothing is signed");
  const absl::string_view text = note.substr(0, border + 1);
  absl::string_view signatures = note.substr(border + 2);
  if (signatures.empty()) return NotANote("nothing is signed");
  absl::ConsumeSuffix(&signatures, "\n");
  const std::vector<absl::string_view> lines = absl::StrSplit(signatures, '\n');
  if (lines.size() > kMostSignatures) return NotANote("too many signatures");
  bool is_signed = false;
  bool is_altered = false;
  for (const absl::string_view line : lines) {
    DSR_ASSIGN_OR_RETURN(const SignatureLine one, ParseSignatureLine(line));
    if (one.name != verifier.name() || one.key_id != verifier.key_id()) continue;
    is_signed = true;
    is_altered = is_altered || !verifier.Verify(text, one.signature);
  }
  if (!is_signed) return NotVerified("the note is not signed by this key");
  if (is_altered) {
    return NotVerified("the note was altered: the signature of this key is not that of its text");
  }
  return std::string(text);
}

}  // namespace dsr
