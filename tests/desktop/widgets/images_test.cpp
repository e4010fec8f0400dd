// Key widgets against pictures of them in tests/desktop/images. QUERN_WRITE_IMAGES=1 writes them anew: look at them
// before they are kept. The same Qt and the same Inter paint the same on every machine but for the last bits of a
// blend, so a picture that has changed anywhere has changed for people.
#include <QFontInfo>
#include <QFontMetricsF>
#include <QImage>
#include <QPainter>
#include <QPushButton>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <ostream>

#include <gtest/gtest.h>

#include "desktop/widgets/card.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/peer_map.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "desktop/widgets/table.hpp"
#include "desktop/widgets/topology_view.hpp"
#include "desktop/widgets/week_grid.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kChannelTolerance = 16;  // of 255: blends are rounded differently with other vector instructions
constexpr int kBlock = 16;             // pixels; a difference is looked for in each block by itself
constexpr int kDifferentMax = 12;      // pixels of a block that may differ by more: 5 of a hundred
constexpr double kInterWidth = 168.2;  // of kSample at 26 pixels, in the Inter of Debian 12
constexpr double kInterTolerance = 0.5;
constexpr int kSamplePixels = 26;
const QString kSample = QStringLiteral("Inter 1,284.60");

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

QWidget* charts() {
  auto* card = new Card;
  auto* tile = new KpiTile(QStringLiteral("Balance"));
  tile->set_figure(QStringLiteral("1,284.60"), QStringLiteral("cr"));
  tile->set_note(QStringLiteral("12 % on the 30 days before"), Ink::ok);
  QVector<qreal> past;
  for (int at = 0; at < 60; ++at) past.append(samples::uneven(at));
  tile->set_past(past);
  auto* shares = new ShareBars(QStringLiteral("Shares"));
  shares->set_shares({{QStringLiteral("GeForce RTX 4090"), QStringLiteral("12.48 cr"), 1248},
                      {QStringLiteral("Radeon RX 7900"), QStringLiteral("3.10 cr"), 310}});
  auto* legend = new Legend;
  legend->set_entries({{QStringLiteral("a"), {}, 0}, {QStringLiteral("b"), {}, 1, LegendMark::circle}});
  for (QWidget* const each : std::initializer_list<QWidget*>{tile, shares, legend}) card->body()->addWidget(each);
  card->resize(320, 320);
  return card;
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
  auto* progress = new ProgressBar;
  progress->set_permille(620);
  card->body()->addWidget(progress);
  auto* price = new PriceSpin(QStringLiteral("Price"));
  price->set_value(420'000);
  price->set_unit(QStringLiteral("cr/h"));
  card->body()->addWidget(price);
  card->resize(280, 240);
  return card;
}

QWidget* buttons() {
  auto* card = new Card;
  for (const char* const kind : {"primary", "ghost", "danger", "control"}) {
    for (const bool enabled : {true, false}) {
      auto* button = new QPushButton(QString::fromLatin1(kind));
      button->setProperty("kind", QString::fromLatin1(kind));
      button->setEnabled(enabled);
      card->body()->addWidget(button);
    }
  }
  card->resize(200, 400);
  return card;
}

const std::initializer_list<theme::Tone> kTones{theme::Tone::neutral, theme::Tone::accent, theme::Tone::ok,
                                                theme::Tone::warn, theme::Tone::bad};

QWidget* chips() {
  auto* card = new Card;
  for (const theme::Tone tone : kTones) {
    card->body()->addWidget(new Pill(QStringLiteral("Running"), tone));
    auto* banner = new Banner;
    banner->show_message(tone, QStringLiteral("The service is not running"), QStringLiteral("Start service"));
    card->body()->addWidget(banner);
  }
  card->resize(420, 480);
  return card;
}

// Cells of the market: a device, its price, its reliability, its state.
QWidget* price_cells() {
  constexpr int kPermilleRole = Qt::UserRole + 1;
  auto* table = new Table(QStringLiteral("Offers"));
  auto* model = new QStandardItemModel(4, 4, table);
  const QStringList heads{QStringLiteral("Device"), QStringLiteral("Price/h"), QStringLiteral("Reliability"),
                          QStringLiteral("State")};
  model->setHorizontalHeaderLabels(heads);
  const QStringList prices{QStringLiteral("0.0360"), QStringLiteral("1.1110"), QStringLiteral("8.8880"),
                           QStringLiteral("1,284.60")};
  for (int row = 0; row < 4; ++row) {
    model->setData(model->index(row, 0), QStringLiteral("GeForce RTX 4090"));
    model->setData(model->index(row, 1), prices[row]);
    model->setData(model->index(row, 2), QStringLiteral("98.2 %"));
    model->setData(model->index(row, 2), 1000 - row * 250, kPermilleRole);
    model->setData(model->index(row, 3), QStringLiteral("Fits"));
  }
  table->setModel(model);
  table->set_column(0, {.cell = Cell::strong, .width = 150, .stretch = true});
  table->set_column(1, {.cell = Cell::number, .width = 90});
  table->set_column(2, {.cell = Cell::bar, .width = 120, .permille_role = kPermilleRole});
  table->set_column(3, {.cell = Cell::pill, .width = 90, .tone = [](const QModelIndex& index) {
                          return *(kTones.begin() + index.row());
                        }});
  table->resize(520, 220);
  table->select_row(1);
  return table;
}

struct Case {
  const char* name;
  QWidget* (*make)();
};
void PrintTo(const Case& image, std::ostream* out) {
  *out << image.name;
}  // NOLINT: the name that GoogleTest looks for

// Of the block that differs most.
int most_different(const QImage& one, const QImage& other) {
  const QImage a = one.convertToFormat(QImage::Format_RGB32);
  const QImage b = other.convertToFormat(QImage::Format_RGB32);
  const auto differs = [&](int x, int y) {
    const QRgb p = a.pixel(x, y);
    const QRgb q = b.pixel(x, y);
    return std::max({std::abs(qRed(p) - qRed(q)), std::abs(qGreen(p) - qGreen(q)), std::abs(qBlue(p) - qBlue(q))}) >
           kChannelTolerance;
  };
  int most = 0;
  for (int top = 0; top < a.height(); top += kBlock) {
    for (int left = 0; left < a.width(); left += kBlock) {
      int different = 0;
      for (int y = top; y < std::min(top + kBlock, a.height()); ++y) {
        for (int x = left; x < std::min(left + kBlock, a.width()); ++x) different += differs(x, y) ? 1 : 0;
      }
      most = std::max(most, different);
    }
  }
  return most;
}

QImage painted(QWidget& widget) {
  const QSize size = widget.size();
  widget.show();
  widget.resize(size);
  return widget.grab().toImage();
}

// 0: there is none.
double width_of_inter() {
  QFont font(QStringLiteral("Inter"));
  font.setPixelSize(kSamplePixels);
  font.setHintingPreference(QFont::PreferNoHinting);
  return QFontInfo(font).family() == QStringLiteral("Inter") ? QFontMetricsF(font).horizontalAdvance(kSample) : 0;
}

class Images : public testing::TestWithParam<Case> {
 protected:
  Images() { theme::Theme::instance().install(); }
  void TearDown() override { theme::Theme::instance().set_mode(theme::Mode::light); }
};

TEST_P(Images, LookLikeTheirPicture) {
  if (const double width = width_of_inter(); std::abs(width - kInterWidth) > kInterTolerance) {
    GTEST_SKIP() << "the pictures were made with the Inter of Debian 12; here the sample is " << width << " wide";
  }
  for (const bool dark : {false, true}) {
    theme::Theme::instance().set_mode(dark ? theme::Mode::dark : theme::Mode::light);
    const std::unique_ptr<QWidget> widget(GetParam().make());
    const QImage seen = painted(*widget);
    const QString path =
        QStringLiteral(QUERN_TEST_DATA "/images/%1_%2.png")
            .arg(QString::fromLatin1(GetParam().name), dark ? QStringLiteral("dark") : QStringLiteral("light"));
    if (qEnvironmentVariableIsSet("QUERN_WRITE_IMAGES")) {
      ASSERT_TRUE(seen.convertToFormat(QImage::Format_RGB888).save(path, nullptr, 0));
    }
    const QImage wanted(path);
    ASSERT_EQ(wanted.size(), seen.size()) << path.toStdString();
    EXPECT_LE(most_different(seen, wanted), kDifferentMax) << path.toStdString();
  }
}

TEST(ImageComparison, SeesWhatAPersonSees) {
  theme::Theme::instance().install();
  theme::Theme::instance().set_mode(theme::Mode::light);
  const auto different = [](const std::function<void(QWidget&)>& change, QWidget* (*make)()) {
    const std::unique_ptr<QWidget> before(make());
    const std::unique_ptr<QWidget> after(make());
    change(*after);
    EXPECT_EQ(most_different(painted(*before), painted(*before)), 0);
    return most_different(painted(*before), painted(*after));
  };
  const auto reprice = [](QWidget& widget) {
    auto* const model = static_cast<Table&>(widget).model();
    model->setData(model->index(2, 1), QStringLiteral("8.8380"));
  };
  EXPECT_GT(different(reprice, price_cells), kDifferentMax) << "one digit of a price";
  const auto retone = [](QWidget& widget) {
    widget.findChildren<Pill*>().at(2)->set_state(QStringLiteral("Running"), theme::Tone::neutral);
  };
  EXPECT_GT(different(retone, chips), kDifferentMax) << "the colour of a chip";
  const auto relabel = [](QWidget& widget) { widget.findChild<QPushButton*>()->setText(QStringLiteral("primarg")); };
  EXPECT_GT(different(relabel, buttons), kDifferentMax) << "one letter of a button";
  const auto less = [](QWidget& widget) { widget.findChild<ProgressBar*>()->set_permille(600); };
  EXPECT_GT(different(less, controls), kDifferentMax) << "a bar that is two parts of a hundred shorter";
  const auto hour = [](QWidget& widget) {
    Week hours = static_cast<WeekGrid&>(widget).week();
    hours.at(30) = hours.at(30) == HourState::off ? HourState::always : HourState::off;
    static_cast<WeekGrid&>(widget).set_week(hours);
  };
  EXPECT_GT(different(hour, week), kDifferentMax) << "one hour of the week";
}

INSTANTIATE_TEST_SUITE_P(Widgets, Images,
                         testing::Values(Case{"topology", topology}, Case{"peer_map", peer_map}, Case{"bars", bars},
                                         Case{"charts", charts}, Case{"week", week}, Case{"controls", controls},
                                         Case{"buttons", buttons}, Case{"chips", chips},
                                         Case{"price_cells", price_cells}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace quern::desktop::widgets
