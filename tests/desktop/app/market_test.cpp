// A market as people meet it: the window of a node that submits and that of one that provides, on real daemons, moved
// by clicks and keys alone. What the pages show is what the daemons say.
#include <QApplication>
#include <QComboBox>
#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QPlainTextEdit>
#include <iostream>

#include <gtest/gtest.h>

#include "desktop/pages/jobs_page.hpp"
#include "desktop/pages/submit_page.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "tests/desktop/app/shown_and_told.hpp"
#include "tests/desktop/stall_watch.hpp"

namespace quern::desktop::app {
namespace {

namespace json = boost::json;
using models::JobModel;
using models::JobState;

constexpr int kJobMs = 120'000;  // also of a sanitizer, on a machine that does other things
constexpr std::chrono::milliseconds kStallMax{50};
#if defined(__has_feature)
constexpr bool kSlowed = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSlowed = false;
#endif

// One line of its log and one step of its progress a pass.
std::string kernel() {
  return "__kernel void turn(__global uint* out, uint pass) {\n  uint x = pass + get_global_id(0);\n"
         "  for (int i = 0; i < 100000; ++i) x = x * 1664525u + 1013904223u;\n  out[get_global_id(0)] = x;\n"
         "  if (get_global_id(0) == 0) printf(\"pass %u is done\\n\", pass);\n}\n";
}

std::string manifest(const std::string& name, int passes) {
  const auto digest =
      QCryptographicHash::hash(QByteArray::fromStdString(kernel()), QCryptographicHash::Sha256).toHex().toStdString();
  return R"({"apiVersion":"v1","kind":"OpenCLKernel","name":")" + name +
         R"(","resources":{"walltimeSeconds":600,"memoryBytes":1073741824},"inputs":[{"path":"turn.cl",)" +
         R"("digest":"sha256:)" + digest + R"(","bytes":)" + std::to_string(kernel().size()) +
         R"(}],"outputs":[{"path":"numbers.bin","maxBytes":1024}],"program":{"sources":["turn.cl"]},)" +
         R"("buffers":{"out":{"bytes":1024,"output":"numbers.bin"}},"work":{"fp32Flop":2000000000000},)" +
         R"("steps":[{"kernel":"turn","repeat":)" + std::to_string(passes) +
         R"(,"globalWorkSize":[256],"args":[{"buffer":"out"},{"iteration":0}]}]})";
}

// By the keyboard alone: Tab goes on from where the focus is until something that is called so has it.
bool tab_to(QWidget& window, const char* name) {
  constexpr int kStepsMax = 120;
  for (int step = 0; step < kStepsMax; ++step) {
    QWidget* const now = QApplication::focusWidget();
    const auto* const button = qobject_cast<const QAbstractButton*>(now);
    const QString called = now && !now->accessibleName().isEmpty() ? now->accessibleName()
                           : button                                ? button->text()
                                                                   : QString();
    if (called == QString::fromUtf8(name)) return true;
    QTest::keyClick(now ? now : &window, Qt::Key_Tab);
  }
  return false;
}
void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
  QWidget* const now = QApplication::focusWidget();
  ASSERT_NE(now, nullptr);
  QTest::keyClick(now, key, modifiers);
}

// Jobs whose time goes on are told without it.
QStringList jobs_shown(const QWidget& page) {
  const QAbstractItemModel& model = *named<widgets::Table>(page, "Jobs").model();
  QStringList lines;
  for (int row = 0; row < model.rowCount(); ++row) {
    const auto cell = [&](int column) { return model.index(row, column).data(); };
    const auto state = static_cast<JobState>(model.index(row, 0).data(JobModel::kStateRole).toInt());
    QStringList cells;
    for (const int column : {JobModel::kName, JobModel::kState, JobModel::kProgress, JobModel::kCost,
                             JobModel::kSubmitted, JobModel::kElapsed}) {
      if (column != JobModel::kElapsed || models::is_end(state)) cells += cell(column).toString();
    }
    lines += cells.join(QStringLiteral(" | "));
  }
  lines.sort();
  for (const auto* each : page.findChildren<widgets::ElidedLabel*>()) {
    if (each->text().endsWith(QStringLiteral("spent today"))) lines += each->text();
  }
  return lines;
}

// That all amounts of a column are shown with.
int decimals_told(const json::array& rows) {
  int decimals = models::QuantityText::kCreditDecimals;
  for (const json::value& each : rows) {
    decimals = models::QuantityText::credits_decimals(number_in(each, "amount_micro"), decimals);
  }
  return decimals;
}

QStringList jobs_told(Witness& witness) {
  const models::QuantityText text = english();
  QStringList lines;
  int running = 0;
  int waiting = 0;
  const json::value answer = witness.ask("job.list");
  const int decimals = decimals_told(answer.at("jobs").as_array());
  for (const json::value& each : answer.at("jobs").as_array()) {
    const json::object& job = each.as_object();
    const JobState state = models::job_state_from(text_in(job, "state"));
    const std::int64_t submitted = number_in(each, "submitted_unix_ms");
    QStringList cells{text_in(job, "name"), models::job_state_text(state),
                      text.percent(number_in(each, "progress_permille")),
                      text.credits(number_in(each, "amount_micro"), decimals), text.time(submitted)};
    if (models::is_end(state)) cells += text.duration(number_in(each, "ended_unix_ms") - submitted);
    lines += cells.join(QStringLiteral(" | "));
    waiting += state == JobState::queued ? 1 : 0;
    running += state == JobState::queued || models::is_end(state) ? 0 : 1;
  }
  lines.sort();
  const json::value earnings = witness.topic("earnings");
  lines += QStringLiteral("%1 running · %2 waiting · %3 spent today")
               .arg(text.count(running), text.count(waiting),
                    text.credits(number_in(part_of(earnings, "today"), "spent_micro")));
  return lines;
}

// Tiles, receipts, the last day of the chart and the shares.
QStringList earnings_shown(const QWidget& page) {
  QStringList lines;
  for (const auto* tile : page.findChildren<widgets::KpiTile*>()) {
    if (tile->isVisible()) lines += tile->accessibleName();
  }
  lines += cells_of(named<widgets::Table>(page, "Receipts"));
  const auto& bars = named<widgets::StackedBars>(page, "Credits per day");
  lines += bars.item_text(bars.item_count() - 1).section(QStringLiteral(": "), 1);
  const auto& shares = named<widgets::ShareBars>(page, "Shares");
  for (int at = 0; at < shares.item_count(); ++at) lines += shares.item_text(at);
  return lines;
}

// As a page names it: of another machine as it is offered.
QString device_told(const models::DaemonModels& models, const QString& peer, const QString& device, bool earned) {
  models::ReceiptRow receipt;
  receipt.earned = earned;
  receipt.peer = peer;
  receipt.device = device;
  const QString name = models.device_known_as(receipt);
  return name.isEmpty() ? models::short_id(device) : name;
}

QStringList receipts_told(Witness& witness, const models::DaemonModels& models, bool earned) {
  const models::QuantityText text = english();
  QStringList lines;
  const json::value answer = witness.ask("receipt.list", {{"limit", 200}});
  const int decimals = decimals_told(answer.at("receipts").as_array());
  for (const json::value& each : answer.at("receipts").as_array()) {
    const json::object& receipt = each.as_object();
    if ((text_in(receipt, "role") == QStringLiteral("provider")) != earned) continue;
    const json::value& device_time = part_of(part_of(each, "usage"), "device_time");
    const std::int64_t amount = number_in(each, "amount_micro");
    const QString state = text_in(receipt, "state");
    lines += QStringList{text.time(number_in(each, "when_unix_ms")),
                         text_in(receipt, "name"),
                         models::short_id(text_in(receipt, "peer")),
                         device_told(models, text_in(receipt, "peer"), text_in(receipt, "device"), earned),
                         device_time.is_number() ? text.duration(device_time.to_number<std::int64_t>() / 1'000)
                                                 : text.none(),
                         text.credits_signed(earned ? amount : -amount, decimals),
                         state.left(1).toUpper() + state.mid(1)}
                 .join(QStringLiteral(" | "));
  }
  lines.sort();
  return lines;
}

// Of a part of a day: one that money was spent on is called as in its receipts.
QString part_told(Witness& witness, const models::DaemonModels& models, const QString& device, bool earned) {
  if (earned) return models.device_name(device);
  const json::value answer = witness.ask("receipt.list", {{"limit", 200}});
  for (const json::value& each : answer.at("receipts").as_array()) {
    const json::object& receipt = each.as_object();
    const bool own = text_in(receipt, "role") == QStringLiteral("provider");
    if (!own && text_in(receipt, "device") == device)
      return device_told(models, text_in(receipt, "peer"), device, false);
  }
  return models::short_id(device);
}

QStringList earnings_told(Witness& witness, const models::DaemonModels& models, bool earned) {
  const models::QuantityText text = english();
  const json::value now = witness.topic("earnings");
  const auto amount = [&](const char* name) { return text.credits_number(number_in(now, name)); };
  const char* const mine = earned ? "earned_micro" : "spent_micro";
  const json::value month =
      witness.ask("earnings.get", {{"from_unix_ms", QDateTime::currentMSecsSinceEpoch() - 86'400'000LL * 29},
                                   {"until_unix_ms", QDateTime::currentMSecsSinceEpoch() + 86'400'000LL},
                                   {"by", "device"}});
  const std::int64_t midnight = QDateTime::currentMSecsSinceEpoch() / 86'400'000 * 86'400'000;
  const json::value today = witness.ask(
      "earnings.get", {{"from_unix_ms", midnight}, {"until_unix_ms", midnight + 86'400'000}, {"by", "device"}});
  const std::int64_t total = number_in(month.at("totals"), mine);
  const QString side = earned ? QStringLiteral("Earned") : QStringLiteral("Spent");
  QStringList lines{
      QStringLiteral("Balance: %1 cr, %2")
          .arg(amount("balance_micro"), number_in(now, "pending_micro") == 0
                                            ? QStringLiteral("nothing pending")
                                            : QStringLiteral("%1 more pending").arg(amount("pending_micro"))),
      QStringLiteral("%1 today: %2 cr, ").arg(side, text.credits_number(number_in(today.at("totals"), mine))),
      QStringLiteral("%1 in 30 days: %2 cr, nothing before that").arg(side, text.credits_number(total))};
  lines += earned ? QStringLiteral("Not paid off yet: %1 cr, of %2 earned")
                        .arg(amount("receivable_micro"), amount("earned_micro"))
                  : QStringLiteral("Not paid off yet: %1 cr, of %2 spent · %3 set aside for jobs")
                        .arg(amount("payable_micro"), amount("spent_micro"), amount("reserved_micro"));
  lines += receipts_told(witness, models, earned);
  QStringList parts;
  for (const json::value& day : month.at("days").as_array()) {
    for (const json::value& part : day.at("parts").as_array()) {
      const std::int64_t micro = number_in(part, mine);
      if (micro == 0) continue;
      parts +=
          part_told(witness, models, text_in(part.as_object(), "name"), earned) + u' ' + text.credits_number(micro);
    }
  }
  lines += QStringLiteral("%1. %2").arg(text.credits_number(total), parts.join(QStringLiteral(", ")));
  return lines + parts;
}

class Market : public ::testing::Test {
 protected:
  Market() : near_(provides("0.01")), far_(provides("0.02")) {
    theme::Theme::instance().install();
    folder_.write("turn.cl", kernel());
    folder_.write("short.json", manifest("short", 20));
    folder_.write("long.json", manifest("long", 100'000));
  }
  void SetUp() override {
    for (DaemonProcess* const provider : {&near_, &far_}) {
      // Jobs of a daemon that is root run as another user.
      QFile::setPermissions(provider->path(), QFile::permissions(provider->path()) | QFile::ExeOther);
      ASSERT_TRUE(provider->start()) << provider->log().toStdString();
    }
    ada_.emplace(QStringLiteral("[overlay]\npeers = [\"%1\", \"%2\"]\n").arg(near_.address(), far_.address()));
    ASSERT_TRUE(ada_->start()) << ada_->log().toStdString();
    ada_app_.emplace(*ada_);
    near_app_.emplace(near_);
    ada_app_->connection.open();
    near_app_->connection.open();
    ASSERT_TRUE(near_app_->becomes("Donating")) << near_app_->state().toStdString() << near_.log().toStdString();
    ASSERT_TRUE(QTest::qWaitFor([this] { return ada_app_->models.offers().rowCount() == 2; }, kDaemonMs));
    ada_witness_.emplace(*ada_);
    near_witness_.emplace(near_);
    WatchedApplication::instance().begin();
  }

  MainWindow& window() { return ada_app_->window; }
  pages::JobsPage& jobs() { return *qobject_cast<pages::JobsPage*>(window().page(QStringLiteral("jobs"))); }
  QWidget& earnings(AppOnDaemon& app) { return *app.window.page(QStringLiteral("earnings")); }
  JobState state() {
    const auto& detail = jobs().panel().focus().detail();
    return detail ? detail->job.state : JobState::unknown;
  }
  // A job that ends as something else is not waited for.
  ::testing::AssertionResult reaches(JobState wanted) {
    std::ignore = QTest::qWaitFor([&] { return state() == wanted || models::is_end(state()); }, kJobMs);
    if (state() == wanted) return ::testing::AssertionSuccess();
    QStringList said{models::job_state_text(state())};
    if (const auto& detail = jobs().panel().focus().detail()) {
      said += QString::number(detail->job.progress_permille) + u' ' + detail->job.why.sentence();
      for (const models::TaskRow& task : detail->tasks) {
        for (const models::AttemptData& attempt : task.attempts) said += attempt.why.sentence();
      }
    }
    return ::testing::AssertionFailure() << said.join(QStringLiteral("; ")).toStdString();
  }
  // Its last attempt's.
  QString provider() {
    const auto& detail = jobs().panel().focus().detail();
    const bool any = detail && !detail->tasks.empty() && !detail->tasks.front().attempts.empty();
    return any ? detail->tasks.front().attempts.back().provider : QString();
  }
  void expect_jobs() {
    expect_equal([this] { return jobs_shown(jobs()); }, [this] { return jobs_told(*ada_witness_); });
  }
  void expect_earnings(AppOnDaemon& app, Witness& witness, bool earned) {
    expect_equal([&] { return earnings_shown(earnings(app)); },
                 [&] { return earnings_told(witness, app.models, earned); });
  }

  // By clicks: the form is opened, the manifest chosen, live quotes come, it starts, and its page opens.
  void submit(const char* file) {
    click(window(), "New job");
    ASSERT_EQ(window().current_page(), QStringLiteral("submit"));
    auto& page = *qobject_cast<pages::SubmitPage*>(window().page(QStringLiteral("submit")));
    const QString path = QString::fromStdString((folder_.path() / file).string());
    page.set_choose_file([path] { return path; });
    ASSERT_NO_FATAL_FAILURE(click(page, "Choose…"));
    QAbstractButton* const start = button(page, QStringLiteral("Start job"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return start->isEnabled(); }, kDaemonMs)) << page.quotes().fault().toStdString();
    expect_quotes(page, path);
    const QString before = jobs().panel().job();
    click(page, "Start job");
    ASSERT_TRUE(QTest::qWaitFor([&] { return window().current_page() == QStringLiteral("jobs"); }, kDaemonMs));
    ASSERT_TRUE(QTest::qWaitFor([&] { return jobs().panel().job() != before; }, kDaemonMs));
    ASSERT_TRUE(reaches(JobState::running));
  }
  void expect_quotes(const QWidget& page, const QString& path) {
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    const std::string text = file.readAll().toStdString();
    const auto& table = named<widgets::Table>(page, "Quotes");
    expect_equal(
        [&] {
          QStringList costs;
          for (int row = 0; row < table.model()->rowCount(); ++row) {
            costs += table.model()->index(row, models::QuoteModel::kCost).data().toString();
          }
          costs.sort();
          return costs;
        },
        [&] {
          QStringList costs;
          const json::value told = ada_witness_->ask("job.quote", {{"manifest", text}});
          int decimals = models::QuantityText::kCreditDecimals;
          for (const json::value& row : told.at("rows").as_array()) {
            const json::value& quote = part_of(row, "quote");
            if (!quote.is_object()) continue;
            decimals = models::QuantityText::credits_decimals(number_in(quote, "likely_micro"), decimals);
          }
          for (const json::value& row : told.at("rows").as_array()) {
            const json::value& quote = part_of(row, "quote");
            costs += quote.is_object() ? english().credits_number(number_in(quote, "likely_micro"), decimals)
                                       : english().none();
          }
          costs.sort();
          return costs;
        });
    EXPECT_EQ(table.model()->rowCount(), 2);
  }

  // Killed and started again: a banner meanwhile, with all that was known behind it; then live, with the same numbers.
  void expect_to_outlive(AppOnDaemon& app, DaemonProcess& daemon, Witness& witness) {
    const QString before = app.state();
    const QStringList shown = earnings_shown(earnings(app));
    const auto* const banner = app.window.findChildren<widgets::Banner*>().front();
    EXPECT_FALSE(banner->isVisible());
    daemon.kill();
    ASSERT_TRUE(app.becomes("Offline"));
    EXPECT_TRUE(banner->isVisible());
    EXPECT_EQ(QApplication::activeModalWidget(), nullptr);
    EXPECT_TRUE(earnings(app).isVisible() && earnings(app).isEnabled());
    EXPECT_EQ(lines_of(earnings_shown(earnings(app))), lines_of(shown));
    // Its pages can still be looked through.
    click(app.window, "Jobs");
    EXPECT_TRUE(app.window.page(QStringLiteral("jobs"))->isVisible());
    EXPECT_FALSE(jobs_shown(*app.window.page(QStringLiteral("jobs"))).isEmpty());
    click(app.window, "Earnings");
    ASSERT_TRUE(daemon.start()) << daemon.log().toStdString();
    ASSERT_TRUE(app.becomes(before.toUtf8().constData()));
    EXPECT_FALSE(banner->isVisible());
    expect_earnings(app, witness, false);
    EXPECT_EQ(lines_of(earnings_shown(earnings(app))), lines_of(shown));
    expect_equal([&] { return jobs_shown(*app.window.page(QStringLiteral("jobs"))); },
                 [&] { return jobs_told(witness); });
  }

  TemporaryFolder folder_;
  DaemonProcess near_;
  DaemonProcess far_;
  std::optional<DaemonProcess> ada_;
  std::optional<AppOnDaemon> ada_app_;
  std::optional<AppOnDaemon> near_app_;
  std::optional<Witness> ada_witness_;
  std::optional<Witness> near_witness_;
};

TEST_F(Market, IsLivedThroughByClicksAndEveryNumberIsTheDaemons) {
  click(near_app_->window, "Earnings");
  expect_earnings(*near_app_, *near_witness_, true);

  ASSERT_NO_FATAL_FAILURE(submit("short.json"));
  const auto& log = named<QPlainTextEdit>(jobs(), "Log of the job");
  EXPECT_TRUE(QTest::qWaitFor([&] { return log.toPlainText().contains(QStringLiteral("pass 3 is done")); }, kJobMs));
  expect_jobs();
  ASSERT_TRUE(reaches(JobState::complete));
  EXPECT_TRUE(QTest::qWaitFor([&] { return log.toPlainText().contains(QStringLiteral("pass 19 is done")); }, kSoonMs));
  expect_jobs();
  const QString cheapest = provider();

  click(jobs(), "Files");
  const auto& files = named<widgets::Table>(jobs(), "Outputs of the job");
  ASSERT_TRUE(files.isVisible());
  EXPECT_EQ(files.model()->index(0, 0).data().toString(), QStringLiteral("numbers.bin"));
  EXPECT_EQ(files.model()->index(0, 1).data().toString(), english().bytes(1'024));
  const QString saved = QString::fromStdString((folder_.path() / "saved").string());
  ASSERT_TRUE(QDir().mkpath(saved));
  jobs().panel().set_choices({.save_file = nullptr, .folder = [&] { return saved; }});
  click(jobs(), "Save the outputs…");
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return QFileInfo(saved + QStringLiteral("/numbers.bin")).size() == 1'024; }, kSoonMs));

  // Another is stopped while it runs, and tried again where it did not run.
  ASSERT_NO_FATAL_FAILURE(submit("long.json"));
  EXPECT_EQ(provider(), cheapest);
  expect_jobs();
  click(jobs(), "Stop job");
  ASSERT_TRUE(reaches(JobState::canceled));
  expect_jobs();
  const QString stopped = jobs().panel().job();
  ASSERT_TRUE(QTest::qWaitFor([&] { return button(jobs(), QStringLiteral("Retry elsewhere"))->isEnabled(); }, kSoonMs));
  click(jobs(), "Retry elsewhere");
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return jobs().panel().job() != stopped && state() == JobState::running && !provider().isEmpty(); },
      kJobMs));
  EXPECT_NE(provider(), cheapest);
  click(jobs(), "Stop job");
  ASSERT_TRUE(reaches(JobState::canceled));
  expect_jobs();

  // What was earned there was spent here.
  expect_earnings(*near_app_, *near_witness_, true);
  EXPECT_GT(near_app_->models.earnings()->earned_micro, 0);
  click(window(), "Earnings");
  click(earnings(*ada_app_), "Spent");
  expect_earnings(*ada_app_, *ada_witness_, false);

  ASSERT_NO_FATAL_FAILURE(expect_to_outlive(*ada_app_, *ada_, *ada_witness_));

  const auto stall = WatchedApplication::instance().end();
  const double took_ms = static_cast<double>(stall.took.count()) / 1'000;
  std::cout << "longest stall of the GUI thread: " << took_ms << " ms (" << stall.what.toStdString() << ")\n";
  if (!kSlowed) {
    EXPECT_LE(stall.took, kStallMax) << stall.what.toStdString();
  }
}

// Its topics change many times a second until then.
TEST_F(Market, AJobThatRanWhenTheDaemonWasKilledIsShownAsItEnded) {
  ASSERT_NO_FATAL_FAILURE(submit("long.json"));
  const auto& log = named<QPlainTextEdit>(jobs(), "Log of the job");
  ASSERT_TRUE(QTest::qWaitFor([&] { return log.toPlainText().contains(QStringLiteral("pass 3 is done")); }, kJobMs));
  const QString before = ada_app_->state();
  ada_->kill();
  ASSERT_TRUE(ada_app_->becomes("Offline"));
  ASSERT_TRUE(ada_->start()) << ada_->log().toStdString();
  ASSERT_TRUE(ada_app_->becomes(before.toUtf8().constData()));
  EXPECT_TRUE(reaches(JobState::failed));
  expect_jobs();
}

TEST_F(Market, AJobIsQuotedStartedAndStoppedByKeysAlone) {
  window().activateWindow();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&window()));
  ASSERT_NO_FATAL_FAILURE(press(Qt::Key_N, Qt::ControlModifier));
  ASSERT_EQ(window().current_page(), QStringLiteral("submit"));
  auto& page = *qobject_cast<pages::SubmitPage*>(window().page(QStringLiteral("submit")));
  const QString path = QString::fromStdString((folder_.path() / "long.json").string());
  page.set_choose_file([path] { return path; });
  ASSERT_TRUE(tab_to(window(), "Choose…"));
  ASSERT_NO_FATAL_FAILURE(press(Qt::Key_Space));
  const QAbstractButton* const start = button(page, QStringLiteral("Start job"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return start->isEnabled(); }, kDaemonMs));

  // The quotes can be gone through, and how it is chosen among them.
  ASSERT_TRUE(tab_to(window(), "Strategy"));
  ASSERT_NO_FATAL_FAILURE(press(Qt::Key_Down));
  EXPECT_EQ(named<QComboBox>(page, "Strategy").currentText(), QStringLiteral("Cheapest"));
  ASSERT_TRUE(tab_to(window(), "Quotes"));
  const auto& quotes = named<widgets::Table>(page, "Quotes");
  ASSERT_NO_FATAL_FAILURE(press(Qt::Key_End));
  EXPECT_EQ(quotes.currentIndex().row(), 1);
  ASSERT_TRUE(tab_to(window(), "Start job"));
  ASSERT_NO_FATAL_FAILURE(press(Qt::Key_Space));
  ASSERT_TRUE(QTest::qWaitFor([&] { return window().current_page() == QStringLiteral("jobs"); }, kDaemonMs));
  ASSERT_TRUE(reaches(JobState::running));

  ASSERT_TRUE(tab_to(window(), "Stop job"));
  ASSERT_NO_FATAL_FAILURE(press(Qt::Key_Space));
  ASSERT_TRUE(reaches(JobState::canceled));
  EXPECT_EQ(jobs_shown(jobs()).size(), jobs_told(*ada_witness_).size());
}

}  // namespace
}  // namespace quern::desktop::app
