// What is missing, in words for the people who ask for it.
#ifndef DSR_WORKFLOW_PROOF_WORDS_H_
#define DSR_WORKFLOW_PROOF_WORDS_H_

#include <string>

#include "dsr/v1/verification.pb.h"

namespace dsr {

// Says what to hand in, why it is asked for, and why what there is does not do.
std::string ExplainMissing(const v1::MissingProof& missing);

}  // namespace dsr

#endif  // DSR_WORKFLOW_PROOF_WORDS_H_
