// The window around the pages: what it shows of the daemon, where its keys lead, what is left when the daemon goes.
#include <QAction>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QRadioButton>
#include <QScreen>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QStyleOptionButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "desktop/app/profiles_dialog.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "tests/desktop/app/shell.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::app {
namespace {

QWidget* plain_page(const QString& name) {
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  auto* field = new QLineEdit;
  field->setAccessibleName(name);
  column->addWidget(field);
  column->addWidget(new QPushButton(name));
  return page;
}

// "machine" is always there, "earnings" needs its topic, "submit" is not in the list.
PageSet three_pages(QStringList* jobs = nullptr) {
  PageSet set;
  const auto add = [&set](const QString& name, bool listed) {
    set.pages.push_back(
        {.name = name, .title = name, .listed = listed, .offered = {}, .make = [name] { return plain_page(name); }});
  };
  add(QStringLiteral("machine"), true);
  add(QStringLiteral("earnings"), true);
  set.pages.back().offered = [](const models::DaemonModels& models) { return models.earnings().has_value(); };
  add(QStringLiteral("jobs"), true);
  add(QStringLiteral("submit"), false);
  if (jobs) set.new_job = [jobs](const QStringList& paths) { *jobs << (paths.isEmpty() ? QStringList{{}} : paths); };
  return set;
}

QPushButton* button(const QWidget& in, const QString& text) {
  for (QPushButton* each : in.findChildren<QPushButton*>()) {
    if (each->text() == text) return each;
  }
  return nullptr;
}

QString state_of(const MainWindow& window) {
  return window.findChild<widgets::StatusCard*>()->findChild<widgets::Pill*>()->text();
}

QString row_of(const MainWindow& window, const QString& key) {
  const auto* const list = window.findChild<widgets::StatusCard*>()->findChild<widgets::KeyValueList*>();
  for (const widgets::KeyValue& row : list->rows()) {
    if (row.key == key) return row.value;
  }
  return {};
}

widgets::Banner& offline_banner(const MainWindow& window) {
  return *window.findChildren<widgets::Banner*>().front();
}

widgets::Banner& problem_banner(const MainWindow& window) {
  return *window.findChildren<widgets::Banner*>().at(1);
}

bool soon(const std::function<bool()>& condition) {
  return QTest::qWaitFor(condition, kSoonMs);
}

TEST(MainWindow, ShowsHowTheNodeIs) {
  Shell shell;
  shell.topics["earnings"] = {};
  shell.window.set_pages(three_pages());
  shell.window.show();
  EXPECT_EQ(state_of(shell.window), QStringLiteral("Donating"));
  EXPECT_EQ(row_of(shell.window, QStringLiteral("Peers")), QStringLiteral("34"));
  // No profile leads there: it is not the one that is saved.
  EXPECT_EQ(row_of(shell.window, QStringLiteral("Connected to")), QStringLiteral("/script"));
  EXPECT_TRUE(row_of(shell.window, QStringLiteral("Why")).isEmpty());
}

TEST(MainWindow, NamesTheDaemonThatItIsConnectedToAndNotTheOneThatIsSaved) {
  Shell shell;
  ASSERT_TRUE(shell.settings.profiles().put(
      {.name = QStringLiteral("Attic"), .socket_path = QStringLiteral("/script"), .url = {}, .token_file = {}}));
  shell.window.set_pages(three_pages());
  shell.put("status", status_of(paused_until(kNow + 1'800'000)));
  EXPECT_TRUE(soon([&] { return row_of(shell.window, QStringLiteral("Connected to")) == QStringLiteral("Attic"); }));
}

TEST(MainWindow, OffersToStartTheServiceForItsOwnDaemonOnly) {
  for (const bool own : {true, false}) {
    Shell shell;
    shell.service.own = own;
    shell.service.now = PlayedService::State::stopped;
    shell.window.set_pages(three_pages());
    shell.window.show();
    shell.lose(client::Loss::not_running);
    ASSERT_TRUE(soon([&] { return offline_banner(shell.window).isVisible(); }));
    EXPECT_EQ(button(shell.window, QStringLiteral("Start service")) != nullptr, own);
  }
}

TEST(MainWindow, MarkupOfTheDaemonIsNoneInTheTipOfItsState) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.put("status", status_of(R"({"state":"off","until_unix_ms":null,"working":0,
    "why":{"reason":"no_device","text":"no device","detail":"<b>bold</b>"}})"));
  const auto* const card = shell.window.findChild<widgets::StatusCard*>();
  EXPECT_TRUE(soon([&] { return card->toolTip().contains(QStringLiteral("&lt;b&gt;bold")); }))
      << card->toolTip().toStdString();
}

