#include "tests/simulation/market_audit.hpp"

#include <map>
#include <utility>

#include "scheduler/ledger/rows.hpp"
#include "scheduler/ledger/verify.hpp"
#include "tests/simulation/market_node.hpp"

namespace quern::simulation {

using ledger::Transaction;
using ledger::TransactionKind;

namespace {

// One side's entry for an agreement.
struct Entry {
  std::uint32_t node = 0;
  Transaction transaction;
};

class Audit {
 public:
  Audit(const MarketPlan& plan, MarketTally& tally) : plan_(plan), tally_(tally) {}

  void read(std::uint32_t node, const store::SimulatedFiles& files) {
    auto database = store::Database::open({.path = kLedgerFile, .vfs = files.vfs()});
    if (!database) return violated(node, "its ledger cannot be opened: " + database.error().message());
    const auto books = ledger::Ledger::open(*database, {});
    const auto verified = ledger::verify(*books);
    if (!verified || verified->breach) violated(node, "its ledger does not hold: " + verified->breach.value_or(""));
    const auto take = [&](Transaction& entry) {
      auto& entries = entry.kind == TransactionKind::spend ? spends_ : earns_;
      const ledger::Key agreement = entry.key;
      if (!entries.emplace(agreement, Entry{node, std::move(entry)}).second) violated(node, "an agreement twice");
      return true;
    };
    if (!ledger::each_transaction(*database, 1, INT64_MAX, take)) violated(node, "its ledger cannot be read");
  }

  MarketTotals compare() {
    totals_.spends = spends_.size();
    totals_.earns = earns_.size();
    for (const auto& [agreement, earned] : earns_) {
      const auto found = spends_.find(agreement);
      if (found == spends_.end()) {
        only_earned(earned);
      } else {
        both(found->second, earned);
      }
    }
    for (const auto& [agreement, spent] : spends_) {
      if (!earns_.contains(agreement)) only_spent(spent);
    }
    if (totals_.payable != totals_.receivable) tally_.violated("what is payable is not what is receivable");
    return totals_;
  }

 private:
  void violated(std::uint32_t node, const std::string& what) {
    tally_.violated("node " + std::to_string(node) + ": " + what);
  }
  bool vanishes(const std::string& peer) const { return plan_.members[plan_.number_of.at(peer)].vanishes; }

  // How far a provider may be ahead of its vouchers: its limit, and one step of the work.
  std::int64_t most_ahead(std::uint32_t provider) const {
    std::int64_t rate = 0;
    for (const auto& device : plan_.members[provider].devices)
      rate = std::max(rate, device.rates[model::Dimension::device_time]);
    return plan_.members[provider].credit_limit.micro + rate * kWorkStep.count() / 1'000 + 1;
  }

  void both(const Entry& spent, const Entry& earned) {
    const model::Credits ours = spent.transaction.amount;
    const model::Credits theirs = earned.transaction.amount;
    if (plan_.number_of.at(spent.transaction.peer) != earned.node ||
        plan_.number_of.at(earned.transaction.peer) != spent.node)
      violated(spent.node, "an agreement stands in the ledger of another");
    if (spent.transaction.receipt == earned.transaction.receipt) {
      ++totals_.closed_on_both_sides;
      totals_.payable.micro += ours.micro;
      totals_.receivable.micro += theirs.micro;
      if (ours != theirs) violated(spent.node, "one receipt with two amounts");
      return;
    }
    ++totals_.differing;
    if (ours < theirs || ours.micro - theirs.micro > 2 * most_ahead(earned.node))
      violated(spent.node, "spent " + model::to_text(ours) + ", node " + std::to_string(earned.node) + " earned " +
                               model::to_text(theirs));
  }
  void only_earned(const Entry& earned) {
    ++totals_.one_sided;
    const auto& submitter = plan_.members[plan_.number_of.at(earned.transaction.peer)];
    const bool nothing = earned.transaction.amount == model::Credits{};
    if (!submitter.vanishes && !nothing) violated(earned.node, "earned what nobody has spent");
  }
  void only_spent(const Entry& spent) {
    ++totals_.one_sided;
    const bool nothing = spent.transaction.amount == model::Credits{};
    if (!vanishes(spent.transaction.peer) && !nothing) violated(spent.node, "spent what nobody has earned");
  }

  const MarketPlan& plan_;
  MarketTally& tally_;
  MarketTotals totals_;
  std::map<ledger::Key, Entry> spends_;
  std::map<ledger::Key, Entry> earns_;
};

}  // namespace

MarketTotals audit_market(const MarketPlan& plan, const std::vector<std::unique_ptr<store::SimulatedFiles>>& files,
                          MarketTally& tally) {
  Audit audit(plan, tally);
  for (std::uint32_t node = 0; node < files.size(); ++node) audit.read(node, *files[node]);
  return audit.compare();
}

}  // namespace quern::simulation
