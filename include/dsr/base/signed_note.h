// Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature under it.
//
//   This is an example message.
//
//   — example.com/foo
//   Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
//
// People read it as it stands, and whoever has the signer's public key checks it with this or any
// other implementation. A key has a name; its id is the first 4 bytes of SHA-256(name, line feed,
// 0x01, public key), and a signature line has, in base64, that id and 64 bytes of Ed25519 over the
// text with its last line feed.
#ifndef DSR_BASE_SIGNED_NOTE_H_
#define DSR_BASE_SIGNED_NOTE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/crypto.h"

namespace dsr {

// Tells whether `text` can be signed as a note: UTF-8, not empty, ended by a line feed, and without
// any other control character of ASCII (those below U+0020). It may have empty lines.
bool IsNoteText(absl::string_view text);

// Tells whether a key can be called `name`: UTF-8, not empty, without spaces of any kind, `+` and
// control characters.
bool IsNoteKeyName(absl::string_view name);

// Signs notes with one key. Immutable; thread-safe.
class NoteSigner {
 public:
  // `name` is an IsNoteKeyName. Whoever has `seed` can sign in this name; this keeps a copy.
  NoteSigner(absl::string_view name, const SecretKey& seed);

  const std::string& name() const { return name_; }

  // Returns the note: `text`, an empty line and the signature. The same text gives the same bytes.
  // A text that is no IsNoteText is a fault of the caller and ends the process.
  std::string Sign(absl::string_view text) const;

  // What others check these notes with: `name+id+key`, id in 8 hexadecimal digits, key in base64.
  std::string verifier_key() const;

 private:
  const std::string name_;
  const SecretKey seed_;
  const std::string public_key_;
};

// Knows one key by which notes are signed. Immutable; thread-safe.
class NoteVerifier {
 public:
  // Reads what NoteSigner::verifier_key and others wrote. Errors: INVALID_ARGUMENT FIELD_INVALID
  // for anything else: another algorithm than Ed25519, or an id that is not that of name and key.
  static absl::StatusOr<NoteVerifier> Parse(absl::string_view verifier_key);

  const std::string& name() const { return name_; }
  // 4 bytes.
  const std::string& key_id() const { return key_id_; }

  // Tells whether the key signed `text` with `signature`, 64 bytes.
  bool Verify(absl::string_view text, absl::string_view signature) const {
    return Ed25519Verify(public_key_, text, signature);
  }

 private:
  NoteVerifier(absl::string_view name, absl::string_view public_key);

  std::string name_;
  std::string public_key_;
  std::string key_id_;
};

// Returns the text of `note`, line feed included, when the key of `verifier` signed it.
//
// Lines of other signers are ignored, also those that share the name or the id alone. Errors:
// INVALID_ARGUMENT FIELD_INVALID when it is no note: a control character, a signature line of
// another form, or more than 100 of them; DATA_LOSS FIELD_INVALID when the key did not sign it, or
// any of its lines does not verify.
absl::StatusOr<std::string> OpenNote(absl::string_view note, const NoteVerifier& verifier);

}  // namespace dsr

#endif  // DSR_BASE_SIGNED_NOTE_H_