TEST(MainWindow, SaysNothingOfAConnectionThatIsNotThere) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  shell.lose();
  EXPECT_TRUE(soon([&] { return row_of(shell.window, QStringLiteral("Daemon")) == QStringLiteral("/script"); }));
  EXPECT_EQ(row_of(shell.window, QStringLiteral("Connected to")), QString());
}

// It has settings of the app, which are no less true without a daemon.
TEST(MainWindow, GreysWhatWasKnownButNotThePreferences) {
  Shell shell;
  PageSet pages = three_pages();
  pages.pages.push_back({.name = kPreferencesPage, .title = kPreferencesPage, .offered = {}, .make = [] {
                           return plain_page(kPreferencesPage);
                         }});
  shell.window.set_pages(std::move(pages));
  shell.window.show();
  const auto* const veil = shell.window.findChild<QWidget*>(QStringLiteral("veil"));
  shell.lose();
  EXPECT_TRUE(soon([&] { return veil->isVisible(); }));
  shell.window.open(kPreferencesPage);
  EXPECT_FALSE(veil->isVisible());
  shell.window.open(QStringLiteral("machine"));
  EXPECT_TRUE(veil->isVisible());
}

// Longer than the English; German has it.
TEST(MainWindow, AButtonOfTheSideHasRoomForLongerWords) {
  theme::Theme::instance().install();
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  shell.put("status", status_of(paused_until(kNow + 1'800'000)));
  QPushButton* const resume = button(shell.window, QStringLiteral("Resume donating"));
  ASSERT_TRUE(soon([&] { return resume->isVisible(); }));
  resume->setText(QStringLiteral("Spenden fortsetzen"));
  QStyleOptionButton option;
  option.initFrom(resume);
  const QRect room = resume->style()->subElementRect(QStyle::SE_PushButtonContents, &option, resume);
  constexpr int kGap = 4;  // between icon and text
  EXPECT_LE(resume->iconSize().width() + kGap + resume->fontMetrics().horizontalAdvance(resume->text()), room.width());
}

TEST(MainWindow, ALongReasonEndsBetweenWordsAndIsWholeInTheTip) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  const std::string reason =
      "the sandbox of the node cannot hold any job, since its kernel was built without what keeps jobs apart";
  const std::string why_off = R"({"reason":"sandbox_lacks","text":")" + reason + R"("})";
  shell.put("status", status_of(R"({"state":"off","until_unix_ms":null,"why":)" + why_off + R"(,"working":0})"));
  const auto why = [&] { return row_of(shell.window, QStringLiteral("Why")); };
  ASSERT_TRUE(soon([&] { return !why().isEmpty(); }));
  EXPECT_EQ(why().toStdString(),
            "the sandbox of the node cannot hold any job, since its kernel was built without what keeps\u2026");
  EXPECT_TRUE(
      shell.window.findChild<widgets::StatusCard*>()->toolTip().contains(QStringLiteral("what keeps jobs apart")));
}

TEST(MainWindow, PausesForAWhileAndCountsDown) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  QPushButton* const pause = button(shell.window, QStringLiteral("Pause donating"));
  ASSERT_NE(pause, nullptr);
  ASSERT_TRUE(pause->isVisible());
  ASSERT_EQ(pause->menu()->actions().size(), kPauseLengths);
  pause->menu()->actions().front()->trigger();
  const rpc::Request* const call = shell.called("donation.pause");
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->params.at("for_ms"), 1'800'000);

  shell.put("status", status_of(paused_until(kNow + 1'800'000)));
  ASSERT_TRUE(soon([&] { return state_of(shell.window) == QStringLiteral("Paused"); }));
  EXPECT_EQ(row_of(shell.window, QStringLiteral("Resumes")), QStringLiteral("in 30 min"));
  EXPECT_FALSE(pause->isVisible());
  shell.now += 600'000;
  EXPECT_TRUE(soon([&] { return row_of(shell.window, QStringLiteral("Resumes")) == QStringLiteral("in 20 min"); }));

  QPushButton* const resume = button(shell.window, QStringLiteral("Resume donating"));
  ASSERT_TRUE(resume->isVisible());
  QTest::mouseClick(resume, Qt::LeftButton);
  EXPECT_NE(shell.called("donation.resume"), nullptr);
}

TEST(MainWindow, UntilIResumeHasNoEnd) {
  Shell shell;
  shell.donation.pause(PauseLength::until_resumed);
  const rpc::Request* const call = shell.called("donation.pause");
  ASSERT_NE(call, nullptr);
  EXPECT_FALSE(call->params.as_object().contains("for_ms"));
}

