// The models that pages make for themselves keep to what a view may expect of them, whatever comes.
#include <QAbstractItemModelTester>
#include <QStringList>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "desktop/models/job_models.hpp"
#include "desktop/models/node_models.hpp"
#include "desktop/models/steady_proxy.hpp"
#include "desktop/pages/job_list.hpp"
#include "desktop/pages/topology_of.hpp"
#include "desktop/pages/topology_tree.hpp"
#include "desktop/theme/theme.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;
using Mode = QAbstractItemModelTester::FailureReportingMode;

const char* const kStates[] = {"RUNNING", "QUEUED", "COMPLETE", "EXECUTOR_ERROR", "CANCELED", "INITIALIZING"};

// Another set of jobs in other states for each round.
json::object jobs_of(int round) {
  json::object by_id;
  for (int i = round % 3; i < 12 + round % 5; ++i) {
    const std::string id = "j-" + std::to_string(100 + i);
    json::object job = models::example_job(id, kStates[(i + round) % 6]);
    job["progress_permille"] = (i * 37 + round * 101) % 1'000;
    job["amount_micro"] = (i * 7 + round) % 5 * 1'000;
    by_id[id] = std::move(job);
  }
  return {{"jobs", std::move(by_id)}};
}

json::object works_of(int round) {
  json::object by_id;
  for (int i = round % 4; i < 6 + round % 3; ++i) by_id["work-" + std::to_string(i)] = example_work(i + round);
  return {{"work", std::move(by_id)}};
}

// Ids in the order of the proxy.
QStringList order_of(const QAbstractItemModel& model) {
  QStringList ids;
  for (int row = 0; row < model.rowCount(); ++row) ids.append(model.index(row, 0).data(models::kIdRole).toString());
  return ids;
}

TEST(PageModels, JobsAreFilteredAndSortedWhateverComes) {
  models::JobModel jobs(english());
  JobFilter filter(jobs);
  const QAbstractItemModelTester of_jobs(&jobs, Mode::Fatal);
  const QAbstractItemModelTester of_filter(&filter, Mode::Fatal);
  for (int round = 0; round < 40; ++round) {
    jobs.set_now(1'790'000'000'000 + 1'000 * round);
    jobs.take(jobs_of(round));
    jobs.set_place(QStringLiteral("j-105"), {.device = QStringLiteral("d%1").arg(round % 3),
                                             .provider = QStringLiteral("p"),
                                             .whole = {},
                                             .waits = QStringLiteral("waits")});
    filter.set_frozen(round % 4 == 0);
    filter.set_show(static_cast<JobFilter::Show>(round % 4));
    filter.sort(round % models::JobModel::kColumns, round % 2 == 0 ? Qt::AscendingOrder : Qt::DescendingOrder);
    int wanted = 0;
    for (const models::JobRow& job : jobs.rows()) {
      const bool ended = models::is_end(job.state);
      const bool done = job.state == models::JobState::complete;
      const bool kept[] = {true, !ended, done, ended && !done};
      wanted += kept[round % 4] ? 1 : 0;
    }
    EXPECT_EQ(filter.rowCount(), wanted) << round;
  }
}

TEST(PageModels, WorkIsSortedByEveryColumnInBothOrdersWhateverComes) {
  models::WorkModel work(english());
  models::SteadyProxy proxy(nullptr, std::chrono::milliseconds(1));
  const QAbstractItemModelTester of_work(&work, Mode::Fatal);
  proxy.setSourceModel(&work);
  const QAbstractItemModelTester of_proxy(&proxy, Mode::Fatal);
  for (int round = 0; round < 28; ++round) {
    work.set_now(1'790'000'000'000 + 60'000 * round);
    work.set_device_names({{QStringLiteral("gpu-0"), QStringLiteral("RTX %1").arg(round)}});
    const int column = round % models::WorkModel::kColumns;
    const Qt::SortOrder order = round % 2 == 0 ? Qt::AscendingOrder : Qt::DescendingOrder;
    proxy.sort(column, order);
    proxy.set_frozen(true);
    const QStringList before = order_of(proxy);
    work.take(works_of(round));
    QStringList stayed = before;
    stayed.removeIf([&](const QString& id) { return !work.find(id); });
    EXPECT_EQ(order_of(proxy).mid(0, stayed.size()), stayed) << "rows jump under the mouse";
    proxy.set_frozen(false);
    proxy.put_in_order();
    EXPECT_EQ(proxy.rowCount(), work.rowCount());
    for (int row = 1; row < proxy.rowCount(); ++row) {
      const QVariant one = proxy.index(row - 1, column).data(models::kSortRole);
      const QVariant other = proxy.index(row, column).data(models::kSortRole);
      if (one.metaType().id() != QMetaType::LongLong || other.metaType().id() != QMetaType::LongLong) continue;
      const bool rises = one.toLongLong() <= other.toLongLong();
      EXPECT_TRUE(one == other || rises == (order == Qt::AscendingOrder)) << round;
    }
  }
}

TEST(PageModels, TheTreeOfAMachineIsOneOfItsPartsWhateverShapeComes) {
  theme::Theme::instance().install();
  TopologyTree tree(QStringLiteral("Parts"), english());
  const QAbstractItemModelTester tester(tree.model(), Mode::Fatal);
  const MachineShape shapes[] = {{}, {.packages = 1, .numas = 1, .caches = 1, .cores = 4, .gpus = 0}, {.gpus = 1}};
  for (int round = 0; round < 12; ++round) {
    const json::object machine = example_machine(shapes[round / 2 % 3], round);
    tree.set_topology(topology_of(models::machine_from(machine), english()));
    ASSERT_EQ(tree.model()->rowCount(), 1);
    const QModelIndex root = tree.model()->index(0, 0);
    EXPECT_EQ(tree.model()->rowCount(root), shapes[round / 2 % 3].packages);
  }
  tree.set_topology({});
  EXPECT_EQ(tree.model()->rowCount(), 1);
}

}  // namespace
}  // namespace quern::desktop::pages
