// All widgets on one sheet, in both looks and both directions. With QUERN_GALLERY=FOLDER the sheets are written there.
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QImage>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <memory>

#include <gtest/gtest.h>

#include "desktop/widgets/card.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/flow_layout.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/log_view.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "desktop/widgets/table.hpp"
#include "desktop/widgets/topology_view.hpp"
#include "desktop/widgets/week_grid.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kPermilleRole = Qt::UserRole + 1;
constexpr int kSecondRole = Qt::UserRole + 2;

QVector<qreal> wave(int seed) {
  QVector<qreal> values;
  for (int at = 0; at < 60; ++at) values.append(at > 20 && at < 24 ? 40 : 70 + samples::uneven(at + seed) % 13);
  return values;
}

Table* offers(QWidget* parent) {
  auto* model = new QStandardItemModel(0, 7, parent);
  model->setHorizontalHeaderLabels({QStringLiteral("Device"), QStringLiteral("Memory"), QStringLiteral("Price / h"),
                                    QStringLiteral("Reliability"), QStringLiteral("RTT"), QStringLiteral("Peer"),
                                    QStringLiteral("Trust")});
  const QStringList trust{QStringLiteral("Verified"), QStringLiteral("New"), QStringLiteral("Known")};
  for (int row = 0; row < 40; ++row) {
    const int reliability = 880 + samples::uneven(row) % 120;
    const QStringList texts{row % 3 == 0 ? QStringLiteral("2 × NVIDIA A100 80GB") : QStringLiteral("NVIDIA H100 SXM"),
                            QStringLiteral("80 GB"),
                            QString::number(1.936 + row * 0.113, 'f', 3),
                            QStringLiteral("%1 %").arg(reliability / 10.0, 0, 'f', 1),
                            QStringLiteral("%1 ms").arg(11 + samples::uneven(row + 3) / 5),
                            QStringLiteral("quiet-stone"),
                            trust[row % 3]};
    QList<QStandardItem*> items;
    for (const QString& text : texts) items.append(new QStandardItem(text));
    items[3]->setData(reliability, kPermilleRole);
    model->appendRow(items);
  }
  auto* table = new Table(QStringLiteral("Offers"), parent);
  table->setModel(model);
  table->setSortingEnabled(true);
  table->horizontalHeader()->setSortIndicator(2, Qt::AscendingOrder);
  table->set_column(0, {.cell = Cell::text, .width = 180, .stretch = true});
  table->set_column(1, {.cell = Cell::number, .priority = 1, .width = 80});
  table->set_column(2, {.cell = Cell::number, .width = 90, .strong = true});
  table->set_column(
      3, {.cell = Cell::bar,
          .priority = 2,
          .width = 140,
          .permille_role = kPermilleRole,
          .tone = [](const QModelIndex& index) {
            const int permille = index.data(kPermilleRole).toInt();
            return permille > 970 ? theme::Tone::ok : permille < 910 ? theme::Tone::warn : theme::Tone::accent;
          }});
  table->set_column(4, {.cell = Cell::number, .priority = 3, .width = 80});
  table->set_column(5, {.cell = Cell::muted, .priority = 4, .width = 110});
  table->set_column(6, {.cell = Cell::pill, .priority = 2, .width = 110, .tone = [](const QModelIndex& index) {
                          const QString text = index.data().toString();
                          return text == QStringLiteral("Verified") ? theme::Tone::ok
                                 : text == QStringLiteral("Known")  ? theme::Tone::accent
                                                                    : theme::Tone::neutral;
                        }});
  table->select_row(1);
  return table;
}

