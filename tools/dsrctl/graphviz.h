// Pictures of graphs, drawn by Graphviz.
#ifndef DSR_TOOLS_DSRCTL_GRAPHVIZ_H_
#define DSR_TOOLS_DSRCTL_GRAPHVIZ_H_

#include <string>

#include "absl/status/statusor.h"

namespace dsr::dsrctl {

// Returns the graph `dot` as SVG, drawn by the program `program` of Graphviz, which is looked up in
// PATH. NOT_FOUND, saying what to install, when there is none; UNKNOWN when it fails.
absl::StatusOr<std::string> DotToSvg(const std::string& dot, const std::string& program = "dot");

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_GRAPHVIZ_H_
