// Runs the integration tests; each fails when something personal reaches a log or an error.
#include <gtest/gtest.h>

#include "integration/leak_watch.h"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  dsr::WatchStandardError();
  return RUN_ALL_TESTS();
}
