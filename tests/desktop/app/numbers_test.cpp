// The pages of a market's nodes on real daemons: each number that a page shows is what its daemon says.
#include <QComboBox>
#include <QRegularExpression>
#include <QSlider>
#include <QTreeView>

#include <gtest/gtest.h>

#include "desktop/widgets/card.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "tests/desktop/app/shown_and_told.hpp"

namespace quern::desktop::app {
namespace {

namespace json = boost::json;
using models::OfferModel;
using models::PeerModel;

constexpr std::int64_t kSecondsPerHour = 3'600;

QString line(const QStringList& cells) {
  return cells.join(QStringLiteral(" | "));
}

// The rows of all its lists that can be seen, but for those of `left_out`.
QStringList facts_shown(const QWidget& page, const QStringList& left_out = {}) {
  QStringList lines;
  for (const auto* list : page.findChildren<widgets::KeyValueList*>()) {
    if (!list->isVisible()) continue;
    for (const widgets::KeyValue& row : list->rows()) {
      if (!left_out.contains(row.key)) lines += line({row.key, row.value});
    }
  }
  lines.sort();
  return lines;
}

// Rows of the machine's tree below which nothing is, and what the machine has of memory.
void parts_shown(const QModelIndex& parent, const QAbstractItemModel& model, QStringList& lines) {
  for (int row = 0; row < model.rowCount(parent); ++row) {
    const QModelIndex part = model.index(row, 0, parent);
    QStringList cells;
    for (int column = 0; column < model.columnCount(parent); ++column) {
      cells += part.siblingAtColumn(column).data().toString();
    }
    if (model.rowCount(part) == 0 || cells.back().endsWith(QStringLiteral("used"))) lines += line(cells);
    parts_shown(part, model, lines);
  }
}

std::uint64_t size_in(const json::value& value, const char* name) {
  return static_cast<std::uint64_t>(number_in(value, name));
}

// What each core did, the mean of its threads.
std::vector<std::int64_t> busy_cores(const json::value& topology, const json::value& live) {
  std::vector<std::int64_t> busy;
  const json::value& threads_busy = live.at("threads_busy_permille");
  for (const json::value& core : topology.at("cores").as_array()) {
    const json::array& threads = core.at("threads").as_array();
    std::int64_t sum = 0;
    for (const json::value& thread : threads) {
      sum += threads_busy.at(thread.to_number<std::size_t>()).to_number<std::int64_t>();
    }
    busy.push_back(sum / static_cast<std::int64_t>(threads.size()));
  }
  return busy;
}

// Of a machine without graphics cards.
QStringList parts_told(const json::value& machine) {
  const models::QuantityText text = english();
  const json::value& live = part_of(machine, "live");
  if (!live.is_object()) return {};  // before the first reading
  const json::value& topology = part_of(part_of(machine, "report"), "topology");
  const std::vector<std::int64_t> busy = busy_cores(topology, live);
  QStringList lines;
  for (std::size_t core = 0; core < busy.size(); ++core)
    lines += line({QStringLiteral("Core %1").arg(core), text.percent(busy[core]), {}, {}});
  for (const json::value& node : live.at("numa").as_array()) {
    std::int64_t sum = 0;
    std::int64_t count = 0;
    for (std::size_t core = 0; core < busy.size(); ++core) {
      if (number_in(topology.at("cores").at(core), "numa_node") != number_in(node, "os_index")) continue;
      sum += busy[core];
      ++count;
    }
    lines += line({QStringLiteral("NUMA %1").arg(number_in(node, "os_index")), text.percent((sum + count / 2) / count),
                   text.bytes(size_in(node, "memory_total_bytes")),
                   text.bytes(size_in(node, "memory_used_bytes")) + QStringLiteral(" used")});
  }
  for (const json::value& device : machine.at("devices").as_array()) {
    const json::value& load = part_of(device, "busy_permille");
    const QString price = text.credits_per_hour(number_in(part_of(device, "rates"), "device_second") * kSecondsPerHour);
    lines += line({text_in(device.as_object(), "name"),
                   load.is_null() ? QString() : text.percent(load.to_number<std::int64_t>()),
                   text.bytes(size_in(device, "memory_bytes")), price + QStringLiteral(", idle")});
  }
  lines.sort();
  return lines;
}

QStringList offers_told(Witness& witness) {
  const models::QuantityText text = english();
  const json::value peers = witness.topic("peers");
  const auto round_trip = [&](const QString& provider) {
    for (const json::value& peer : peers.at("peers").as_array()) {
      if (text_in(peer.as_object(), "peer") == provider) return text.round_trip(size_in(peer, "rtt_us"));
    }
    return text.none();
  };
  QStringList lines;
  const json::value told = witness.topic("offers");
  for (const json::value& offer : told.at("offers").as_array()) {
    const QString provider = text_in(offer.as_object(), "provider");
    const json::value& link = part_of(offer, "link_bytes_per_second");
    for (const json::value& device : offer.at("devices").as_array()) {
      const std::int64_t hour = number_in(part_of(device, "rates"), "device_second") * kSecondsPerHour;
      const std::uint64_t flops = size_in(device, "fp32_flops");
      lines +=
          line({text_in(device.as_object(), "name"), QStringLiteral("CPU"),
                text.bytes(size_in(device, "global_memory_bytes")), text.credits_number(hour), text.flops(flops),
                text.flop_per_credit(flops * kSecondsPerHour / static_cast<std::uint64_t>(hour)), round_trip(provider),
                link.is_null() ? text.none() : text.bytes_per_second(link.to_number<std::uint64_t>()),
                text.credits_number(number_in(part_of(device, "rates"), "setup")), models::short_id(provider)});
    }
  }
  lines.sort();
  return lines;
}

// What the panel says of an offer, but for when it ends.
QStringList offer_told(Witness& witness, const QString& provider) {
  const models::QuantityText text = english();
  const json::value peers = witness.topic("peers");
  const json::value told = witness.topic("offers");
  QStringList lines;
  for (const json::value& peer : peers.at("peers").as_array()) {
    if (text_in(peer.as_object(), "peer") == provider) {
      lines += line({QStringLiteral("Round trip"), text.round_trip(size_in(peer, "rtt_us"))});
    }
  }
  for (const json::value& offer : told.at("offers").as_array()) {
    if (text_in(offer.as_object(), "provider") != provider) continue;
    const json::value& device = offer.at("devices").at(0);
    const json::value& limits = offer.at("limits");
    const json::value& rates = device.at("rates");
    const auto add = [&lines](const char* key, const QString& value) {
      lines += line({QString::fromLatin1(key), value});
    };
    add("Type", QStringLiteral("CPU"));
    add("Memory", text.bytes(size_in(device, "global_memory_bytes")));
    add("Measured fp32", text.flops(size_in(device, "fp32_flops")));
    add("Measured fp64", text.flops(size_in(device, "fp64_flops")));
    add("Measured memory", text.bytes_per_second(size_in(device, "memory_bytes_per_second")));
    add("Compute units", text.count(number_in(device, "compute_units")));
    add("OpenCL", text_in(device.as_object(), "opencl_version"));
    add("Runs", QStringLiteral("OpenCL kernel"));
    add("Longest task", text.duration(number_in(limits, "walltime_ms")));
    add("CPU cores", text.count(number_in(limits, "cpu_cores")));
    add("Host memory", text.bytes(size_in(limits, "memory_bytes")));
    add("Disk", text.bytes(size_in(limits, "scratch_bytes")));
    add("Provider", provider);
    add("Your tasks there", text.count(0));
    add("Set-up, once a task", text.credits_exact(number_in(rates, "setup")));
    add("A second of the device", text.credits_exact(number_in(rates, "device_second")));
  }
  lines.sort();
  return lines;
}

QStringList peers_told(Witness& witness) {
  const models::QuantityText text = english();
  const json::value told = witness.topic("peers");
  const json::value offers = witness.topic("offers");
  QStringList lines;
  for (const json::value& peer : told.at("peers").as_array()) {
    const QString id = text_in(peer.as_object(), "peer");
    std::int64_t devices = 0;
    QString cheapest = text.none();
    for (const json::value& offer : offers.at("offers").as_array()) {
      if (text_in(offer.as_object(), "provider") != id) continue;
      devices += static_cast<std::int64_t>(offer.at("devices").as_array().size());
      const json::value& rates = offer.at("devices").at(0).at("rates");
      cheapest = text.credits_per_hour(number_in(rates, "device_second") * kSecondsPerHour);
    }
    const QString address = QString::fromStdString(std::string(peer.at("addresses").at(0).as_string()));
    lines += line({models::short_id(id), QStringLiteral("Connected"), text.round_trip(size_in(peer, "rtt_us")),
                   text.count(devices), cheapest, address, text_in(peer.as_object(), "agent")});
  }
  lines.sort();
  return lines;
}

const QRegularExpression kBeforeWhatIsThere(QStringLiteral(" of |, there are "));

QStringList preferences_shown(const QWidget& page) {
  QStringList lines;
  for (const char* name : {"Cores", "Memory", "Disk", "Longest task", "Files in", "Files out"}) {
    const QString text = named<QSlider>(page, name).accessibleDescription();
    lines += line({QString::fromLatin1(name), text.section(kBeforeWhatIsThere, 0, 0)});
  }
  lines += named<widgets::Toggle>(page, "Share this machine").isChecked() ? QStringLiteral("shares") : QString();
  for (const char* name : {"Budget of a job: bounded", "Budget of all jobs: bounded"}) {
    lines += named<widgets::Toggle>(page, name).isChecked() ? QStringLiteral("bounded") : QStringLiteral("unbounded");
  }
  lines += named<QComboBox>(page, "Choose providers").currentText();
  for (const auto* price : page.findChildren<widgets::PriceSpin*>()) {
    if (price->accessibleName().startsWith(QStringLiteral("Price of an hour of"))) {
      lines += line({price->accessibleName(), QString::number(price->value())});
    }
  }
  return lines;
}

QStringList preferences_told(Witness& witness) {
  const models::QuantityText text = english();
  const json::value told = witness.topic("preferences");
  const json::value& values = told.at("values");
  const auto bytes = [&](const char* name) { return text.bytes(size_in(values, name)); };
  QStringList lines{line({QStringLiteral("Cores"), text.count(number_in(values, "cpu_cores"))}),
                    line({QStringLiteral("Memory"), bytes("memory_bytes")}),
                    line({QStringLiteral("Disk"), bytes("scratch_bytes")}),
                    line({QStringLiteral("Longest task"), text.duration(number_in(values, "walltime_ms"))}),
                    line({QStringLiteral("Files in"), bytes("input_bytes")}),
                    line({QStringLiteral("Files out"), bytes("output_bytes")})};
  lines += values.at("share").as_bool() ? QStringLiteral("shares") : QString();
  for (const char* name : {"job_budget_micro", "budget_micro"}) {
    lines += values.at(name).is_null() ? QStringLiteral("unbounded") : QStringLiteral("bounded");
  }
  lines += text_in(values.as_object(), "strategy") == QStringLiteral("cheapest") ? QStringLiteral("The cheapest")
                                                                                 : QStringLiteral("another");
  const json::value machine = witness.topic("machine");
  for (const json::value& device : machine.at("devices").as_array()) {
    const std::int64_t hour = number_in(part_of(device, "rates"), "device_second") * kSecondsPerHour;
    lines +=
        line({QStringLiteral("Price of an hour of ") + text_in(device.as_object(), "name"), QString::number(hour)});
  }
  return lines;
}

// A node that provides, one that is its peer, and a window for each.
class Numbers : public ::testing::Test {
 protected:
  void SetUp() override {
    theme::Theme::instance().install();
    QFile::setPermissions(near_.path(), QFile::permissions(near_.path()) | QFile::ExeOther);
    ASSERT_TRUE(near_.start()) << near_.log().toStdString();
    ada_.emplace(QStringLiteral("[overlay]\npeers = [\"%1\"]\n").arg(near_.address()));
    ASSERT_TRUE(ada_->start()) << ada_->log().toStdString();
    near_app_.emplace(near_);
    ada_app_.emplace(*ada_);
    for (AppOnDaemon* const app : {&*near_app_, &*ada_app_}) app->connection.open();
    ASSERT_TRUE(near_app_->becomes("Donating")) << near_app_->state().toStdString() << near_.log().toStdString();
    ASSERT_TRUE(QTest::qWaitFor([this] { return ada_app_->models.offers().rowCount() == 1; }, kDaemonMs));
    near_witness_.emplace(near_);
    ada_witness_.emplace(*ada_);
  }

