#include "unit/dsrctl/chromium.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "testing/temp_dir.h"

namespace dsr::dsrctl {
namespace {

constexpr int kNoSuchProgram = 127;
constexpr int kTimedOut = 124;

std::string ContentsOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void PutFile(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

// Runs `arguments` with stdout and stderr in files of `directory`, and returns how it ended.
int RunIn(const TempDir& directory, std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    const std::string path = directory.File(descriptor == STDOUT_FILENO ? "stdout" : "stderr");
    posix_spawn_file_actions_addopen(&actions, descriptor, path.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  pid_t child = 0;
  const int error = posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return kNoSuchProgram;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Shows `html` to Chromium in `directory`, with what `action` says to do with it.
absl::Status ShowIn(const TempDir& directory, const std::string& html, Scripts scripts,
                    const std::vector<std::string>& action) {
  PutFile(directory.File("page.html"), html);
  if (scripts == Scripts::kOff) {
    // A site setting and not --blink-settings=scriptEnabled=false: with that, Chromium's own page
    // that takes the screenshot does not run either, and nothing comes out.
    std::filesystem::create_directories(directory.File("profile/Default"));
    PutFile(directory.File("profile/Default/Preferences"),
            R"({"profile": {"default_content_setting_values": {"javascript": 2}}})");
  }
  std::vector<std::string> arguments = {
      "env", absl::StrCat("HOME=", directory.path()),
      absl::StrCat("XDG_CONFIG_HOME=", directory.File("config")),
      absl::StrCat("XDG_CACHE_HOME=", directory.File("cache")),
      // Ends all of its processes; a test never waits for a browser that hangs.
      "timeout", "--kill-after=5", "60", "chromium", "--headless", "--no-sandbox", "--disable-gpu",
      "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
      "--force-device-scale-factor=1", "--force-color-profile=srgb",
      // A port that nobody listens at: nothing reaches a network.
      "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND",
      absl::StrCat("--user-data-dir=", directory.File("profile"))};
  arguments.insert(arguments.end(), action.begin(), action.end());
  arguments.push_back(absl::StrCat("file://", directory.File("page.html")));
  const int code = RunIn(directory, arguments);
  if (code == kNoSuchProgram) {
    return absl::NotFoundError("Chromium is not installed: apt-get install chromium");
  }
  if (code != 0) {
    return absl::UnknownError(absl::StrCat(
        code == kTimedOut ? "Chromium took more than a minute" : "Chromium failed with ", code,
        ": ", ContentsOf(directory.File("stderr"))));
  }
  return absl::OkStatus();
}

// Returns a file that Chromium wrote. It ends with 0 even when it could not.
absl::StatusOr<std::string> WrittenBy(const TempDir& directory, const std::string& name) {
  std::string contents = ContentsOf(directory.File(name));
  if (!contents.empty()) return contents;
  return absl::UnknownError(
      absl::StrCat("Chromium wrote no ", name, ": ", ContentsOf(directory.File("stderr"))));
}

std::string WindowOf(int width, int height) {
  return absl::StrCat("--window-size=", width, ",", height);
}

}  // namespace

absl::StatusOr<std::string> DomOf(const std::string& html, Scripts scripts, int width) {
  const TempDir directory;
  DSR_RETURN_IF_ERROR(ShowIn(directory, html, scripts, {WindowOf(width, 1000), "--dump-dom"}));
  return WrittenBy(directory, "stdout");
}

absl::StatusOr<PngImage> ScreenshotOf(const std::string& html, int width, int height) {
  const TempDir directory;
  DSR_RETURN_IF_ERROR(
      ShowIn(directory, html, Scripts::kOff,
             {WindowOf(width, height), absl::StrCat("--screenshot=", directory.File("page.png"))}));
  DSR_RETURN_IF_ERROR(WrittenBy(directory, "page.png").status());
  return ReadPng(directory.File("page.png"));
}

absl::StatusOr<std::string> PdfOf(const std::string& html) {
  const TempDir directory;
  DSR_RETURN_IF_ERROR(ShowIn(
      directory, html, Scripts::kOff,
      {"--no-pdf-header-footer", absl::StrCat("--print-to-pdf=", directory.File("page.pdf"))}));
  return WrittenBy(directory, "page.pdf");
}

}  // namespace dsr::dsrctl
