// What a row of the list of jobs says beside its numbers: where, what it waits for, how long it has left.
#include <QAbstractItemModelTester>
#include <QString>

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "desktop/models/job_models.hpp"
#include "desktop/models/node_models.hpp"
#include "desktop/models/progress_pace.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;

const QuantityText kText(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
constexpr std::int64_t kBegin = 1'790'000'000'000;

AttemptData attempt(const char* provider, const char* device, const char* name) {
  AttemptData made;
  made.provider = QString::fromLatin1(provider);
  made.device = QString::fromLatin1(device);
  made.device_name = QString::fromLatin1(name);
  return made;
}

TaskRow task(JobState state, std::vector<AttemptData> attempts, const char* why = "") {
  return {.task = 0,
          .state = state,
          .why = {.reason = {}, .text = QString::fromLatin1(why), .detail = {}, .remedy = {}},
          .attempts = std::move(attempts)};
}

JobDetail job(JobState state, std::vector<TaskRow> tasks) {
  JobDetail made;
  made.job.state = state;
  made.tasks = std::move(tasks);
  return made;
}

TEST(JobPlace, IsOneDeviceOfOneProviderOrHowMany) {
  EXPECT_EQ(job_place(job(JobState::running, {})).device, QString());
  EXPECT_EQ(place_text(JobPlace()), QString());
  const AttemptData here = attempt("12D3KooWx9Kq12ab", "qd1-1", "RTX 4090");
  const JobPlace one =
      job_place(job(JobState::running, {task(JobState::running, {here}), task(JobState::running, {here})}));
  EXPECT_EQ(one.device, QStringLiteral("RTX 4090"));
  EXPECT_EQ(one.provider, QStringLiteral("…x9Kq12ab"));
  EXPECT_EQ(one.whole, QStringLiteral("RTX 4090 · 12D3KooWx9Kq12ab"));
  EXPECT_EQ(place_text(one), QStringLiteral("RTX 4090 · …x9Kq12ab"));
  const AttemptData there = attempt("12D3KooWother567", "qd1-2", "");
  const JobPlace two =
      job_place(job(JobState::running, {task(JobState::running, {there, here}), task(JobState::running, {there})}));
  EXPECT_EQ(place_text(two), QStringLiteral("2 devices of 2 providers"));
  EXPECT_EQ(two.whole, QStringLiteral("RTX 4090 · 12D3KooWx9Kq12ab\nqd1-2 · 12D3KooWother567"));
}

TEST(JobPlace, SaysWhatAJobWaitsForAndNothingOfOneThatRuns) {
  const auto waits = [](JobState state, TaskRow of) { return job_place(job(state, {std::move(of)})).waits; };
  EXPECT_EQ(waits(JobState::queued, task(JobState::queued, {})), QStringLiteral("waits for a provider"));
  EXPECT_EQ(waits(JobState::queued, task(JobState::queued, {}, "all devices are busy")),
            QStringLiteral("waits: all devices are busy"));
  AttemptData failed = attempt("p", "d", "RTX 4090");
  failed.why.text = QStringLiteral("it went away");
  EXPECT_EQ(waits(JobState::queued, task(JobState::queued, {failed})),
            QStringLiteral("waits for another provider, as at the last one: it went away"));
  EXPECT_EQ(waits(JobState::initializing, task(JobState::initializing, {failed}, "all devices were busy")),
            QStringLiteral("waits for its provider: terms are agreed on, inputs are sent"));
  EXPECT_EQ(waits(JobState::canceling, task(JobState::running, {failed})),
            QStringLiteral("waits until its provider has ended it"));
  EXPECT_EQ(waits(JobState::running, task(JobState::running, {failed}, "all devices were busy")), QString());
  EXPECT_EQ(waits(JobState::complete, task(JobState::complete, {failed})), QString());
}

TEST(ProgressPace, FollowsFromProgressThatWasSeen) {
  const QString id = QStringLiteral("j-1");
  ProgressPace pace;
  pace.see(id, 400, kBegin);
  EXPECT_EQ(pace.left_ms(id, kBegin + 60'000), std::nullopt) << "nothing was gained yet";
  pace.see(id, 500, kBegin + 60'000);
  EXPECT_EQ(pace.left_ms(id, kBegin + 60'000), 300'000);
  EXPECT_EQ(pace.left_ms(id, kBegin + 70'000), 290'000) << "it counts down between two reports";
  pace.see(id, 500, kBegin + 80'000);
  EXPECT_EQ(pace.left_ms(id, kBegin + 80'000), 280'000);
  EXPECT_EQ(pace.left_ms(id, kBegin + 400'000), std::nullopt) << "it is late: nobody knows";
  pace.see(id, 100, kBegin + 90'000);
  EXPECT_EQ(pace.left_ms(id, kBegin + 90'000), std::nullopt) << "it was begun anew elsewhere";
  pace.see(id, 119, kBegin + 190'000);
  EXPECT_EQ(pace.left_ms(id, kBegin + 190'000), std::nullopt) << "too little to tell by";
  pace.forget(id);
  EXPECT_EQ(pace.left_ms(id, kBegin + 190'000), std::nullopt);
}

TEST(JobRows, TellTheTimeLeftOnlyWhereProgressWasSeenToComeOn) {
  JobModel model(kText);
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  const auto told = [&](std::int64_t permille, std::int64_t after_ms, const char* state = "RUNNING") {
    json::object made = example_job("j-1", state);
    made["progress_permille"] = permille;
    model.set_now(kBegin + after_ms);
    model.take(json::object{{"jobs", json::object{{"j-1", made}}}});
    return model.index(0, JobModel::kElapsed).data(kSubTextRole).toString();
  };
  EXPECT_EQ(told(0, 60'000, "QUEUED"), QString());
  EXPECT_EQ(told(0, 100'000), QString());
  EXPECT_EQ(told(250, 200'000), QStringLiteral("5 min left")) << "of its run, not of its waiting";
  EXPECT_EQ(model.index(0, JobModel::kElapsed).data(Qt::AccessibleTextRole).toString(),
            QStringLiteral("Elapsed: 3 min 20 s, 5 min left"));
  EXPECT_EQ(model.index(0, JobModel::kElapsed).data(kNoteRole).toString(), QStringLiteral("3 min 20 s, 5 min left"));
  EXPECT_EQ(told(1'000, 500'000, "COMPLETE"), QString());
}

TEST(JobRows, SayWhereAndWhatTheyWaitForOnceThatIsKnown) {
  JobModel model(kText);
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.take(json::object{{"jobs", json::object{{"j-1", example_job("j-1", "QUEUED")}}}});
  const auto cell = [&](int column, int role) { return model.index(0, column).data(role).toString(); };
  EXPECT_EQ(cell(JobModel::kWhere, Qt::DisplayRole), QuantityText::none());
  model.set_place(QStringLiteral("j-1"), job_place(job(JobState::queued, {task(JobState::queued, {}, "all busy")})));
  EXPECT_EQ(cell(JobModel::kWhere, Qt::DisplayRole), QStringLiteral("No provider yet"));
  EXPECT_EQ(cell(JobModel::kName, kNoteRole), QStringLiteral("waits: all busy"));
  model.set_place(
      QStringLiteral("j-1"),
      job_place(job(JobState::running, {task(JobState::running, {attempt("12D3KooWx9Kq12ab", "qd1-1", "RTX 4090")})})));
  EXPECT_EQ(cell(JobModel::kWhere, Qt::DisplayRole), QStringLiteral("RTX 4090"));
  EXPECT_EQ(cell(JobModel::kWhere, kSubTextRole), QStringLiteral("…x9Kq12ab"));
  EXPECT_EQ(cell(JobModel::kWhere, Qt::ToolTipRole), QStringLiteral("RTX 4090 · 12D3KooWx9Kq12ab"));
  EXPECT_EQ(cell(JobModel::kName, kNoteRole), QString());
}

TEST(WorkRows, TellTheTimeLeftByTheirBeginningAndProgress) {
  WorkModel model(kText);
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  const auto told = [&](std::int64_t permille, bool with_start) {
    json::object work{{"state", "running"}, {"name", "x"}, {"permille", permille}};
    if (with_start) work["started_unix_ms"] = kBegin;
    model.set_now(kBegin + 60'000);
    model.take(json::object{{"work", json::object{{"w1", work}}}});
    return model.index(0, WorkModel::kElapsed).data(kSubTextRole).toString();
  };
  EXPECT_EQ(told(500, true), QStringLiteral("1 min left"));
  EXPECT_EQ(told(0, true), QString());
  EXPECT_EQ(told(1'000, true), QString());
  EXPECT_EQ(told(500, false), QString());
}

}  // namespace
}  // namespace quern::desktop::models
