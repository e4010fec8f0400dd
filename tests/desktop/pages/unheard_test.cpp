// Pages before any daemon has answered: nothing is known, which is not that there is nothing.
#include <gtest/gtest.h>

#include "desktop/pages/jobs_page.hpp"
#include "desktop/pages/market_page.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"

namespace quern::desktop::pages {
namespace {

template <class Page>
class UnheardTest : public ::testing::Test {};
using Pages = ::testing::Types<MarketPage, JobsPage>;
TYPED_TEST_SUITE(UnheardTest, Pages);

TYPED_TEST(UnheardTest, SaysThatNoDaemonHasAnsweredUntilOneDoes) {
  PlayedDaemon daemon;
  PlayedDaemon other;
  client::Connection connection(daemon.factory());
  models::DaemonModels models(connection, english(), example_now);
  TypeParam page(models);
  const auto waits = [&] {
    return std::ranges::any_of(page.template findChildren<widgets::Table*>(), [](const widgets::Table* table) {
      return table->placeholder().contains(QStringLiteral("as soon as a daemon answers"));
    });
  };
  const QString unheard = QStringLiteral("No daemon has answered yet");
  EXPECT_TRUE(says(page, unheard)) << texts_of(page).join(u'\n').toStdString();
  EXPECT_TRUE(waits());

  daemon.lose();
  connection.open();
  ASSERT_TRUE(soon([&] { return connection.state() == client::Connection::State::offline; }));
  EXPECT_TRUE(says(page, unheard));

  other.set_topic("status", example_status());
  connection.change(other.factory());
  ASSERT_TRUE(soon([&] { return models.has_status(); }));
  EXPECT_FALSE(says(page, unheard));
  EXPECT_FALSE(waits());
}

}  // namespace
}  // namespace quern::desktop::pages
