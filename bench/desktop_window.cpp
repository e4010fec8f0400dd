// What the whole window of the app costs, offscreen, on a recorded daemon: the first paint of every page with the
// memory it leaves resident, each in a process of its own; a switch of the theme; a frame of a machine of 8,192 cores,
// of 2,000 peers and of 10,000 offers; the longest time that the thread does not come round while a daemon floods it.
// A keystroke over 10,000 offers is measured without a window, by bench_desktop_models.
//
// With an argument (first, theme, huge, flood) only that part. Figures are the least of several runs, because others
// use the machine. Times of the thread are processor times.
#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QLineEdit>
#include <QProcess>
#include <QTemporaryDir>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <vector>

#include <unistd.h>

#include "scheduler/rpc/message.hpp"
#include "tests/desktop/app/example_session.hpp"
#include "tests/desktop/app/whole_window.hpp"

namespace quern::desktop::app {
namespace {

constexpr int kRuns = 5;
constexpr int kFrames = 15;
constexpr int kFloodMs = 3'000;
constexpr int kFloodEveryMs = 10;
constexpr int kPatience = 20'000;
const QSize kSize{MainWindow::kFirstWidth, MainWindow::kFirstHeight};

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double resident_mb() {
  QFile file(QStringLiteral("/proc/self/statm"));
  if (!file.open(QIODevice::ReadOnly)) return 0;
  return file.readAll().split(' ').value(1).toDouble() * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// Plays a recording, and keeps the line to it: more can be said on it.
class Flood {
 public:
  explicit Flood(client::Recording recording) : factory_(played_at_once(std::move(recording))) {}
  client::TransportFactory factory() {
    return [this] {
      auto line = factory_();
      line_ = line.get();
      return line;
    };
  }
  void say(const std::string& topic, json::array patch) {
    std::uint64_t& version = versions_.try_emplace(topic, 1).first->second;
    const double begin = thread_ms();
    const json::object params{
        {"topic", topic}, {"from", version}, {"version", version + 1}, {"patch", std::move(patch)}};
    ++version;
    const std::string text = rpc::to_text(rpc::Request{"topic.changed", params, std::nullopt});
    its_own_ms_ += thread_ms() - begin;
    Q_EMIT line_->received(QByteArray::fromStdString(text));
  }
  // What the daemon's part of it has cost since the last call.
  double take_its_own_ms() { return std::exchange(its_own_ms_, 0); }

 private:
  double its_own_ms_ = 0;
  client::TransportFactory factory_;
  client::Transport* line_ = nullptr;
  std::map<std::string, std::uint64_t> versions_;
};

class Whole {
 public:
  explicit Whole(client::Recording recording)
      : flood(std::move(recording)),
        app_(folder_.filePath(QStringLiteral("app.conf")), flood.factory(), [] { return kSessionNow; }) {
    app_.service.put(pages::ServiceUnit::State::running);
    window.resize(kSize);
  }

  void open(const QString& page) {
    window.open(page);
    window.show();
    window.repaint();
  }
  // All that the daemon says is there, and painted.
  void fill(const SessionSize& size) {
    app_.connection.open();
    models::DaemonModels& models = app_.models;
    QElapsedTimer patience;
    patience.start();
    while (models.offers().rowCount() < size.offers || models.peers().rowCount() < size.peers || !models.machine()) {
      QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
      if (patience.elapsed() > kPatience) std::abort();
    }
    settle();
  }
  static void settle() {
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 600) QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
  }

  Flood flood;

 private:
  QTemporaryDir folder_;
  WholeWindow app_;

 public:
  MainWindow& window = app_.window;
};

double least(int runs, const std::function<void()>& act) {
  double best = 1e9;
  for (int run = 0; run < runs; ++run) {
    const double begin = thread_ms();
    act();
    best = std::min(best, thread_ms() - begin);
  }
  return best;
}

// The child's part: milliseconds from the start of main() to the painted window, megabytes once all data is there.
int paint_once(const QString& page, double begin_ms) {
  const SessionSize size = small_session();
  const double before = thread_ms();
  client::Recording recording = ExampleSession(size).recording();
  const double writing_it = thread_ms() - before;
  Whole whole(std::move(recording));
  whole.open(page);
  const double first = thread_ms() - begin_ms - writing_it;
  whole.fill(size);
  whole.window.repaint();
  std::printf("%.2f %.2f\n", first, resident_mb());
  return 0;
}

void measure_first_paints() {
  double slowest = 0;
  double most = 0;
  for (const QString& page : page_names()) {
    double first = 1e9;
    double resident = 1e9;
    for (int run = 0; run < kRuns; ++run) {
      QProcess child;
      child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--page"), page});
      if (!child.waitForFinished(kPatience)) std::abort();
      const QList<QByteArray> said = child.readAllStandardOutput().trimmed().split(' ');
      first = std::min(first, said.value(0).toDouble());
      resident = std::min(resident, said.value(1).toDouble());
    }
    std::printf("%-58s %8.2f ms  %6.1f MB\n", ("first paint of " + page.toStdString() + ", resident with data").c_str(),
                first, resident);
    slowest = std::max(slowest, first);
    most = std::max(most, resident);
  }
  std::printf("%-58s %8.2f ms  %6.1f MB\n", "the slowest, and the largest", slowest, most);
}

void switch_theme() {
  const bool dark = theme::Theme::instance().dark();
  theme::Theme::instance().set_mode(dark ? theme::Mode::light : theme::Mode::dark);
}

// A page that was hidden at the switch is dressed when it is shown: what a person waits for it. The posted events are
// the new layout and the painting of it.
void measure_pages_after_a_switch(Whole& whole, const QStringList& pages) {
  double slowest = 0;
  for (const QString& page : pages) {
    const QString other = page_names().value(page == page_names().front() ? 1 : 0);
    double best = 1e9;
    for (int run = 0; run < kRuns; ++run) {
      whole.open(other);
      Whole::settle();
      switch_theme();
      QCoreApplication::processEvents();
      best = std::min(best, least(1, [&] {
                        whole.window.open(page);
                        QCoreApplication::sendPostedEvents();
                      }));
    }
    std::printf("%-58s %8.2f ms\n",
                ("shown and painted for the first time since a switch, " + page.toStdString()).c_str(), best);
    slowest = std::max(slowest, best);
  }
  std::printf("%-58s %8.2f ms\n", "the slowest such page", slowest);
}

void measure_theme() {
  Whole whole(ExampleSession(small_session()).recording());
  whole.open(QStringLiteral("machine"));
  whole.fill(small_session());
  for (const QString& page : page_names()) whole.open(page);
  double slowest = 0;
  for (const QString& page : page_names()) {
    whole.open(page);
    Whole::settle();
    const double best = least(kRuns, [&] {
      switch_theme();
      QCoreApplication::sendPostedEvents();
    });
    std::printf("%-58s %8.2f ms\n", ("theme switched and painted, all pages made, on " + page.toStdString()).c_str(),
                best);
    slowest = std::max(slowest, best);
  }
  std::printf("%-58s %8.2f ms\n", "the slowest switch", slowest);
  measure_pages_after_a_switch(whole, page_names());
  theme::Theme::instance().set_mode(theme::Mode::light);
}

void measure_huge() {
  Whole whole(ExampleSession(huge_session()).recording());
  whole.open(QStringLiteral("machine"));
  whole.fill(huge_session());
  std::printf("%-58s %8.2f ms\n", "the window with a machine of 8,192 cores: a frame",
              least(kFrames, [&] { whole.window.repaint(); }));
  whole.open(QStringLiteral("peers"));
  Whole::settle();
  std::printf("%-58s %8.2f ms\n", "the window with 2,000 peers: a frame",
              least(kFrames, [&] { whole.window.repaint(); }));
  whole.open(QStringLiteral("market"));
  Whole::settle();
  std::printf("%-58s %8.2f ms\n", "the window with 10,000 offers: a frame",
              least(kFrames, [&] { whole.window.repaint(); }));
  measure_pages_after_a_switch(whole, {QStringLiteral("machine"), QStringLiteral("peers"), QStringLiteral("market")});
  theme::Theme::instance().set_mode(theme::Mode::light);
  std::printf("%-58s %8.1f MB\n", "resident with 8,192 cores, 10,000 offers, 2,000 peers", resident_mb());
}

json::array prices(int round) {
  json::array patch;
  for (int i = 0; i < 100; ++i) {
    patch.push_back(json::object{
        {"path", "/offers/" + std::to_string((i * 97 + round) % 10'000) + "/devices/0/rates/device_second"},
        {"value", 1'000 + round}});
  }
  return patch;
}
json::array loads(int round) {
  json::array patch;
  for (int i = 0; i < 1'000; ++i) {
    patch.push_back(json::object{{"path", "/live/threads_busy_permille/" + std::to_string((i * 8 + round) % 8'192)},
                                 {"value", (i + round) % 1'000}});
  }
  return patch;
}
json::array trips(int round) {
  json::array patch;
  for (int i = 0; i < 200; ++i) {
    patch.push_back(
        json::object{{"path", "/peers/" + std::to_string(i * 10) + "/rtt_us"}, {"value", 1'000 * (i + round % 7)}});
  }
  return patch;
}
json::array progress(int round) {
  json::array patch;
  for (int i = 0; i < 100; ++i) {
    patch.push_back(json::object{{"path", "/jobs/j-" + std::to_string(1'000 + i) + "/progress_permille"},
                                 {"value", (round * 3 + i) % 1'000}});
  }
  return patch;
}

// A hundred changes a second of every large topic; how long the loop stays away from a timer, in processor time.
double longest_stall(Whole& whole) {
  double longest = 0;
  double last = thread_ms();
  QTimer beat;
  QObject::connect(&beat, &QTimer::timeout, [&] {
    longest = std::max(longest, thread_ms() - last - whole.flood.take_its_own_ms());
    last = thread_ms();
  });
  beat.start(0);
  int round = 0;
  QTimer flood;
  QObject::connect(&flood, &QTimer::timeout, [&] {
    switch (++round % 4) {
      case 0:
        return whole.flood.say("offers", prices(round));
      case 1:
        return whole.flood.say("machine", loads(round));
      case 2:
        return whole.flood.say("peers", trips(round));
      default:
        return whole.flood.say("jobs", progress(round));
    }
  });
  flood.start(kFloodEveryMs);
  QElapsedTimer clock;
  clock.start();
  while (clock.elapsed() < kFloodMs) QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
  return longest;
}

void measure_flood() {
  Whole whole(ExampleSession(huge_session()).recording());
  whole.open(QStringLiteral("machine"));
  whole.fill(huge_session());
  double worst = 0;
  for (const QString& page : page_names()) {
    whole.open(page);
    Whole::settle();
    double best = 1e9;
    for (int run = 0; run < 2; ++run) best = std::min(best, longest_stall(whole));
    std::printf("%-58s %8.2f ms\n", ("the longest stall in a flood of changes, on " + page.toStdString()).c_str(),
                best);
    worst = std::max(worst, best);
  }
  std::printf("%-58s %8.2f ms\n", "the longest stall", worst);
}

}  // namespace
}  // namespace quern::desktop::app

int main(int argc, char** argv) {
  namespace app = quern::desktop::app;
  namespace theme = quern::desktop::theme;
  const double begin = app::thread_ms();
  if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  const QApplication application(argc, argv);
  theme::Theme::instance().install();
  theme::Theme::instance().set_mode(theme::Mode::light);
  const QStringList arguments = QCoreApplication::arguments();
  if (arguments.value(1) == QStringLiteral("--page")) return app::paint_once(arguments.value(2), begin);
  const auto wanted = [&](const char* part) { return arguments.size() < 2 || arguments[1] == QLatin1String(part); };
  if (wanted("first")) app::measure_first_paints();
  if (wanted("theme")) app::measure_theme();
  if (wanted("huge")) app::measure_huge();
  if (wanted("flood")) app::measure_flood();
  return 0;
}
