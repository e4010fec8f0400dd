// The shell as it is read: names for screen readers, nothing cut off with large text, dark without light patches, from
// right to left.
#include <QImage>
#include <memory>

#include "desktop/app/languages.hpp"
#include "desktop/app/profiles_dialog.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/controls.hpp"
#include "tests/desktop/app/shell.hpp"
#include "tests/desktop/page_checks.hpp"

namespace quern::desktop::app {
namespace {

constexpr int kLargeText = 140;
constexpr int kSettleMs = 2'000;
constexpr double kLightShareMax = 0.03;  // of a dark window: texts and marks

boost::json::object machine() {
  return boost::json::parse(R"({"host":"attic","system":"Debian","report":{},"live":{},"devices":[
    {"id":"d1","name":"NVIDIA GeForce RTX 4090","kind":"gpu","compute_units":128,"memory_bytes":25769803776,
     "offered":false,"wanted":false,"rates":{"device_second":100},"speed":{"fp32_flops":82000000000000}},
    {"id":"d2","name":"A processor with a name that is far too long for any line of the window, and goes on","kind":"cpu",
     "compute_units":64,"memory_bytes":137438953472,"offered":false,"wanted":false,"rates":{}}]})")
      .as_object();
}

// The whole window as a person meets it the first time, with a service and a long reason.
class Layout : public ::testing::Test {
 protected:
  void begin(const QString& language, int percent, bool dark) {
    language_ = std::make_unique<Language>(language);
    theme::Theme::instance().install();
    theme::Theme::instance().set_text_percent(percent);
    theme::Theme::instance().set_mode(dark ? theme::Mode::dark : theme::Mode::light);
    shell = std::make_unique<Shell>(false);
    shell->service.now = pages::ServiceUnit::State::running;
    shell->topics["machine"] = machine();
    PageSet set = make_page_set(shell->window, shell->models, shell->settings, shell->service);
    set.new_job = [](const QStringList&) {};
    shell->window.set_pages(std::move(set));
    shell->window.resize(MainWindow::kLeastWidth, MainWindow::kLeastHeight);
    shell->window.show();
    shell->open();
    ASSERT_TRUE(QTest::qWaitFor(
        [this] {
          shell->serve();
          return shell->models.machine().has_value();
        },
        kSoonMs));
    shell->window.tell(theme::Tone::warn,
                       QStringLiteral("A reason <b>that</b> is long, and longer, and so long. ").repeated(4));
    QTest::qWait(0);
  }
  void TearDown() override {
    shell.reset();
    theme::Theme::instance().set_text_percent(100);
    theme::Theme::instance().set_mode(theme::Mode::light);
    language_ = std::make_unique<Language>(QStringLiteral("en"));
  }

  std::unique_ptr<Shell> shell;

 private:
  std::unique_ptr<Language> language_;
};

// Layouts settle in the event loop.
void expect_nothing_clipped(const QWidget& window) {
  EXPECT_TRUE(QTest::qWaitFor([&] { return clipped(window).isEmpty(); }, kSettleMs))
      << clipped(window).join(QStringLiteral("\n")).toStdString();
}

TEST_F(Layout, EveryWidgetThatTakesTheFocusHasAName) {
  begin(QStringLiteral("en"), 100, false);
  EXPECT_EQ(nameless(shell->window), QStringList());
  shell->lose();
  ASSERT_TRUE(QTest::qWaitFor([this] { return !shell->connection.live(); }, kSoonMs));
  EXPECT_EQ(nameless(shell->window), QStringList());
  ProfilesDialog dialog(shell->settings.profiles());
  dialog.show();
  EXPECT_EQ(nameless(dialog), QStringList());
}

TEST_F(Layout, NothingIsCutOffWithLargeText) {
  for (const QString& language : {QStringLiteral("en"), QStringLiteral("de"), kPseudoLanguage}) {
    SCOPED_TRACE(language.toStdString());
    begin(language, kLargeText, false);
    EXPECT_EQ(shell->window.size(), QSize(MainWindow::kLeastWidth, MainWindow::kLeastHeight));
    expect_nothing_clipped(shell->window);
    shell->lose();
    ASSERT_TRUE(QTest::qWaitFor([this] { return !shell->connection.live(); }, kSoonMs));
    QTest::qWait(0);
    expect_nothing_clipped(shell->window);
    ProfilesDialog dialog(shell->settings.profiles());
    dialog.show();
    expect_nothing_clipped(dialog);
    TearDown();
  }
}

TEST_F(Layout, DarkHasNoLightPatches) {
  begin(QStringLiteral("en"), 100, true);
  const QImage picture = shell->window.grab().toImage();
  int light = 0;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) light += qGray(picture.pixel(x, y)) > 225 ? 1 : 0;
  }
  EXPECT_LT(light, kLightShareMax * picture.width() * picture.height());
}

TEST_F(Layout, FromRightToLeftTheNavigationIsAtTheRight) {
  begin(kPseudoLanguage, 100, false);
  EXPECT_EQ(shell->window.layoutDirection(), Qt::RightToLeft);
  const auto* const navigation = shell->window.findChild<widgets::SideNavigation*>();
  EXPECT_EQ(navigation->geometry().right(), shell->window.rect().right());
  const QImage picture = shell->window.grab().toImage();
  EXPECT_EQ(picture.pixelColor(MainWindow::kLeastWidth - 3, 200), theme::tokens().sidebar);
}

}  // namespace
}  // namespace quern::desktop::app
