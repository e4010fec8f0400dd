// What the desktop's widgets cost on one core, drawn into memory as on any screen without a GPU: a frame of the
// topology, the map, a table; a switch of the theme; the first paint of a window of widgets. Prints one line a figure:
// the median and the slowest of the runs, in milliseconds.
#include <QAbstractTableModel>
#include <QApplication>
#include <QImage>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "desktop/widgets/card.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/log_view.hpp"
#include "desktop/widgets/peer_map.hpp"
#include "desktop/widgets/table.hpp"
#include "desktop/widgets/topology_view.hpp"
#include "tests/desktop/widgets/samples.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kRuns = 25;

template <typename Work>
void measure(const char* name, Work work, int runs = kRuns) {
  std::vector<double> times;
  for (int run = 0; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(times);
  std::printf("%-52s %8.2f ms  (slowest %.2f)\n", name, times[times.size() / 2], times.back());
}

// Into an image that is there already: what a repaint costs, without making the target.
class Frame {
 public:
  explicit Frame(QWidget& widget) : widget_(widget), image_(widget.size(), QImage::Format_ARGB32_Premultiplied) {}
  void operator()() { widget_.render(&image_); }

 private:
  QWidget& widget_;
  QImage image_;
};

class Rows : public QAbstractTableModel {
 public:
  int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 10'000; }
  int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 8; }
  QVariant data(const QModelIndex& index, int role) const override {
    return role == Qt::DisplayRole ? QVariant(QStringLiteral("%1.%2 cr").arg(index.row()).arg(index.column()))
                                   : QVariant();
  }
};

void measure_topology() {
  TopologyView view(QStringLiteral("Machine"));
  view.resize(1180, 760);
  view.show();
  const Topology small = samples::workstation();
  view.set_topology(small);
  measure("topology, 64 cores and 4 devices: a frame", Frame(view));
  const Topology giant = samples::giant();
  view.set_topology(giant);
  measure("topology, 8,192 cores: a frame", Frame(view));
  measure("topology, 8,192 cores: taking live values", [&] { view.set_topology(giant); });
  measure("topology, 8,192 cores: the layout", [&] { lay_out(giant, {1180, 760}, {}); });
  view.set_topology(samples::machine(1, 1, 16, 16, 4));
  measure("topology, 256 cores, each a tile: a frame", Frame(view));
}

void measure_map() {
  PeerMap map(QStringLiteral("Peers"));
  map.resize(1180, 760);
  map.show();
  const QVector<PeerMark> peers = samples::peers(PeerMap::kPeersMax);
  Frame frame(map);
  measure("peer map, 2,000 peers: taking them", [&] { map.set_peers(peers); });
  measure("peer map, 2,000 peers: taking and drawing them", [&] {
    map.set_peers(peers);
    frame();
  });
  measure("peer map, 2,000 peers: a frame while hovering", [&] { frame(); });
}

void measure_table() {
  Rows rows;
  Table table(QStringLiteral("Offers"));
  table.setModel(&rows);
  for (int column = 0; column < 8; ++column) {
    table.set_column(column,
                     {.cell = column % 3 == 1 ? Cell::pill : Cell::number, .width = 120, .stretch = column == 0});
  }
  table.resize(1180, 760);
  table.show();
  measure("table, 10,000 rows of 8 columns: a frame", Frame(table));
}

// About what the largest page holds.
std::unique_ptr<QWidget> window_of_widgets() {
  auto window = std::make_unique<QWidget>();
  auto* column = new QVBoxLayout(window.get());
  auto* page = new PageFrame(QStringLiteral("Machine"));
  for (int at = 0; at < 4; ++at) {
    auto* tile = new KpiTile(QStringLiteral("Balance"));
    tile->set_figure(QStringLiteral("1,284.60"), QStringLiteral("cr"));
    page->body()->addWidget(tile);
  }
  auto* rows = new KeyValueList;
  rows->set_rows(QVector<KeyValue>(20, {QStringLiteral("Memory"), QStringLiteral("80 GB")}));
  page->body()->addWidget(rows);
  auto* segments = new SegmentedControl(QStringLiteral("Colour by"));
  segments->set_segments({QStringLiteral("Load"), QStringLiteral("Jobs"), QStringLiteral("Price")});
  page->add_action(segments);
  for (int at = 0; at < 12; ++at) page->body()->addWidget(new Toggle(QStringLiteral("Offer this device")));
  auto* view = new TopologyView(QStringLiteral("Machine"));
  view->set_topology(samples::workstation());
  page->body()->addWidget(view, 1);
  column->addWidget(page);
  window->resize(1440, 900);
  return window;
}

void measure_window() {
  measure("a window of widgets: made, shown and painted", [] {
    const auto window = window_of_widgets();
    window->show();
    window->grab();
  });
  const auto window = window_of_widgets();
  window->show();
  window->grab();
  bool dark = false;
  measure("a window of widgets: theme switched and painted", [&] {
    dark = !dark;
    theme::Theme::instance().set_mode(dark ? theme::Mode::dark : theme::Mode::light);
    window->grab();
  });
}

void measure_log() {
  LogView log(QStringLiteral("Log"));
  log.resize(900, 400);
  log.show();
  QVector<LogLine> lines;
  for (int at = 0; at < 200; ++at)
    lines.append({QStringLiteral("12:00:00"), LogLevel::info, QStringLiteral("frame %1").arg(at)});
  measure(
      "log, 20,000 lines in batches of 200, and shown",
      [&] {
        for (int batch = 0; batch < 100; ++batch) log.append_lines(lines);
        while (log.document()->blockCount() < LogView::kLinesMax)
          QApplication::processEvents(QEventLoop::WaitForMoreEvents);
        log.clear_lines();
      },
      5);
}

}  // namespace

void measure_all() {
  measure_window();
  measure_topology();
  measure_map();
  measure_table();
  measure_log();
}

}  // namespace quern::desktop::widgets

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", qgetenv("QT_QPA_PLATFORM").isEmpty() ? "offscreen" : qgetenv("QT_QPA_PLATFORM"));
  const QApplication application(argc, argv);
  quern::desktop::theme::Theme::instance().install();
  quern::desktop::widgets::measure_all();
  return 0;
}
