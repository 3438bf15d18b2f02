// The head figures of a report on deadlines, as HTML.
#ifndef DSR_TOOLS_DSRCTL_REPORT_TILES_H_
#define DSR_TOOLS_DSRCTL_REPORT_TILES_H_

#include <string>

#include "dsr/v1/report_service.pb.h"

namespace dsr::dsrctl {

// Returns a sentence or two that say how the deadline was kept.
std::string Summary(const v1::SlaReport& report);

// Returns the head figures as three rows of tiles: answers, open requests, answer times. A figure
// that asks for action has a tile of another colour and says so in words, too.
std::string TilesHtml(const v1::SlaReport& report);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_REPORT_TILES_H_
