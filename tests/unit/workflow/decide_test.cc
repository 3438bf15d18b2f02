#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "testing/every_command.h"
#include "testing/request_driver.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using storage::v1::Event;

bool Acts(const Event& event) {
  // What was begun may be undone by anybody whose proof is gone.
  const bool undoes = event.notices_created().kind() == v1::NOTICE_KIND_RESUME_PROCESSING ||
                      event.tasks_created().kind() == v1::TASK_KIND_LIFT_RESTRICTION;
  if (undoes) return false;
  return event.has_notices_created() || event.has_grant_issued() || event.has_download_begun() ||
         (event.has_tasks_created() && !event.tasks_created().tasks().empty() &&
          event.tasks_created().kind() != v1::TASK_KIND_RESOLVE_CONTACT);
}

// A request on its way, and all that can be asked of it there.
struct Stop {
  storage::v1::RequestRecord record;
  std::vector<Command> commands;
};

std::vector<Stop> StopsOnTheWay(RequestDriver& request) {
  std::vector<Stop> stops;
  const auto keep = [&] { stops.push_back({request.record(), EveryCommand(request)}); };
  request.FileUsual();
  keep();
  request.Verify();
  keep();
  for (int i = 0; i < request.request().correction().fields_size(); ++i) {
    DecideField decide;
    decide.decided.set_index(i);
    decide.decided.set_decision(v1::FIELD_DECISION_ACCEPTED);
    (void)request.Do(decide, Caseworker());
  }
  keep();
  ReviewDecision review;
  review.reviewed.set_outcome(v1::REVIEW_OUTCOME_OVERTURNED);
  for (int round = 0; round < 3; ++round) {
    for (const Command& step :
         std::vector<Command>{AssessRequest(), ConfirmPlan(), review, RespondToRequest()}) {
      const Actor actor = std::holds_alternative<ReviewDecision>(step) ? Reviewer() : Caseworker();
      if (!request.Do(step, actor).ok()) continue;
      keep();
    }
    const storage::v1::RequestRecord present = request.record();
    for (const v1::Task& task : present.tasks()) {
      if (task.state() != v1::Task::STATE_OPEN) continue;
      if (task.system() == "systems/dsrd") {
        request.BuildPackage(task.kind());
      } else {
        (void)request.Complete(task, RequestDriver::UsualResult(task));
      }
      keep();
    }
  }
  return stops;
}

class UnverifiedTest : public ::testing::TestWithParam<std::string> {};

// Whatever a request went through: without its verifications, nobody can have anything collected,
// changed, erased, told or handed out by any command.
TEST_P(UnverifiedTest, NoCommandActsForARequestThatIsNotVerifiedInAnyState) {
  RequestDriver request(GetParam());
  AddDisclosure(request.facts(), kAdPartner, {"browsing", "addresses"});
  std::set<std::string> states;
  for (const Stop& stop : StopsOnTheWay(request)) {
    storage::v1::RequestRecord record = stop.record;
    states.insert(record.state().request().state());
    record.mutable_state()->clear_verifications();
    const bool begun = record.state().point_of_no_return();
    for (const Command& command : stop.commands) {
      for (const Actor& actor : EveryActor()) {
        const Decision decision =
            Decide(request.rulebook(), record, command, request.ContextFor(actor));
        for (const Event& event : EventsOf(decision)) {
          // An erasure that was verified when it began tells recipients as it goes on.
          if (begun && event.has_notices_created()) continue;
          EXPECT_FALSE(Acts(event)) << std::string(CommandName(command)) << " by " << actor.name
                                    << " in " << record.state().request().state();
        }
      }
    }
  }
  const int most = request.rulebook().workflow.states_size();
  EXPECT_GE(static_cast<int>(states.size()), std::min(5, most / 3)) << "the way was not walked";
}

