// Key widgets against pictures of them. QUERN_UPDATE_IMAGES=1 writes the pictures anew: look at them before they are
// kept. Text is drawn by whatever font is here, so it is taken away from the comparison by shrinking both: what is held
// is where things are, how large, in which colour.
#include <QFontDatabase>
#include <QImage>
#include <QPainter>
#include <QVBoxLayout>
#include <cstdlib>
#include <memory>
#include <ostream>

#include <gtest/gtest.h>

#include "desktop/widgets/card.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/peer_map.hpp"
#include "desktop/widgets/topology_view.hpp"
#include "desktop/widgets/week_grid.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kShrink = 4;
constexpr int kChannelTolerance = 24;   // of 255, of a shrunk pixel
constexpr int kDifferentPermille = 20;  // so many shrunk pixels may differ by more

QWidget* topology() {
  auto* view = new TopologyView(QStringLiteral("Machine"));
  view->resize(640, 560);
  view->set_topology(samples::machine(1, 2, 2, 8, 2));
  view->select_device(QStringLiteral("gpu-1"));
  return view;
}

QWidget* peer_map() {
  auto* map = new PeerMap(QStringLiteral("Peers"));
  map->resize(480, 400);
  map->set_peers(samples::peers(20));
  map->select(map->peers().at(1).id);
  return map;
}

QWidget* bars() {
  auto* chart = new StackedBars(QStringLiteral("Per day"));
  QVector<BarDay> days;
  for (int day = 0; day < 10; ++day) days.append({QString::number(day), {1000 + day * 300, samples::uneven(day)}});
  chart->set_data({QStringLiteral("a"), QStringLiteral("b")}, days);
  chart->resize(400, 220);
  return chart;
}

QWidget* week() {
  auto* grid = new WeekGrid(QStringLiteral("When"));
  Week hours{};
  for (int hour = 0; hour < kWeekHours; ++hour) hours.at(hour) = static_cast<HourState>(hour / 8 % 3);
  grid->set_week(hours);
  grid->resize(480, 220);
  return grid;
}

QWidget* controls() {
  auto* card = new Card;
  auto* on = new Toggle(QStringLiteral("On"));
  on->setChecked(true);
  card->body()->addWidget(on);
  card->body()->addWidget(new Toggle(QStringLiteral("Off")));
  auto* segments = new SegmentedControl(QStringLiteral("Segments"));
  segments->set_segments({QStringLiteral("Load"), QStringLiteral("Jobs"), QStringLiteral("Price")});
  card->body()->addWidget(segments);
  card->body()->addWidget(new Pill(QStringLiteral("Running"), theme::Tone::ok));
  auto* progress = new ProgressBar;
  progress->set_permille(620);
  card->body()->addWidget(progress);
  card->resize(280, 200);
  return card;
}

struct Case {
  const char* name;
  QWidget* (*make)();
};
void PrintTo(const Case& image, std::ostream* out) {
  *out << image.name;
}  // NOLINT: the name that GoogleTest looks for

QImage shrunk(const QImage& image) {
  return image.convertToFormat(QImage::Format_RGB32)
      .scaled(image.size() / kShrink, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

int different_permille(const QImage& one, const QImage& other) {
  const QImage a = shrunk(one);
  const QImage b = shrunk(other);
  int different = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      const QColor p = a.pixelColor(x, y);
      const QColor q = b.pixelColor(x, y);
      const int most =
          std::max({std::abs(p.red() - q.red()), std::abs(p.green() - q.green()), std::abs(p.blue() - q.blue())});
      different += most > kChannelTolerance ? 1 : 0;
    }
  }
  return different * 1000 / std::max(1, a.width() * a.height());
}

class Images : public testing::TestWithParam<Case> {};

TEST_P(Images, LookLikeTheirPicture) {
  if (!QFontDatabase::hasFamily(QStringLiteral("Inter"))) GTEST_SKIP() << "the pictures were made with Inter";
  auto& theme = theme::Theme::instance();
  theme.install();
  for (const bool dark : {false, true}) {
    theme.set_mode(dark ? theme::Mode::dark : theme::Mode::light);
    const std::unique_ptr<QWidget> widget(GetParam().make());
    const QSize size = widget->size();
    widget->show();
    widget->resize(size);
    const QImage seen = widget->grab().toImage();
    const QString path =
        QStringLiteral(QUERN_TEST_DATA "/widgets/images/%1_%2.png")
            .arg(QString::fromLatin1(GetParam().name), dark ? QStringLiteral("dark") : QStringLiteral("light"));
    if (qEnvironmentVariableIsSet("QUERN_UPDATE_IMAGES")) {
      ASSERT_TRUE(seen.convertToFormat(QImage::Format_RGB888).save(path, nullptr, 0));
    }
    const QImage wanted(path);
    ASSERT_EQ(wanted.size(), seen.size()) << path.toStdString();
    EXPECT_LE(different_permille(seen, wanted), kDifferentPermille) << path.toStdString();
  }
  theme.set_mode(theme::Mode::light);
}

TEST(ImageComparison, SeesABarOfAnotherLengthAndAnotherColour) {
  QImage one(100, 40, QImage::Format_RGB32);
  one.fill(Qt::white);
  QImage other = one;
  QPainter(&one).fillRect(10, 10, 80, 8, Qt::blue);
  QPainter(&other).fillRect(10, 10, 60, 8, Qt::blue);
  EXPECT_EQ(different_permille(one, one), 0);
  EXPECT_GT(different_permille(one, other), kDifferentPermille);
  QPainter(&other).fillRect(10, 10, 80, 8, Qt::darkGreen);
  EXPECT_GT(different_permille(one, other), kDifferentPermille);
}

INSTANTIATE_TEST_SUITE_P(Widgets, Images,
                         testing::Values(Case{"topology", topology}, Case{"peer_map", peer_map}, Case{"bars", bars},
                                         Case{"week", week}, Case{"controls", controls}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace quern::desktop::widgets
