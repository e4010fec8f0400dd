// What the desktop's models cost its one thread, in milliseconds of processor time: medians of many rounds. A keystroke
// is a change of the query line until the rows that a window shows can be read, sorted.
#include <QCoreApplication>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <boost/json/serialize.hpp>

#include "bench/process_pair.hpp"
#include "desktop/models/log_model.hpp"
#include "desktop/models/machine_data.hpp"
#include "desktop/models/node_models.hpp"
#include "desktop/models/steady_proxy.hpp"
#include "scheduler/rpc/message.hpp"
#include "scheduler/rpc/patch.hpp"
#include "tests/desktop/models/example_topics.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;

constexpr int kOffers = 10'000;
constexpr int kPeers = 2'000;
constexpr int kCores = 8'192;
constexpr int kLines = 20'000;
constexpr int kShown = 40;
constexpr int kRounds = 21;

template <class Act>
double median_ms(Act act, int rounds = kRounds) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const double begin = bench::cpu_time();
    act(round);
    times.push_back((bench::cpu_time() - begin) * 1e3);
  }
  return bench::median(times);
}

void report(const char* what, double ms) {
  std::printf("%-58s %8.2f ms\n", what, ms);
}

// As a table of that many rows is painted.
void show(const QAbstractItemModel& model) {
  qsizetype characters = 0;
  for (int row = 0; row < std::min(model.rowCount(), kShown); ++row) {
    for (int column = 0; column < model.columnCount(); ++column) {
      characters += model.index(row, column).data().toString().size();
    }
  }
  if (characters < 0) std::abort();
}

void measure_keystrokes(OfferModel& offers) {
  static const std::vector<const char*> kQueries{"r",         "rt",           "rtx",      "rtx 4",
                                                 "rtx 4090",  "gpu",          "type=gpu", "memory>=16",
                                                 "price<0.5", "rtt<50ms gpu", "",         "-radeon"};
  for (const int column : {OfferModel::kPrice, OfferModel::kDevice, OfferModel::kRoundTrip}) {
    OfferFilter filter(offers);
    filter.sort(column, Qt::AscendingOrder);
    show(filter);
    double worst = 0;
    for (const char* const line : kQueries) {
      std::vector<double> times;
      for (int round = 0; round < kRounds; ++round) {
        filter.set_line(QStringLiteral("nothing"));
        show(filter);
        const double begin = bench::cpu_time();
        filter.set_line(QString::fromLatin1(line));
        show(filter);
        times.push_back((bench::cpu_time() - begin) * 1e3);
      }
      worst = std::max(worst, bench::median(times));
    }
    report(("keystroke, 10,000 offers by " + OfferModel::title(column).toStdString() + ", the slowest of 12 lines")
               .c_str(),
           worst);
  }
}

void measure_offers() {
  const json::value topic = example_offers(kOffers);
  const std::string text = rpc::to_text(rpc::Response{1, topic});
  std::printf("10,000 offers are %zu bytes of JSON\n", text.size());
  report("reading that message", median_ms([&](int) {
           if (!rpc::read_reply(text, 64)) std::abort();
         }));
  report("offers as values", median_ms([&](int) {
           if (offers_from(topic).size() != kOffers) std::abort();
         }));
  OfferModel model{QuantityText()};
  model.take(topic);
  report("the same offers into the model again", median_ms([&](int) { model.take(topic); }));
  json::value changing = topic;
  report(
      "one patch of 100 prices, and into the model", median_ms([&](int round) {
        json::array patch;
        for (int i = 0; i < 100; ++i) {
          patch.push_back(json::object{{"path", "/offers/" + std::to_string(i * 97) + "/devices/0/rates/device_second"},
                                       {"value", 1'000 + round}});
        }
        if (!rpc::apply(changing, patch)) std::abort();
        model.take(changing);
      }));
  QHash<QString, std::uint64_t> round_trips;
  for (int i = 0; i < kOffers; i += 2) round_trips.insert(model.row(i).provider, static_cast<std::uint64_t>(i) * 10);
  model.set_round_trips(round_trips);
  measure_keystrokes(model);
}

void measure_peers() {
  const json::value topic = example_peers(kPeers);
  PeerModel model{QuantityText()};
  report("2,000 peers into the model", median_ms([&](int) {
           model.replace({});
           model.take(topic);
         }));
}

void measure_log() {
  QByteArray bytes;
  for (int i = 0; i < kLines; ++i) bytes += "gpu0  frame " + QByteArray::number(i) + "/20000  9.6 s  peak 9.7 GB\n";
  LogModel model;
  report("20,000 lines of a log in pieces of 64 KiB", median_ms([&](int) {
           model.clear();
           for (qsizetype at = 0; at < bytes.size(); at += 65'536) {
             model.append(QByteArrayView(bytes).sliced(at, std::min<qsizetype>(65'536, bytes.size() - at)));
           }
         }));
}

void measure_machine() {
  json::array cores, threads, busy, all;
  for (int i = 0; i < kCores; ++i) {
    cores.push_back(json::object{{"package", i / 128}, {"numa_node", i / 128}, {"threads", json::array{i}}});
    threads.push_back(json::object{{"os_index", i}, {"core", i}});
    busy.push_back(i % 1'000);
  }
  json::array nodes, packages, caches;
  for (int i = 0; i < kCores / 128; ++i) {
    json::array within;
    for (int thread = i * 128; thread < (i + 1) * 128; ++thread) within.push_back(thread);
    caches.push_back(json::object{{"level", 3}, {"kind", "unified"}, {"size_bytes", 1 << 25}, {"threads", within}});
    nodes.push_back(json::object{{"os_index", i}, {"memory_bytes", 1 << 30}, {"threads", within}});
    packages.push_back(json::object{{"os_index", i}, {"cores", within}});
  }
  const json::value topic = json::object{{"host", "big"},
                                         {"report", json::object{{"topology", json::object{{"packages", packages},
                                                                                           {"numa_nodes", nodes},
                                                                                           {"caches", caches},
                                                                                           {"cores", cores},
                                                                                           {"threads", threads}}}}},
                                         {"live", json::object{{"threads_busy_permille", busy}}}};
  report("a machine of 8,192 cores as values", median_ms([&](int) {
           if (machine_from(topic).cores.size() != kCores) std::abort();
         }));
}

}  // namespace
}  // namespace quern::desktop::models

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);
  quern::desktop::models::measure_offers();
  quern::desktop::models::measure_peers();
  quern::desktop::models::measure_log();
  quern::desktop::models::measure_machine();
  return 0;
}
