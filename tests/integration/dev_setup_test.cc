#include "server/dev_setup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "dsr/base/file.h"
#include "dsr/base/text_file.h"
#include "dsr/config/v1/config.pb.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

TEST(DevSetupTest, WhatWasAddedToItsFilesOutlastsARestartAndNothingIsThereTwice) {
  const TempDir dir;
  config::v1::ServerConfig config;
  ASSERT_THAT(PrepareDev(dir.path(), config), IsOk());
  config::v1::TokenFile before;
  ASSERT_THAT(ReadTextFile(config.token_file(), before), IsOk());
  for (const auto& [file, added] :
       {std::pair(config.token_file(), "principals { name: \"new-partner\" }\n"),
        std::pair(config.webhook_secrets_file(), "secrets { id: \"new-partner\" }\n")}) {
    ASSERT_THAT(WriteFileAtomically(file, *ReadFile(file) + added), IsOk());
  }

  ASSERT_THAT(PrepareDev(dir.path(), config), IsOk());

  config::v1::TokenFile tokens;
  ASSERT_THAT(ReadTextFile(config.token_file(), tokens), IsOk());
  EXPECT_EQ(tokens.principals_size(), before.principals_size() + 1);
  EXPECT_TRUE(std::any_of(tokens.principals().begin(), tokens.principals().end(),
                          [](const auto& entry) { return entry.name() == "new-partner"; }));
  config::v1::WebhookSecrets secrets;
  ASSERT_THAT(ReadTextFile(config.webhook_secrets_file(), secrets), IsOk());
  EXPECT_TRUE(std::any_of(secrets.secrets().begin(), secrets.secrets().end(),
                          [](const auto& entry) { return entry.id() == "new-partner"; }));
}

}  // namespace
}  // namespace dsr