INSTANTIATE_TEST_SUITE_P(EveryWorkflow, UnverifiedTest, ::testing::ValuesIn(AssessedWorkflows()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class DecideTest : public ::testing::Test {
 protected:
  Decision Ask(const RequestDriver& request, const Command& command, const Actor& actor) {
    return Decide(request.rulebook(), request.record(), command, request.ContextFor(actor));
  }
};

TEST_F(DecideTest, RejectionLeavesNothingButItself) {
  RequestDriver request("access");
  request.FileAndVerify();

  const Decision decision = Ask(request, RespondToRequest(), Caseworker());

  ASSERT_TRUE(std::holds_alternative<Rejected>(decision));
  ASSERT_EQ(EventsOf(decision).size(), 1u);
  EXPECT_EQ(EventsOf(decision)[0].action_rejected().action(), "RespondToRequest");
  EXPECT_EQ(EventsOf(decision)[0].action_rejected().reason(), v1::ERROR_REASON_ACTION_NOT_ALLOWED);
}

// In a workflow that has no way on for an upheld decision, the review is allowed at first sight and
// fails on what it brings.
TEST_F(DecideTest, ActionThatFailsOnWhatItBringsIsNotRecordedAsDone) {
  const auto whole = ShopRulebook("automated-decision-complaint");
  v1::Workflow workflow = whole->workflow;
  for (int i = workflow.transitions_size() - 1; i >= 0; --i) {
    const v1::Transition& transition = workflow.transitions(i);
    if (transition.trigger() == v1::TRIGGER_DECISION_REVIEWED && transition.to() == "ready") {
      workflow.mutable_transitions()->DeleteSubrange(i, 1);
    }
  }
  ASSERT_LT(workflow.transitions_size(), whole->workflow.transitions_size());
  RequestDriver request(WithWorkflow(*whole, workflow));
  request.set_checks_actions(false);
  request.FileVerifyAndAssess();
  request.CompleteAll(v1::TASK_KIND_FETCH_DECISION);
  ReviewDecision review;
  review.reviewed.set_outcome(v1::REVIEW_OUTCOME_UPHELD);

  EXPECT_THAT(request.Do(review, Reviewer()), ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));

  EXPECT_EQ(request.Count(Event::kDecisionReviewed), 0);
  EXPECT_EQ(request.request().review().outcome(), v1::REVIEW_OUTCOME_UNSPECIFIED);
  EXPECT_EQ(request.Count(Event::kActionRejected), 1);
}

TEST_F(DecideTest, SealedContentBelongsToTheEventOfTheAct) {
  RequestDriver request("access");
  request.FileAndVerify();

  const Decision decision = Ask(request, AssessRequest(), Caseworker());

  const Accepted& accepted = std::get<Accepted>(decision);
  ASSERT_GE(accepted.content_event, 0);
  EXPECT_TRUE(accepted.events[static_cast<size_t>(accepted.content_event)].has_request_assessed());
}

TEST_F(DecideTest, NoteOfAnAnswerBelongsToTheAnswer) {
  RequestDriver request("automated-decision-complaint");
  request.FileVerifyAndAssess();
  request.CompleteAll(v1::TASK_KIND_FETCH_DECISION);
  ReviewDecision review;
  review.reviewed.set_outcome(v1::REVIEW_OUTCOME_UPHELD);
  ASSERT_THAT(request.Do(review, Reviewer()), IsOk());

  const Decision decision = Ask(request, RespondToRequest(), Caseworker());

  const Accepted& accepted = std::get<Accepted>(decision);
  ASSERT_GE(accepted.content_event, 0);
  EXPECT_TRUE(accepted.events[static_cast<size_t>(accepted.content_event)].has_request_answered());
}

TEST_F(DecideTest, AnswerThatNobodyWroteTakesNoContent) {
  RequestDriver request("access");
  request.FileUsual();
  request.AdvanceTo(request.TimerDueAt("verification-cutoff"));

  const Decision decision =
      Ask(request, FireTimer{"verification-cutoff", request.now()}, Scheduler());

  EXPECT_EQ(std::get<Accepted>(decision).content_event, -1);
}

TEST_F(DecideTest, FilingPinsTheDefinitionsAndAcknowledges) {
  RequestDriver request("access");

  request.FileUsual();

  EXPECT_EQ(request.request().pins().workflow().name(), "access");
  EXPECT_EQ(request.Messages("request-received"), 1);
  EXPECT_EQ(request.OpenTasks(v1::TASK_KIND_RESOLVE_CONTACT).size(), 1u);
  EXPECT_EQ(request.request().categories_size(), request.rulebook().policy.categories_size());
}

TEST_F(DecideTest, RefusedFilingLeavesNoHistory) {
  RequestDriver request("access");
  storage::v1::RequestFiled filed = request.UsualFiling();
  filed.add_categories("genome");

  const Decision decision = Ask(request, FileRequest{.filed = filed}, Intake());

  ASSERT_TRUE(std::holds_alternative<Rejected>(decision));
  EXPECT_TRUE(EventsOf(decision).empty());
}

TEST_F(DecideTest, TaskThatIsNotThereIsNotFound) {
  RequestDriver request("access");
  request.FileUsual();
  const TaskId unknown = TaskId::Derive(request.now(), {"unknown"});

  EXPECT_THAT(request.Do(CompleteTask{.id = unknown}, Worker()),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(request.Do(FailTask{.id = unknown}, Worker()),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(request.Do(RetryTask{.id = unknown}, Caseworker()),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(DecideTest, OpenTaskIsNotRetried) {
  RequestDriver request("access");
  request.FileUsual();
  const v1::Task task = request.OpenTask(v1::TASK_KIND_RESOLVE_CONTACT, kProfile);

  EXPECT_THAT(request.Do(RetryTask{.id = IdIn<TaskId>(task.name())}, Caseworker()),
              ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST_F(DecideTest, AssigningNamesAPersonUntilTheEnd) {
  RequestDriver request("access");
  request.FileAndVerify();

  ASSERT_THAT(request.Do(AssignRequest{.assignee = "bao"}, Caseworker()), IsOk());
  EXPECT_EQ(request.request().assignee(), "bao");
  ASSERT_THAT(request.Do(WithdrawRequest(), Intake()), IsOk());
  EXPECT_THAT(request.Do(AssignRequest{.assignee = "chen"}, Caseworker()),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

}  // namespace
}  // namespace dsr
