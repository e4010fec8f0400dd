// What leads from one page to another, and from the app's settings into a page.
#include "desktop/app/page_set.hpp"

#include <QAbstractButton>
#include <QLineEdit>
#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "desktop/pages/jobs_page.hpp"
#include "desktop/pages/market_page.hpp"
#include "desktop/pages/preferences_page.hpp"
#include "desktop/pages/submit_page.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "tests/desktop/app/shell.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::app {
namespace {

namespace json = boost::json;

constexpr std::int64_t kOffersMs = 1'790'000'100'000;  // when models::example_offers() hold
constexpr const char* kManifest =
    R"({"apiVersion":"v1","kind":"OpenCLKernel","name":"mandelbrot","inputs":[{"path":"m.cl","digest":"sha256:)"
    R"(1bdf3eb6b4bddd17d27cc8807f65ff0734ce4607318e2b3e48e6a4a55db47e31","bytes":5}],"outputs":[],)"
    R"("program":{"sources":["m.cl"]},"steps":[{"kernel":"m","globalWorkSize":[4],"args":[]}]})";

// At the first of models::example_offers().
json::object quotes() {
  return {{"rows", json::array{json::object{{"provider", "12D3KooW1000000"},
                                            {"device", "qd1-0"},
                                            {"device_name", "RTX 4090"},
                                            {"quote", json::object{{"low_micro", 10'000},
                                                                   {"likely_micro", 20'000},
                                                                   {"high_micro", 40'000},
                                                                   {"per_hour_micro", 36'000},
                                                                   {"measured", true}}}}}}};
}

// The window with all its pages on a played daemon.
class Pages : public ::testing::Test {
 protected:
  Pages() {
    shell.now = kOffersMs;
    shell.topics["offers"] = models::example_offers(3);
    shell.open();
  }
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

  // Of the folder of a job.
  QString job_folder() {
    shell.folder.write("job/m.cl", "hello");
    shell.folder.write("job/job.json", kManifest);
    return QString::fromStdString((shell.folder.path() / "job").string());
  }
  // The market's page with a job that is quoted there.
  pages::MarketPage* quoted() {
    auto* const market = open<pages::MarketPage>("market");
    if (!market) return nullptr;
    market->quote_job(job_folder());
    shell.answer("job.quote", quotes());
    return QTest::qWaitFor([&] { return shell.models.offers().quoted(); }, kSoonMs) ? market : nullptr;
  }
  pages::SubmitPage* submit() { return shell.window.findChild<pages::SubmitPage*>(); }
  bool submit_says(const QString& text) {
    const auto says = [&] {
      return std::ranges::any_of(submit()->findChildren<QWidget*>(), [&](const QWidget* each) {
        return each->isVisible() && each->property("text").toString().contains(text);
      });
    };
    return QTest::qWaitFor(says, kSoonMs);
  }

  Shell shell{false};
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

TEST_F(Pages, RunHereOpensTheJobThatTheMarketQuotes) {
  begin();
  pages::MarketPage* const market = quoted();
  ASSERT_NE(market, nullptr);
  QTest::mouseClick(button(*market, QStringLiteral("Run a job here")), Qt::LeftButton);
  ASSERT_TRUE(submit() && submit()->isVisible());
  EXPECT_TRUE(submit_says(QStringLiteral("mandelbrot")));
  EXPECT_TRUE(submit_says(QStringLiteral("Only on NVIDIA GeForce RTX 4090 at")));
  shell.answer("job.quote", quotes());
  EXPECT_TRUE(QTest::qWaitFor([&] { return button(*submit(), QStringLiteral("Start job"))->isEnabled(); }, kSoonMs));
}

TEST_F(Pages, RunHereWithoutAQuotedJobLeavesTheFormAsItIs) {
  begin();
  auto* const market = open<pages::MarketPage>("market");
  ASSERT_NE(market, nullptr);
  shell.window.new_job({job_folder()});
  ASSERT_TRUE(submit_says(QStringLiteral("mandelbrot")));
  shell.window.open(QStringLiteral("market"));
  QTest::mouseClick(button(*market, QStringLiteral("Run a job here")), Qt::LeftButton);
  EXPECT_TRUE(submit_says(QStringLiteral("Only on NVIDIA GeForce RTX 4090 at")));
  EXPECT_TRUE(submit_says(QStringLiteral("mandelbrot")));
}

TEST_F(Pages, ANewJobFromAnywhereButAnOfferMayGoAnywhere) {
  begin();
  auto* const market = open<pages::MarketPage>("market");
  ASSERT_NE(market, nullptr);
  const auto run_here = [&] {
    shell.window.open(QStringLiteral("market"));
    QTest::mouseClick(button(*market, QStringLiteral("Run a job here")), Qt::LeftButton);
    return submit_says(QStringLiteral("Only on"));
  };
  const auto only = [&] { return button(*submit(), QStringLiteral("Anywhere instead")) != nullptr; };
  ASSERT_TRUE(run_here());
  EXPECT_TRUE(only());
  shell.window.activateWindow();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&shell.window));
  QTest::keyClick(&shell.window, Qt::Key_N, Qt::ControlModifier);
  EXPECT_FALSE(only()) << "Ctrl+N";
  ASSERT_TRUE(run_here());
  shell.window.new_job();  // of the tray and of a second start of the app
  EXPECT_FALSE(only());
  ASSERT_TRUE(run_here());
  auto* const jobs = open<pages::JobsPage>("jobs");
  ASSERT_NE(jobs, nullptr);
  Q_EMIT jobs->new_job_wanted();
  EXPECT_FALSE(only()) << "the button of the page of jobs";
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