Table* jobs(QWidget* parent) {
  auto* model = new QStandardItemModel(0, 4, parent);
  model->setHorizontalHeaderLabels(
      {QStringLiteral("Job"), QStringLiteral("State"), QStringLiteral("Progress"), QStringLiteral("Cost so far")});
  const QVector<int> progress{580, -1, 820, 0, 410, 1000};
  const QStringList states{QStringLiteral("Running"), QStringLiteral("Running"), QStringLiteral("Running"),
                           QStringLiteral("Queued"),  QStringLiteral("Failed"),  QStringLiteral("Done")};
  for (int row = 0; row < progress.size(); ++row) {
    QList<QStandardItem*> items{new QStandardItem(QStringLiteral("render scene-014 (frames 1–240)")),
                                new QStandardItem(states[row]),
                                new QStandardItem(progress[row] < 0 ? QStringLiteral("serving")
                                                                    : QStringLiteral("%1 %").arg(progress[row] / 10)),
                                new QStandardItem(QStringLiteral("0.96 cr"))};
    items[0]->setData(QStringLiteral("Command · j-8f19"), kSecondRole);
    items[2]->setData(progress[row], kPermilleRole);
    model->appendRow(items);
  }
  const auto tone = [](const QModelIndex& index) {
    const QString state = index.siblingAtColumn(1).data().toString();
    return state == QStringLiteral("Queued")   ? theme::Tone::warn
           : state == QStringLiteral("Failed") ? theme::Tone::bad
           : state == QStringLiteral("Done")   ? theme::Tone::ok
                                               : theme::Tone::accent;
  };
  auto* table = new Table(QStringLiteral("Jobs"), parent, Table::kTwoLines);
  table->setModel(model);
  table->set_column(0, {.cell = Cell::strong, .width = 200, .stretch = true, .second_line_role = kSecondRole});
  table->set_column(1, {.cell = Cell::pill, .width = 110, .tone = tone});
  table->set_column(2, {.cell = Cell::bar, .width = 220, .permille_role = kPermilleRole, .tone = tone});
  table->set_column(3, {.cell = Cell::number, .width = 100});
  table->select_row(2);
  return table;
}

SideNavigation* navigation() {
  auto* list = new SideNavigation(QStringLiteral("Quern"), theme::icon(theme::Glyph::network, theme::Tint::accent));
  list->set_items({{QStringLiteral("Machine"), theme::Glyph::machine},
                   {QStringLiteral("Peers"), theme::Glyph::peers},
                   {QStringLiteral("Market"), theme::Glyph::market},
                   {QStringLiteral("Jobs"), theme::Glyph::jobs},
                   {QStringLiteral("Earnings"), theme::Glyph::earnings},
                   {QStringLiteral("Preferences"), theme::Glyph::settings}});
  list->set_badge(3, QStringLiteral("3"));
  auto* status = new StatusCard;
  status->set_state(QStringLiteral("Donating"), theme::Tone::ok);
  status->set_rows({{QStringLiteral("Earned today"), QStringLiteral("13.37 cr")},
                    {QStringLiteral("Peers"), QStringLiteral("34")},
                    {QStringLiteral("Connected to"), QStringLiteral("rig-01")}});
  list->foot()->addWidget(status);
  return list;
}

