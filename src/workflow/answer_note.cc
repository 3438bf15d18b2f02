#include "dsr/workflow/answer_note.h"

#include "workflow/template_pieces.h"
#include "workflow/transitions.h"

namespace dsr {
namespace {

constexpr char kNote[] = "note";

// A template that can do without says so by a section of that name.
bool ConsistsOfNote(const v1::Template& answer) {
  bool has_note = false;
  for (const TemplatePiece& piece : SplitTemplate(answer.text())) {
    if (piece.text != kNote) continue;
    if (piece.kind == TemplatePiece::Kind::kSection) return false;
    has_note = has_note || piece.kind == TemplatePiece::Kind::kValue ||
               piece.kind == TemplatePiece::Kind::kRawValue;
  }
  return has_note;
}

}  // namespace

bool AnswerNeedsNote(const Rulebook& rulebook, const v1::Request& request) {
  bool needs_note = false;
  for (const v1::Transition& transition : rulebook.workflow.transitions()) {
    if (transition.trigger() != v1::TRIGGER_RESPONDED || !LeavesFrom(transition, request)) continue;
    for (const v1::Effect& effect : transition.effects()) {
      if (effect.kind() != v1::EFFECT_KIND_RESPOND) continue;
      const v1::Template* answer = rulebook.FindTemplate(effect.template_(), request.language());
      if (answer == nullptr || !ConsistsOfNote(*answer)) return false;
      needs_note = true;
    }
  }
  return needs_note;
}

}  // namespace dsr
