// The settings of the app keep what was chosen, and outlive nonsense in their file.
#include "desktop/pages/app_settings.hpp"

#include <QSignalSpy>

#include <gtest/gtest.h>

#include "tests/temporary_folder.hpp"

namespace quern::desktop::pages {
namespace {

class Settings : public ::testing::Test {
 protected:
  QString file() const { return QString::fromStdString((folder_.path() / "app.conf").string()); }

 private:
  TemporaryFolder folder_;
};

TEST_F(Settings, AreModestUntilAPersonHasChosen) {
  client::SettingsStore file(this->file());
  AppSettings settings(file);
  EXPECT_EQ(settings.mode(), theme::Mode::system);
  EXPECT_EQ(settings.text_percent(), 100);
  EXPECT_TRUE(settings.language().isEmpty());
  EXPECT_FALSE(settings.autostart());
  EXPECT_FALSE(settings.keep_in_tray());
  EXPECT_FALSE(settings.welcomed());
  EXPECT_TRUE(settings.notifies(Notice::job_failed));
  EXPECT_FALSE(settings.proposed_budget_micro());
  EXPECT_EQ(settings.profiles().list().size(), 1U);
}

TEST_F(Settings, OutliveTheProcess) {
  {
    client::SettingsStore file(this->file());
    AppSettings settings(file);
    settings.set_mode(theme::Mode::dark);
    settings.set_text_percent(140);
    settings.set_language(QStringLiteral("de"));
    settings.set_autostart(true);
    settings.set_keep_in_tray(true);
    settings.set_notifies(Notice::device_lost, false);
    settings.set_proposed_budget_micro(2'500'000);
    settings.set_welcomed(true);
    settings.set_saved_filters({QStringLiteral("type = gpu, memory >= 8GiB"), QStringLiteral("price <= 1")});
    settings.set_hidden_columns({3, 5});
    settings.set_page(QStringLiteral("market"));
    settings.set_window_geometry(QByteArrayLiteral("abc"));
  }
  client::SettingsStore file(this->file());
  AppSettings settings(file);
  EXPECT_EQ(settings.mode(), theme::Mode::dark);
  EXPECT_EQ(settings.text_percent(), 140);
  EXPECT_EQ(settings.language(), QStringLiteral("de"));
  EXPECT_TRUE(settings.autostart());
  EXPECT_TRUE(settings.keep_in_tray());
  EXPECT_FALSE(settings.notifies(Notice::device_lost));
  EXPECT_TRUE(settings.notifies(Notice::job_ended));
  EXPECT_EQ(settings.proposed_budget_micro(), 2'500'000);
  EXPECT_TRUE(settings.welcomed());
  EXPECT_EQ(settings.saved_filters().value(0), QStringLiteral("type = gpu, memory >= 8GiB"));
  EXPECT_EQ(settings.hidden_columns(), (QSet<int>{3, 5}));
  EXPECT_EQ(settings.page(), QStringLiteral("market"));
  EXPECT_EQ(settings.window_geometry(), QByteArrayLiteral("abc"));
}

TEST_F(Settings, TellAChangeOnceAndNoChangeNever) {
  client::SettingsStore file(this->file());
  AppSettings settings(file);
  QSignalSpy mode(&settings, &AppSettings::mode_changed);
  QSignalSpy tray(&settings, &AppSettings::keep_in_tray_changed);
  QSignalSpy budget(&settings, &AppSettings::proposed_budget_changed);
  settings.set_mode(theme::Mode::light);
  settings.set_mode(theme::Mode::light);
  settings.set_keep_in_tray(false);
  settings.set_keep_in_tray(true);
  settings.set_proposed_budget_micro(std::nullopt);
  settings.set_proposed_budget_micro(7);
  settings.set_proposed_budget_micro(std::nullopt);
  EXPECT_EQ(mode.count(), 1);
  EXPECT_EQ(tray.count(), 1);
  EXPECT_EQ(budget.count(), 2);
}

TEST_F(Settings, NonsenseInTheFileCountsAsNotSet) {
  client::SettingsStore file(this->file());
  file.set_value(QStringLiteral("app/colours"), QStringLiteral("plaid"));
  file.set_value(QStringLiteral("app/text_percent"), QStringLiteral("huge"));
  file.set_value(QStringLiteral("app/language"), QString(10'000, QLatin1Char('x')));
  file.set_value(QStringLiteral("app/proposed_budget_micro"), QStringLiteral("-5"));
  file.set_value(QStringLiteral("window/geometry"), QByteArray(100'000, 'x'));
  file.set_value(QStringLiteral("market/hidden_columns"),
                 QStringList{QStringLiteral("x"), QStringLiteral("-1"), QStringLiteral("4")});
  file.set_value(QStringLiteral("market/filters"), QString(5'000, QLatin1Char('x')));
  AppSettings settings(file);
  EXPECT_EQ(settings.hidden_columns(), QSet<int>{4});
  EXPECT_TRUE(settings.saved_filters().isEmpty());
  EXPECT_EQ(settings.mode(), theme::Mode::system);
  EXPECT_EQ(settings.text_percent(), 100);
  EXPECT_TRUE(settings.language().isEmpty());
  EXPECT_FALSE(settings.proposed_budget_micro());
  EXPECT_TRUE(settings.window_geometry().isEmpty());
  settings.set_text_percent(10'000);
  EXPECT_EQ(settings.text_percent(), AppSettings::kTextPercentMost);
}

}  // namespace
}  // namespace quern::desktop::pages