DetailPanel* detail() {
  auto* panel = new DetailPanel;
  panel->set_heading(QStringLiteral("GeForce RTX 4090"), QStringLiteral("NUMA 0 · PCIe 0000:01:00.0"),
                     theme::Glyph::gpu);
  auto* offer = new Toggle(QStringLiteral("Offer this device"));
  offer->setChecked(true);
  panel->content()->addWidget(offer);
  auto* price = new PriceSpin(QStringLiteral("Price"));
  price->set_unit(QStringLiteral("cr/h"));
  price->set_value(420'000);
  panel->content()->addWidget(price);
  panel->content()->addWidget(new Separator);
  auto* load = new KeyValueList;
  load->set_rows({{QStringLiteral("Load, last 10 min"), QStringLiteral("93 %")}});
  panel->content()->addWidget(load);
  for (int series : {0, 2, 3}) {
    auto* line = new Sparkline(QStringLiteral("Load"));
    line->set_values(wave(series));
    line->set_range(0, 100);
    line->set_series(series);
    panel->content()->addWidget(line);
  }
  panel->content()->addWidget(new Separator);
  auto* rows = new KeyValueList;
  rows->set_rows({{QStringLiteral("Running"), QStringLiteral("sd-xl finetune")},
                  {QStringLiteral("Earned today"), QStringLiteral("3.18 cr"), Ink::ok},
                  {QStringLiteral("Driver"), QStringLiteral("OpenCL 3.0 · 550.90, with a long remark that wraps")}});
  panel->content()->addWidget(rows);
  auto* run =
      new QPushButton(theme::icon(theme::Glyph::play, theme::Tint::on_accent), QStringLiteral("Run a job here"));
  run->setProperty("kind", QStringLiteral("primary"));
  panel->content()->addWidget(run);
  return panel;
}

// The page "Machine" of the pictures.
QWidget* machine_sheet() {
  auto* window = new QWidget;
  auto* across = new QHBoxLayout(window);
  across->setContentsMargins(0, 0, 0, 0);
  across->setSpacing(0);
  across->addWidget(navigation());
  auto* page = new PageFrame(QStringLiteral("Machine"));
  page->set_subtitle(QStringLiteral("64 cores · 512 GB · 4 GPUs — 3 offered to the network"));
  auto* heat = new SegmentedControl(QStringLiteral("Colour by"));
  heat->set_segments({QStringLiteral("Load"), QStringLiteral("Jobs"), QStringLiteral("Price")});
  page->add_action(heat);
  page->add_action(
      new QPushButton(theme::icon(theme::Glyph::pause, theme::Tint::text), QStringLiteral("Pause donating")));
  auto* body = new QHBoxLayout;
  body->setSpacing(theme::kSpaceL);
  auto* card = new Card(nullptr, theme::kSpaceM);
  auto* view = new TopologyView(QStringLiteral("Machine topology"));
  view->set_topology(samples::workstation());
  view->select_device(QStringLiteral("gpu-0"));
  card->body()->addWidget(view, 1);
  auto* legend = new HeatLegend;
  legend->set_texts(QStringLiteral("Core load"), QStringLiteral("0 %"), QStringLiteral("100 %"));
  card->body()->addWidget(legend);
  body->addWidget(card, 1);
  body->addWidget(detail());
  page->body()->addLayout(body);
  across->addWidget(page, 1);
  window->resize(1440, 900);
  return window;
}

QWidget* peers_sheet() {
  auto* card = new Card;
  auto* map = new PeerMap(QStringLiteral("Peers"));
  map->set_peers(samples::peers(34));
  map->select(map->peers().at(2).id);
  card->body()->addWidget(map, 1);
  auto* legend = new Legend;
  legend->set_entries({{.text = QStringLiteral("Provider (number of GPUs)"), .mark = LegendMark::circle},
                       {.text = QStringLiteral("Relay"), .series = 2, .mark = LegendMark::diamond},
                       {.text = QStringLiteral("Other peer"), .series = 5, .mark = LegendMark::circle},
                       {.text = QStringLiteral("Direct"), .series = 5, .mark = LegendMark::line},
                       {.text = QStringLiteral("Relayed"), .series = 5, .mark = LegendMark::dotted_line}});
  card->body()->addWidget(legend);
  card->resize(900, 780);
  return card;
}

QWidget* tables_sheet() {
  auto* page = new PageFrame(QStringLiteral("Market"));
  page->set_subtitle(QStringLiteral("Offers heard from peers in the last 60 seconds"));
  page->banner()->show_message(theme::Tone::warn,
                               QStringLiteral("The service is not running. What you see is an hour old."),
                               QStringLiteral("Start the service"), QStringLiteral("Choose another machine"));
  auto* first = new Card(nullptr, 1);
  first->body()->setContentsMargins(1, 1, 1, 8);
  auto* filters = new FlowLayout;
  filters->setContentsMargins(12, 11, 12, 0);
  auto* search = new QLineEdit;
  search->setPlaceholderText(QStringLiteral("Search device, peer or region"));
  search->addAction(theme::icon(theme::Glyph::search), QLineEdit::LeadingPosition);
  search->setFixedWidth(240);
  filters->addWidget(search);
  filters->addWidget(new QCheckBox(QStringLiteral("Verified only")));
  first->body()->addLayout(filters);
  first->body()->addWidget(offers(first));
  page->body()->addWidget(first, 1);
  auto* second = new Card(nullptr, 1);
  second->body()->setContentsMargins(1, 1, 1, 8);
  second->body()->addWidget(jobs(second));
  page->body()->addWidget(second, 1);
  page->resize(1000, 900);
  return page;
}

StackedBars* bars() {
  auto* chart = new StackedBars(QStringLiteral("Credits per day"));
  QVector<BarDay> days;
  for (int day = 0; day < 30; ++day) {
    days.append({QStringLiteral("%1 Nov").arg(day + 1),
                 {4'000'000 + samples::uneven(day) * 4000LL, day < 8 ? 0 : samples::uneven(day + 40) * 6000LL,
                  samples::uneven(day + 80) * 3000LL, samples::uneven(day + 90) * 1200LL}});
  }
  chart->set_data({QStringLiteral("RTX 4090 #0"), QStringLiteral("RTX 4090 #1"), QStringLiteral("RX 7900 XTX"),
                   QStringLiteral("RTX 3080")},
                  days);
  chart->set_format([](qint64 micro) { return QString::number(static_cast<double>(micro) / 1e6, 'g', 4); });
  chart->choose_item(11);
  return chart;
}

QWidget* earnings_sheet() {
  auto* page = new PageFrame(QStringLiteral("Earnings"));
  page->set_subtitle(QStringLiteral("Every credit below has a receipt signed by both sides"));
  auto* tiles = new QHBoxLayout;
  tiles->setSpacing(theme::kSpaceL);
  for (int at = 0; at < 4; ++at) {
    auto* tile = new KpiTile(at % 2 == 0 ? QStringLiteral("Balance") : QStringLiteral("Earned today"));
    tile->set_figure(QStringLiteral("1,284.60"), QStringLiteral("cr"));
    tile->set_note(
        at % 2 == 0 ? QStringLiteral("1,262.14 settled · 22.46 pending") : QStringLiteral("▲ 12 % on a usual Friday"),
        at % 2 == 0 ? Ink::muted : Ink::ok);
    if (at == 1) tile->set_past(wave(4));
    tiles->addWidget(tile, 1);
  }
  page->body()->addLayout(tiles);
  auto* charts = new QHBoxLayout;
  charts->setSpacing(theme::kSpaceL);
  auto* left = new Card;
  auto* title = new SectionTitle(QStringLiteral("Credits per day"));
  auto* span = new SegmentedControl(QStringLiteral("Days"));
  span->set_segments({QStringLiteral("7 d"), QStringLiteral("30 d")});
  span->set_current(1);
  title->add_action(span);
  left->body()->addWidget(title);
  auto* legend = new Legend;
  legend->set_entries({{.text = QStringLiteral("RTX 4090 #0")},
                       {.text = QStringLiteral("RTX 4090 #1"), .series = 1},
                       {.text = QStringLiteral("RX 7900 XTX"), .series = 2},
                       {.text = QStringLiteral("RTX 3080"), .series = 3}});
  left->body()->addWidget(legend);
  left->body()->addWidget(bars(), 1);
  charts->addWidget(left, 1);
  auto* right = new Card;
  right->body()->addWidget(new SectionTitle(QStringLiteral("Where it came from")));
  auto* shares = new ShareBars(QStringLiteral("Where it came from"));
  shares->set_shares({{QStringLiteral("RTX 4090 #0"), QStringLiteral("181.93"), 181},
                      {QStringLiteral("RTX 4090 #1"), QStringLiteral("98.97"), 98},
                      {QStringLiteral("RX 7900 XTX"), QStringLiteral("59.89"), 59}});
  right->body()->addWidget(shares);
  right->body()->addStretch(1);
  right->setFixedWidth(theme::scaled(296));
  charts->addWidget(right);
  page->body()->addLayout(charts, 1);
  page->resize(1180, 640);
  return page;
}

QWidget* preferences_sheet() {
  auto* page = new PageFrame(QStringLiteral("Preferences"));
  page->set_subtitle(QStringLiteral("Changes apply at once to rig-01"));
  auto* week = new Card;
  week->body()->addWidget(new SectionTitle(QStringLiteral("When to donate")));
  auto* grid = new WeekGrid(QStringLiteral("When to donate"));
  Week hours{};
  for (int hour = 0; hour < kWeekHours; ++hour) {
    const int of_day = hour % 24;
    hours.at(hour) = of_day < 8 || of_day > 21 ? HourState::always : of_day > 17 ? HourState::idle : HourState::off;
  }
  grid->set_week(hours);
  week->body()->addWidget(grid);
  page->body()->addWidget(week);
  auto* limits = new Card;
  limits->body()->addWidget(new SectionTitle(QStringLiteral("Step aside when")));
  for (const bool on : {true, false}) {
    auto* toggle = new Toggle(QStringLiteral("I use mouse or keyboard"));
    toggle->setChecked(on);
    limits->body()->addWidget(toggle);
  }
  auto* slider = new QSlider(Qt::Horizontal);
  slider->setValue(60);
  limits->body()->addWidget(slider);
  auto* buttons = new FlowLayout;
  for (const char* kind : {"", "primary", "ghost", "danger"}) {
    auto* button = new QPushButton(QStringLiteral("Button"));
    button->setProperty("kind", QString::fromLatin1(kind));
    buttons->addWidget(button);
  }
  for (const auto tone :
       {theme::Tone::neutral, theme::Tone::accent, theme::Tone::ok, theme::Tone::warn, theme::Tone::bad}) {
    buttons->addWidget(new Pill(QStringLiteral("Running"), tone));
  }
  limits->body()->addLayout(buttons);
  page->body()->addWidget(limits);
  auto* log_card = new Card;
  log_card->body()->addWidget(new SectionTitle(QStringLiteral("Log")));
  auto* log = new LogView(QStringLiteral("Log"));
  QVector<LogLine> lines;
  for (int at = 0; at < 12; ++at) {
    lines.append({QStringLiteral("21:43:%1").arg(at + 10),
                  at == 9    ? LogLevel::warning
                  : at == 10 ? LogLevel::error
                             : LogLevel::info,
                  QStringLiteral("gpu0  frame %1/240  9.6 s  peak 9.7 GB").arg(at + 180)});
  }
  log->append_lines(lines);
  log_card->body()->addWidget(log);
  page->body()->addWidget(log_card, 1);
  page->resize(900, 860);
  return page;
}

QWidget* empty_sheet() {
  auto* empty = new EmptyState(theme::Glyph::jobs, QStringLiteral("No jobs yet"),
                               QStringLiteral("A job that you submit is shown here with its progress and its log."));
  empty->set_action(QStringLiteral("New job"));
  empty->resize(520, 300);
  return empty;
}

using Sheet = QWidget* (*)();
struct Named {
  const char* name;
  Sheet make;
};
// The smallest window of the app.
QWidget* small_sheet() {
  QWidget* window = machine_sheet();
  window->resize(1100, 700);
  return window;
}

QWidget* giant_sheet() {
  auto* card = new Card;
  auto* view = new TopologyView(QStringLiteral("Machine topology"));
  view->set_topology(samples::giant());
  card->body()->addWidget(view);
  card->resize(1180, 800);
  return card;
}

QWidget* crowd_sheet() {
  auto* card = new Card;
  auto* map = new PeerMap(QStringLiteral("Peers"));
  map->set_peers(samples::peers(2000));
  card->body()->addWidget(map);
  card->resize(1000, 800);
  return card;
}

constexpr Named kSheets[] = {{"machine", machine_sheet},
                             {"peers", peers_sheet},
                             {"tables", tables_sheet},
                             {"earnings", earnings_sheet},
                             {"preferences", preferences_sheet},
                             {"empty", empty_sheet},
                             {"small", small_sheet},
                             {"giant", giant_sheet},
                             {"crowd", crowd_sheet}};

QImage grabbed(Sheet make, Qt::LayoutDirection direction) {
  const std::unique_ptr<QWidget> sheet(make());
  sheet->setLayoutDirection(direction);
  sheet->show();
  const qint64 deadline = 2L * LogView::kBatchMilliseconds;
  QElapsedTimer watch;
  watch.start();
  while (watch.elapsed() < deadline) QApplication::processEvents(QEventLoop::WaitForMoreEvents, 10);
  return sheet->grab().toImage();
}

// Permille of the pixels.
int difference(const QImage& one, const QImage& other) {
  int different = 0;
  for (int y = 0; y < one.height(); y += 4) {
    for (int x = 0; x < one.width(); x += 4) different += one.pixel(x, y) != other.pixel(x, y) ? 1 : 0;
  }
  return different * 16 * 1000 / (one.width() * one.height());
}

TEST(Gallery, ShowsEveryWidgetInBothLooksAndDirections) {
  const QString folder = qEnvironmentVariable("QUERN_GALLERY");
  auto& theme = theme::Theme::instance();
  theme.install();
  for (const Named& sheet : kSheets) {
    QImage seen[3];
    for (int look = 0; look < 3; ++look) {
      theme.set_mode(look == 1 ? theme::Mode::dark : theme::Mode::light);
      seen[look] = grabbed(sheet.make, look == 2 ? Qt::RightToLeft : Qt::LeftToRight);
      ASSERT_FALSE(seen[look].isNull());
      if (folder.isEmpty()) continue;
      const char* const looks[] = {"light", "dark", "rtl"};
      EXPECT_TRUE(seen[look].save(QDir(folder).filePath(
          QStringLiteral("%1-%2.png").arg(QString::fromLatin1(sheet.name), QString::fromLatin1(looks[look])))));
    }
    theme.set_mode(theme::Mode::light);
    EXPECT_GT(difference(seen[0], seen[1]), 600) << sheet.name << ": dark looks like light";
    const bool mirrors = sheet.make != empty_sheet && sheet.make != peers_sheet &&
                         sheet.make != crowd_sheet;  // a map has no leading side
    if (mirrors) EXPECT_GT(difference(seen[0], seen[2]), 5) << sheet.name << ": right-to-left looks like left-to-right";
  }
}

TEST(Gallery, HoldsLargeText) {
  const QString folder = qEnvironmentVariable("QUERN_GALLERY");
  auto& theme = theme::Theme::instance();
  theme.install();
  theme.set_text_percent(140);
  for (const Named& sheet : kSheets) {
    const QImage seen = grabbed(sheet.make, Qt::LeftToRight);
    if (!folder.isEmpty())
      seen.save(QDir(folder).filePath(QStringLiteral("%1-large.png").arg(QString::fromLatin1(sheet.name))));
    EXPECT_FALSE(seen.isNull());
  }
  theme.set_text_percent(100);
}

}  // namespace
}  // namespace quern::desktop::widgets