TEST(MainWindow, WhatTheDaemonRefusesIsSaidAndCanBeClosed) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  shell.donation.pause(PauseLength::hour);
  shell.answer("donation.pause", rpc::fail(rpc::Code::failed, "the disk is full <b>"));
  widgets::Banner* const told = shell.window.findChildren<widgets::Banner*>().at(2);
  ASSERT_TRUE(soon([&] { return told->isVisible(); }));
  EXPECT_TRUE(told->message().endsWith(QStringLiteral("(the disk is full <b>)"))) << told->message().toStdString();
  QTest::mouseClick(told->findChild<QToolButton*>(), Qt::LeftButton);
  EXPECT_FALSE(told->isVisible());
}

TEST(MainWindow, WhatOneDaemonRefusedIsNotSaidOfAnother) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  widgets::Banner* const told = shell.window.findChildren<widgets::Banner*>().at(2);
  shell.donation.pause(PauseLength::hour);
  shell.answer("donation.pause", rpc::fail(rpc::Code::failed, "the disk is full"));
  ASSERT_TRUE(soon([&] { return told->isVisible(); }));
  shell.connection.change(shell.script.factory());
  EXPECT_TRUE(soon([&] { return !told->isVisible(); }));
  // What the app says of itself stays.
  shell.window.tell(theme::Tone::neutral, QStringLiteral("The recording has ended"));
  QSignalSpy left(&shell.connection, &client::Connection::daemon_left);
  shell.connection.change(shell.script.factory());
  ASSERT_TRUE(soon([&] { return left.count() == 1; }));
  EXPECT_TRUE(told->isVisible());
}

TEST(MainWindow, ADaemonThatGoesLeavesABannerAndComesBack) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  widgets::Banner& banner = offline_banner(shell.window);
  EXPECT_FALSE(banner.isVisible());
  shell.lose();
  ASSERT_TRUE(soon([&] { return banner.isVisible(); }));
  EXPECT_TRUE(banner.message().startsWith(QStringLiteral("Gone")));
  EXPECT_TRUE(banner.message().contains(QStringLiteral("wait")));
  EXPECT_EQ(state_of(shell.window), QStringLiteral("Offline"));
  EXPECT_EQ(row_of(shell.window, QStringLiteral("Peers")), QStringLiteral("34"));  // as it was, greyed
  EXPECT_FALSE(button(shell.window, QStringLiteral("Pause donating"))->isVisible());
  ASSERT_TRUE(soon([&] { return shell.script.made == 2; }));
  shell.live();
  EXPECT_TRUE(soon([&] { return !banner.isVisible() && state_of(shell.window) == QStringLiteral("Donating"); }));
}

TEST(MainWindow, WhatKeepsTheNodeFromItsWorkStandsInABannerWithWhatHelpsUntilItIsGone) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  widgets::Banner& banner = problem_banner(shell.window);
  EXPECT_FALSE(banner.isVisible());
  boost::json::object status = status_of(kDonating);
  status["problems"] = boost::json::parse(R"([{"reason":"database_mended","text":"the database is mended",
    "detail":"quern.sqlite","remedy":"move it away"}, {"reason":"clocks_differ","text":"the clocks differ"}])");
  shell.put("status", std::move(status));
  ASSERT_TRUE(soon([&] { return banner.isVisible(); }));
  EXPECT_EQ(banner.message(),
            QStringLiteral("• The database is mended (quern.sqlite): move it away\n• The clocks of two nodes differ by "
                           "too much"));
  shell.lose();
  EXPECT_TRUE(soon([&] { return !banner.isVisible(); })) << "what was is not known any more";
  ASSERT_TRUE(soon([&] { return shell.script.made == 2; }));
  shell.live();
  ASSERT_TRUE(soon([&] { return banner.isVisible(); }));
  shell.put("status", status_of(kDonating));
  EXPECT_TRUE(soon([&] { return !banner.isVisible(); }));
}

TEST(MainWindow, AnotherDaemonCanBeChosenWhileThisOneIsThere) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  ASSERT_FALSE(offline_banner(shell.window).isVisible());
  auto* const choose = named<QToolButton>(shell.window, QStringLiteral("Choose another daemon"));
  ASSERT_TRUE(choose && choose->isVisible());
  QTest::mouseClick(choose, Qt::LeftButton);
  auto* const dialog = shell.window.findChild<ProfilesDialog*>();
  ASSERT_TRUE(dialog && dialog->isVisible());
  dialog->reject();
}