  // Opened by its place in the list of pages.
  static QWidget& open(AppOnDaemon& app, const char* title, const char* name) {
    click(app.window, title);
    QWidget* const page = app.window.page(QString::fromLatin1(name));
    EXPECT_TRUE(page && page->isVisible()) << name;
    return *page;
  }

  DaemonProcess near_{provides("0.01")};
  std::optional<DaemonProcess> ada_;
  std::optional<AppOnDaemon> near_app_;
  std::optional<AppOnDaemon> ada_app_;
  std::optional<Witness> near_witness_;
  std::optional<Witness> ada_witness_;
};

TEST_F(Numbers, OfTheMachineAreTheDaemons) {
  const QWidget& page = open(*near_app_, "Machine", "machine");
  const auto& tree = named<QTreeView>(page, "Parts of the machine");
  expect_equal(
      [&] {
        QStringList lines;
        parts_shown({}, *tree.model(), lines);
        lines.sort();
        return lines;
      },
      [&] { return parts_told(near_witness_->topic("machine")); });
}

TEST_F(Numbers, OfTheMarketAreTheDaemons) {
  const QWidget& page = open(*ada_app_, "Market", "market");
  const auto& offers = named<widgets::Table>(page, "Offers");
  expect_equal([&] { return cells_of(offers, {OfferModel::kUntil}); }, [&] { return offers_told(*ada_witness_); });
  const QString provider = offers.model()->index(0, 0).data(OfferModel::kProviderRole).toString();
  expect_equal([&] { return facts_shown(page, {QStringLiteral("Ends")}); },
               [&] { return offer_told(*ada_witness_, provider); });
}

TEST_F(Numbers, OfPeersAreTheDaemons) {
  const QWidget& page = open(*ada_app_, "Peers", "peers");
  const auto& peers = named<widgets::Table>(page, "Peers");
  EXPECT_EQ(peers.model()->rowCount(), 1);
  expect_equal([&] { return cells_of(peers); }, [&] { return peers_told(*ada_witness_); });
}

TEST_F(Numbers, OfPreferencesAreTheDaemonsAlsoOfThoseThatWereJustSet) {
  const QWidget& page = open(*near_app_, "Preferences", "preferences");
  expect_equal([&] { return preferences_shown(page); }, [&] { return preferences_told(*near_witness_); });
  const json::value set = near_witness_->ask(
      "preferences.set", {{"memory_bytes", 1LL << 30}, {"walltime_ms", 600'000}, {"job_budget_micro", 2'000'000}});
  ASSERT_TRUE(set.is_object());
  expect_equal([&] { return preferences_shown(page); }, [&] { return preferences_told(*near_witness_); });
  EXPECT_TRUE(preferences_shown(page).contains(QStringLiteral("bounded")));
}

}  // namespace
}  // namespace quern::desktop::app
