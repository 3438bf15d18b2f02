#include "integration/leak_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/mutex.h"
#include "integration/personal_forms.h"
#include "integration/standard_error_tap.h"

namespace dsr {
namespace {

// Shorter ones stand in words that are nobody's.
constexpr size_t kShortestRemembered = 8;

// Programs that are no tests remember nothing.
std::atomic<bool> is_watching = false;

// What is searched for, by the value that it is a form of.
struct Remembered {
  Mutex mutex;
  std::map<std::string, std::vector<std::string>> forms ABSL_GUARDED_BY(mutex);
};

Remembered& TheRemembered() {
  static Remembered& remembered = *new Remembered;
  return remembered;
}

void Remember(const std::string& value) {
  Remembered& remembered = TheRemembered();
  MutexLock lock(remembered.mutex);
  if (!remembered.forms.contains(value)) remembered.forms.emplace(value, FormsOf(value));
}

void RememberMarksOnly() {
  {
    Remembered& remembered = TheRemembered();
    MutexLock lock(remembered.mutex);
    remembered.forms.clear();
  }
  for (const char* mark : {kMark, kMarkInChinese, kMarkInEmoji}) Remember(mark);
}

// Looks at what a test wrote once it ends.
class Watch : public ::testing::EmptyTestEventListener {
 public:
  void OnTestStart(const ::testing::TestInfo&) override { RememberMarksOnly(); }
  void OnTestEnd(const ::testing::TestInfo&) override {
    ExpectNothingPersonal("standard error", tap_.Take());
  }

 private:
  StandardErrorTap tap_;
};

}  // namespace

void RememberPersonal(const google::protobuf::Message& message) {
  if (!is_watching) return;
  for (const std::string& value : PersonalValuesOf(message)) {
    if (value.size() >= kShortestRemembered) Remember(value);
  }
}

void ExpectNothingPersonal(absl::string_view where, absl::string_view text) {
  std::string found;
  {
    Remembered& remembered = TheRemembered();
    MutexLock lock(remembered.mutex);
    for (const auto& [value, forms] : remembered.forms) {
      for (const std::string& form : forms) {
        const size_t at = text.find(form);
        if (at == absl::string_view::npos) continue;
        const size_t begin = at < 80 ? 0 : at - 80;
        absl::StrAppend(&found, "\n", "`", value, "` as `", form,
                        "` in: ", text.substr(begin, at - begin + form.size() + 40));
        break;
      }
    }
  }
  EXPECT_EQ(found, "") << where << " holds something personal";
}

void ExpectNothingPersonal(const absl::Status& status) {
  ExpectNothingPersonal("an error's message", status.message());
  status.ForEachPayload([](absl::string_view url, const absl::Cord& value) {
    ExpectNothingPersonal(url, std::string(value));
  });
}

void WatchStandardError() {
  is_watching = true;
  RememberMarksOnly();
  // Those that come later hear of a test's end before the printer does, which then knows of
  // failures.
  ::testing::UnitTest::GetInstance()->listeners().Append(new Watch);
}

}  // namespace dsr