TEST(MainWindow, AStoppedServiceCanBeStartedFromTheBanner) {
  Shell shell(false);
  shell.window.set_pages(three_pages());
  shell.window.show();
  shell.service.put(pages::ServiceUnit::State::stopped);
  shell.connection.open();
  shell.lose(client::Loss::not_running);
  widgets::Banner& banner = offline_banner(shell.window);
  ASSERT_TRUE(soon([&] { return banner.isVisible(); }));
  QPushButton* const start = button(banner, QStringLiteral("Start service"));
  ASSERT_NE(start, nullptr);
  QTest::mouseClick(start, Qt::LeftButton);
  EXPECT_EQ(shell.service.starts, 1);
  EXPECT_EQ(banner.message(), QStringLiteral("The service is starting"));
}

TEST(MainWindow, WithoutAServiceThereIsOnlyRetry) {
  Shell shell(false);
  shell.window.set_pages(three_pages());
  shell.window.show();
  shell.connection.open();
  shell.lose(client::Loss::not_running);
  ASSERT_TRUE(soon([&] { return offline_banner(shell.window).isVisible(); }));
  EXPECT_EQ(button(offline_banner(shell.window), QStringLiteral("Start service")), nullptr);
  EXPECT_NE(button(offline_banner(shell.window), QStringLiteral("Retry")), nullptr);
}

TEST(MainWindow, APageThatTheDaemonHasNothingForIsAbsent) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  EXPECT_TRUE(soon([&] { return shell.window.open_pages().contains(QStringLiteral("earnings")); }));
  ASSERT_TRUE(shell.window.open(QStringLiteral("earnings")));
  // Another daemon, which has no such topic.
  shell.topics.erase("earnings");
  shell.connection.change(shell.script.factory());
  shell.live();
  EXPECT_TRUE(soon([&] {
    shell.serve();
    return !shell.window.open_pages().contains(QStringLiteral("earnings"));
  }));
  EXPECT_EQ(shell.window.current_page(), QStringLiteral("machine"));
  EXPECT_FALSE(shell.window.open(QStringLiteral("earnings")));
  EXPECT_EQ(shell.window.findChild<widgets::SideNavigation*>()->count(), 2);
}

TEST(MainWindow, KeysOpenPagesAndANewJob) {
  Shell shell;
  QStringList jobs;
  shell.window.set_pages(three_pages(&jobs));
  shell.window.show();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&shell.window));
  const auto press = [&](Qt::Key key) { QTest::keyClick(&shell.window, key, Qt::ControlModifier); };
  press(Qt::Key_3);
  EXPECT_EQ(shell.window.current_page(), QStringLiteral("jobs"));
  press(Qt::Key_1);
  EXPECT_EQ(shell.window.current_page(), QStringLiteral("machine"));
  press(Qt::Key_9);
  EXPECT_EQ(shell.window.current_page(), QStringLiteral("machine"));
  press(Qt::Key_N);
  EXPECT_EQ(jobs.size(), 1);
}

TEST(MainWindow, TheNumberOfAPageIsItsPlaceAmongThoseThatAreListed) {
  Shell shell(false);
  shell.topics.erase("earnings");
  shell.window.set_pages(three_pages());
  shell.window.show();
  shell.open();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&shell.window));
  ASSERT_EQ(shell.window.findChild<widgets::SideNavigation*>()->count(), 2);
  QTest::keyClick(&shell.window, Qt::Key_2, Qt::ControlModifier);
  EXPECT_EQ(shell.window.current_page(), QStringLiteral("jobs"));
}

TEST(MainWindow, F6GoesRoundAndComesBackToTheSamePlace) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&shell.window));
  const auto press = [&](Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(&shell.window, Qt::Key_F6, modifiers);
  };
  const auto in_navigation = [&] {
    return shell.window.findChild<widgets::SideNavigation*>()->isAncestorOf(shell.window.focusWidget());
  };
  QWidget* const page = shell.window.page(QStringLiteral("machine"));
  press();
  EXPECT_TRUE(in_navigation());
  press();
  EXPECT_TRUE(page->isAncestorOf(shell.window.focusWidget()));
  page->findChild<QPushButton*>()->setFocus();
  press(Qt::ShiftModifier);
  EXPECT_TRUE(in_navigation());
  press();
  EXPECT_EQ(shell.window.focusWidget(), page->findChild<QPushButton*>());
}

TEST(MainWindow, APageThatIsNotInTheListLeavesNoneSelected) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  auto* const navigation = shell.window.findChild<widgets::SideNavigation*>();
  ASSERT_TRUE(shell.window.open(QStringLiteral("submit")));
  EXPECT_EQ(navigation->current(), -1);
  // The one that was selected before leads back.
  QTest::mouseClick(navigation->findChildren<QRadioButton*>().front(), Qt::LeftButton);
  EXPECT_EQ(shell.window.current_page(), QStringLiteral("machine"));
}

