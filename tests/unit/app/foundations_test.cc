#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/key_numbers.h"
#include "app/not_found.h"
#include "app/rulebook_catalog.h"
#include "app/work_pool.h"
#include "dsr/base/errors.h"
#include "dsr/base/mutex.h"
#include "dsr/workflow/definitions.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::SizeIs;

TEST(KeyNumbersTest, GivesEachCallerANumberOfItsOwnWhoseKeyIsThere) {
  World world;
  Mutex mutex;
  std::set<int64_t> numbers;
  {
    std::vector<Thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back("taker", [&] {
        for (int j = 0; j < 50; ++j) {
          const absl::StatusOr<int64_t> number = world.key_numbers->Next();
          ASSERT_THAT(number, IsOk());
          EXPECT_THAT(world.keys->Key(*number), IsOk());
          MutexLock lock(mutex);
          numbers.insert(*number);
        }
      });
    }
  }

  EXPECT_THAT(numbers, SizeIs(200));
  EXPECT_EQ(*numbers.begin(), 1);
  EXPECT_EQ(*numbers.rbegin(), 200);
}

TEST(KeyNumbersTest, GoesOnAfterTheLastNumberThatASubjectHas) {
  World world;
  const RequestId id = world.FileOne("access", "account-1");
  const int64_t used = world.Record(id).state().key_number();

  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyNumbers> again,
                           KeyNumbers::Open(*world.store, *world.keys, 16));

  EXPECT_THAT(again->Next(), IsOkAndHolds(used + 1));
}

TEST(KeyNumbersTest, RefusesAKeyFileThatIsOlderThanTheDatabase) {
  World world;
  world.FileOne("access", "account-1");
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> older,
                           KeyFile::Open(world.dir.File("older"), world.kek, true));

  EXPECT_THAT(KeyNumbers::Open(*world.store, *older, 16),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_EQ(older->filled(), 0);
}

TEST(RulebookCatalogTest, GivesARequestTheRulebookItPinned) {
  World world;
  DSR_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<const Rulebook> current,
                           world.rulebooks->CurrentRulebook("access"));

  ASSERT_THAT(world.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> pinned,
                         world.rulebooks->RulebookFor(view, current->pins));
    EXPECT_EQ(pinned, current);
    return absl::OkStatus();
  }),
              IsOk());
}

TEST(RulebookCatalogTest, ReadsAnOlderVersionFromTheStore) {
  World world;
  DSR_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<const Rulebook> old,
                           world.rulebooks->CurrentRulebook("access"));
  DefinitionFiles newer = world.rulebooks->files();
  newer.workflows.at("access").set_version(99);
  for (Definition& definition : newer.definitions) {
    if (definition.ref.name() != "access") continue;
    definition.ref.set_version(99);
    definition.ref.set_sha256(std::string(64, 'a'));
  }
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<RulebookCatalog> catalog,
                           RulebookCatalog::Open(*world.store, newer));

  EXPECT_EQ((*catalog->CurrentRulebook("access"))->pins.workflow().version(), 99);
  ASSERT_THAT(world.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> pinned,
                         catalog->RulebookFor(view, old->pins));
    EXPECT_EQ(pinned->workflow.version(), old->workflow.version());
    v1::Pins forged = old->pins;
    forged.mutable_workflow()->set_sha256(std::string(64, 'b'));
    EXPECT_THAT(catalog->RulebookFor(view, forged), StatusIs(absl::StatusCode::kInternal));
    return absl::OkStatus();
  }),
              IsOk());
}

TEST(RulebookCatalogTest, RefusesOtherContentUnderTheSameVersion) {
  World world;
  DefinitionFiles changed = world.rulebooks->files();
  changed.definitions.front().ref.set_sha256(std::string(64, 'a'));
  changed.definitions.front().text += "# changed\n";

  EXPECT_THAT(RulebookCatalog::Open(*world.store, changed),
              ReasonIs(v1::ERROR_REASON_DEFINITION_INVALID));
}

TEST(WorkPoolTest, RefusesWorkBeyondItsLimitAndFinishesWhatItTook) {
  Mutex mutex;
  CondVar changed;
  bool open = false;
  bool begun = false;
  int finished = 0;
  WorkPool pool("test", 1, 2);
  const auto job = [&] {
    MutexLock lock(mutex);
    begun = true;
    changed.NotifyAll();
    while (!open) changed.Wait(mutex);
    ++finished;
  };
  ASSERT_TRUE(pool.Add("owner", job));
  {
    MutexLock lock(mutex);
    while (!begun) changed.Wait(mutex);
  }

  EXPECT_TRUE(pool.Add("owner", job));
  EXPECT_TRUE(pool.Add("owner", job));
  EXPECT_FALSE(pool.Add("owner", job));
  {
    MutexLock lock(mutex);
    open = true;
    changed.NotifyAll();
  }
  pool.Close();

  EXPECT_EQ(finished, 3);
  EXPECT_FALSE(pool.Add("owner", job));
}

TEST(WorkPoolTest, OwnersTakeTurnsHoweverManyJobsOneHas) {
  Mutex mutex;
  CondVar changed;
  bool open = false;
  std::vector<std::string> ran;
  WorkPool pool("test", 1, 100);
  ASSERT_TRUE(pool.Add("first", [&] {
    MutexLock lock(mutex);
    while (!open) changed.Wait(mutex);
  }));
  const auto job_of = [&](const std::string& owner) {
    return [&, owner] {
      MutexLock lock(mutex);
      ran.push_back(owner);
    };
  };
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(pool.Add("many", job_of("many")));
  ASSERT_TRUE(pool.Add("one", job_of("one")));
  {
    MutexLock lock(mutex);
    open = true;
    changed.NotifyAll();
  }
  pool.Close();

  EXPECT_THAT(ran, ::testing::ElementsAre("many", "one", "many", "many", "many", "many"));
}

TEST(NotFoundTest, TellsBackNamesOfOursAndNothingElse) {
  EXPECT_EQ(ErrorInfoOf(ResourceNotFound("requests/01kjp0y9m022q3jf47crsc3387"))
                ->metadata()
                .at("resource"),
            "requests/01kjp0y9m022q3jf47crsc3387");
  EXPECT_TRUE(ErrorInfoOf(ResourceNotFound("Wang Xiaoming"))->metadata().empty());
  EXPECT_TRUE(ErrorInfoOf(ResourceNotFound("王小明/a"))->metadata().empty());
}

}  // namespace
}  // namespace dsr
