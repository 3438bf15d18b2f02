// A real browser, without a window, that shows pages to tests.
#ifndef DSR_TESTS_UNIT_DSRCTL_CHROMIUM_H_
#define DSR_TESTS_UNIT_DSRCTL_CHROMIUM_H_

#include <string>

#include "absl/status/statusor.h"
#include "unit/dsrctl/png_image.h"

namespace dsr::dsrctl {

// Whether scripts of the page run.
enum class Scripts { kOff, kOn };

// Each function starts Debian's Chromium once, with a profile and a directory of its own and
// without a network, shows it `html` and waits for its end, a minute at most. NOT_FOUND, saying
// what to install, when there is no Chromium; UNKNOWN, with what it said, when it fails or takes
// too long. Thread-safe. Blocks.

// Returns the document that the browser made of the page, as HTML.
absl::StatusOr<std::string> DomOf(const std::string& html, Scripts scripts, int width = 1000);

// Returns what a window of this size shows of the page, from its top.
absl::StatusOr<PngImage> ScreenshotOf(const std::string& html, int width, int height);

// Returns the page printed as a PDF file.
absl::StatusOr<std::string> PdfOf(const std::string& html);

}  // namespace dsr::dsrctl

#endif  // DSR_TESTS_UNIT_DSRCTL_CHROMIUM_H_