TEST(MainWindow, KeepsPageAndSizeForTheNextTime) {
  Shell shell;
  {
    MainWindow before(shell.models, shell.settings, shell.donation, shell.service);
    before.set_pages(three_pages());
    before.resize(1200, 720);
    before.show();
    before.open(QStringLiteral("jobs"));
    before.close();
  }
  MainWindow after(shell.models, shell.settings, shell.donation, shell.service);
  after.set_pages(three_pages());
  EXPECT_EQ(after.current_page(), QStringLiteral("jobs"));
  EXPECT_EQ(after.size(), QSize(1200, 720));
}

TEST(MainWindow, TheButtonOfTheColoursChangesThemWhateverIsKept) {
  Shell shell;
  theme::Theme& look = theme::Theme::instance();
  look.install();
  shell.settings.set_mode(theme::Mode::light);
  look.set_mode(theme::Mode::dark);  // as --theme does
  shell.window.set_pages(three_pages());
  shell.window.show();
  auto* const button = shell.window.findChild<widgets::StatusCard*>()->findChild<QToolButton*>();
  QTest::mouseClick(button, Qt::LeftButton);
  EXPECT_FALSE(look.dark());
  QTest::mouseClick(button, Qt::LeftButton);
  EXPECT_TRUE(look.dark());
  EXPECT_EQ(shell.settings.mode(), theme::Mode::dark);
  look.set_mode(theme::Mode::light);
}

TEST(MainWindow, StaysHiddenInsteadOfClosingWhereThereIsATray) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  QSignalSpy closed(&shell.window, &MainWindow::closed);
  shell.window.set_stays([] { return true; });
  shell.window.close();
  EXPECT_TRUE(shell.window.isHidden());
  EXPECT_EQ(closed.count(), 0);
  shell.window.come_to_front();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&shell.window));
  QTest::keyClick(&shell.window, Qt::Key_Q, Qt::ControlModifier);
  EXPECT_TRUE(soon([&] { return closed.count() == 1; }));
}

TEST(MainWindow, ClosesWhereTheTrayHasGoneMeanwhile) {
  Shell shell;
  shell.window.set_pages(three_pages());
  shell.window.show();
  QSignalSpy closed(&shell.window, &MainWindow::closed);
  bool tray = true;
  shell.window.set_stays([&] { return tray; });
  shell.window.close();
  EXPECT_EQ(closed.count(), 0);
  shell.window.come_to_front();
  tray = false;
  shell.window.close();
  EXPECT_EQ(closed.count(), 1);
}

TEST(MainWindow, KeepsItsPlaceAlsoWhenItIsEndedWhileItIsHidden) {
  Shell shell;
  QSignalSpy closed(&shell.window, &MainWindow::closed);
  shell.window.set_pages(three_pages());
  shell.window.set_stays([] { return true; });
  shell.window.show();
  shell.window.resize(1200, 720);
  shell.window.close();
  shell.settings.set_window_geometry({});
  shell.window.end();
  EXPECT_EQ(closed.count(), 1);
  EXPECT_FALSE(shell.settings.window_geometry().isEmpty());
}

TEST(MainWindow, TheFirstIsNoLargerThanTheScreen) {
  const Shell shell;
  const QSize room = shell.window.screen()->availableSize();
  EXPECT_EQ(shell.window.size(), QSize(MainWindow::kFirstWidth, MainWindow::kFirstHeight)
                                     .boundedTo(room)
                                     .expandedTo({MainWindow::kLeastWidth, MainWindow::kLeastHeight}));
}

TEST(MainWindow, ABadgeCountsTheJobsThatRun) {
  Shell shell(false);
  boost::json::object jobs;
  for (const char* id : {"a", "b"}) {
    jobs[id] = boost::json::object{{"id", id}, {"name", id}, {"state", "RUNNING"}, {"submitted_unix_ms", 1}};
  }
  shell.topics["jobs"] = boost::json::object{{"jobs", jobs}};
  shell.window.set_pages(three_pages());
  shell.open();
  const auto badge = [&] {
    shell.serve();
    const auto entries = shell.window.findChild<widgets::SideNavigation*>()->findChildren<QRadioButton*>();
    return entries.back()->accessibleName();
  };
  EXPECT_TRUE(soon([&] { return badge() == QStringLiteral("jobs, 2"); })) << badge().toStdString();
}

}  // namespace
}  // namespace quern::desktop::app
