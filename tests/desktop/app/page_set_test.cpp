// What leads from one page to another, and from the app's settings into a page.
#include "desktop/app/page_set.hpp"

#include <QAbstractButton>
#include <QLineEdit>

#include "desktop/pages/preferences_page.hpp"
#include "desktop/pages/submit_page.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "tests/desktop/app/shell.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::app {
namespace {

// The window with all its pages on a played daemon.
class Pages : public ::testing::Test {
 protected:
  void begin() {
    shell.window.set_pages(make_page_set(shell.window, shell.models, shell.settings, shell.service));
    shell.window.show();
  }
  template <class Page>
  Page* open(const char* name) {
    shell.window.open(QString::fromLatin1(name));
    shell.serve();
    return shell.window.findChild<Page*>();
  }
  widgets::PriceSpin* budget() {
    auto* const page = open<pages::SubmitPage>("submit");
    return page ? named<widgets::PriceSpin>(*page, QStringLiteral("Budget")) : nullptr;
  }

  Shell shell;
};

TEST_F(Pages, TheFormOfANewJobBeginsWithTheProposedBudget) {
  shell.settings.set_proposed_budget_micro(2'500'000);
  begin();
  ASSERT_NE(budget(), nullptr);
  EXPECT_EQ(budget()->value(), 2'500'000);
}

TEST_F(Pages, ABudgetThatIsChangedInThePreferencesReachesTheForm) {
  begin();
  ASSERT_NE(budget(), nullptr);
  EXPECT_EQ(budget()->value(), 0);
  auto* const preferences = open<pages::PreferencesPage>("preferences");
  ASSERT_NE(preferences, nullptr);
  auto* const use = named<widgets::Toggle>(*preferences, QStringLiteral("Proposed budget: in use"));
  auto* const spin = named<widgets::PriceSpin>(*preferences, QStringLiteral("Proposed budget"));
  ASSERT_TRUE(use && spin);
  EXPECT_FALSE(spin->isVisible());
  QTest::mouseClick(use, Qt::LeftButton);
  EXPECT_TRUE(spin->isVisible());
  EXPECT_EQ(budget()->value(), 10'000'000);

  shell.window.open(QStringLiteral("preferences"));
  spin->findChild<QLineEdit*>()->setText(QStringLiteral("0.75"));
  QTest::keyClick(spin, Qt::Key_Return);
  EXPECT_EQ(shell.settings.proposed_budget_micro(), 750'000);
  EXPECT_EQ(budget()->value(), 750'000);

  shell.window.open(QStringLiteral("preferences"));
  QTest::mouseClick(use, Qt::LeftButton);
  EXPECT_EQ(shell.settings.proposed_budget_micro(), std::nullopt);
  EXPECT_EQ(budget()->value(), 0);
}

TEST_F(Pages, ABudgetThatAPersonHasChosenInTheFormStays) {
  shell.settings.set_proposed_budget_micro(2'500'000);
  begin();
  widgets::PriceSpin* const spin = budget();
  ASSERT_NE(spin, nullptr);
  spin->findChild<QLineEdit*>()->setText(QStringLiteral("4"));
  QTest::keyClick(spin, Qt::Key_Return);
  shell.settings.set_proposed_budget_micro(9'000'000);
  EXPECT_EQ(spin->value(), 4'000'000);
}

}  // namespace
}  // namespace quern::desktop::app
