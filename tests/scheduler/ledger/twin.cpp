#include "tests/scheduler/ledger/twin.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace quern::ledger {
namespace {

using model::Credits;

const std::array<std::string, 4> kPeers = {"alice", "bob", "carol", "dave"};

template <class T>
Answer answer_of(const runtime::Result<T>& result, std::optional<runtime::Error>& failed) {
  Answer answer;
  if (!result) {
    if (result.error().code().category() == make_error_code(Errc::not_found).category()) {
      answer.refused = static_cast<Errc>(result.error().code().value());
    } else {
      failed = result.error();
    }
    return answer;
  }
  if constexpr (std::is_same_v<T, Posted>) {
    answer.id = result->id;
    answer.repeated = result->repeated;
  }
  return answer;
}

struct EnterReal {
  Ledger& ledger;
  std::optional<runtime::Error>& failed;
  Answer operator()(const ReservationRequest& request) const { return answer_of(ledger.reserve(request), failed); }
  Answer operator()(const Release& release) const { return answer_of(ledger.release(release.agreement), failed); }
  Answer operator()(const Spend& charge) const { return answer_of(ledger.spend(charge), failed); }
  Answer operator()(const Earn& charge) const { return answer_of(ledger.earn(charge), failed); }
  Answer operator()(const Pay& payment) const { return answer_of(ledger.pay(payment), failed); }
  Answer operator()(const Collect& payment) const { return answer_of(ledger.collect(payment), failed); }
  Answer operator()(const SetOff& payment) const { return answer_of(ledger.set_off(payment), failed); }
  Answer operator()(const Reversal& reversal) const {
    return answer_of(ledger.reverse(reversal.id, reversal.key, reversal.at_unix_ms), failed);
  }
};

Answer refused(Errc code) {
  return {.refused = code};
}

Transaction two_postings(TransactionKind kind, const Key& key, const std::string& peer, const Account& debit,
                         const Account& credit, Credits amount) {
  return {.kind = kind,
          .key = key,
          .peer = peer,
          .amount = amount,
          .postings = {{.account = debit, .amount = amount}, {.account = credit, .amount = {-amount.micro}}}};
}

}  // namespace

Answer enter(Ledger& ledger, const Entry& entry, std::optional<runtime::Error>& failed) {
  return std::visit(EnterReal{ledger, failed}, entry);
}

Answer Twin::enter(const Entry& entry) {
  return std::visit([this](const auto& one) { return add(one); }, entry);
}

std::int64_t Twin::balance(const Account& account) const {
  std::int64_t sum = 0;
  for (const Transaction& entry : transactions_) {
    for (const Posting& posting : entry.postings) sum += posting.account == account ? posting.amount.micro : 0;
  }
  return sum;
}

Exposure Twin::exposure(const std::string* peer) const {
  Exposure open;
  for (const auto& [agreement, reserved] : reservations_) {
    if (reserved.state == ReservationState::open && (!peer || *peer == reserved.peer)) {
      open.reserved.micro += reserved.amount.micro;
    }
  }
  for (const Transaction& entry : transactions_) {
    for (const Posting& posting : entry.postings) {
      if (peer && *peer != posting.account.peer) continue;
      if (posting.account.kind == AccountKind::payable) open.payable.micro -= posting.amount.micro;
      if (posting.account.kind == AccountKind::receivable) open.receivable.micro += posting.amount.micro;
    }
  }
  return open;
}

Answer Twin::add(const ReservationRequest& request) {
  if (const auto known = reservations_.find(request.agreement); known != reservations_.end()) {
    const Reservation& stands = known->second;
    const bool same = stands.peer == request.peer && stands.job == request.job && stands.amount == request.amount;
    return same ? Answer{} : refused(Errc::key_reused);
  }
  const auto fits = [&](const Exposure& open, Credits most) {
    return open.reserved.micro + std::max<std::int64_t>(open.payable.micro, 0) + request.amount.micro <= most.micro;
  };
  if (!fits(exposure(nullptr), budget_.all)) return refused(Errc::budget_exceeded);
  if (budget_.each_peer && !fits(exposure(&request.peer), *budget_.each_peer)) return refused(Errc::budget_exceeded);
  reservations_[request.agreement] = {.agreement = request.agreement,
                                      .peer = request.peer,
                                      .job = request.job,
                                      .amount = request.amount,
                                      .at_unix_ms = request.at_unix_ms};
  return {};
}

Answer Twin::add(const Release& release) {
  const auto known = reservations_.find(release.agreement);
  if (known == reservations_.end()) return refused(Errc::not_reserved);
  if (known->second.state == ReservationState::settled) return refused(Errc::reservation_settled);
  known->second.state = ReservationState::released;
  return {};
}

Answer Twin::add(const Spend& charge) {
  Transaction entry = two_postings(TransactionKind::spend, charge.agreement, charge.peer, {AccountKind::spent, {}},
                                   {AccountKind::payable, charge.peer}, charge.amount);
  entry.job = charge.job;
  entry.receipt = charge.receipt;
  entry.at_unix_ms = charge.at_unix_ms;
  if (const auto known = repeated(entry)) return *known;
  const auto known = reservations_.find(charge.agreement);
  if (known == reservations_.end()) return refused(Errc::not_reserved);
  Reservation& reserved = known->second;
  if (reserved.peer != charge.peer || reserved.job != charge.job) return refused(Errc::key_reused);
  if (charge.amount > reserved.amount) return refused(Errc::above_reservation);
  reserved.state = ReservationState::settled;
  return post(std::move(entry));
}

Answer Twin::add(const Earn& charge) {
  Transaction entry = two_postings(TransactionKind::earn, charge.agreement, charge.peer,
                                   {AccountKind::receivable, charge.peer}, {AccountKind::earned, {}}, charge.amount);
  entry.job = charge.job;
  entry.receipt = charge.receipt;
  entry.at_unix_ms = charge.at_unix_ms;
  if (const auto known = repeated(entry)) return *known;
  return post(std::move(entry));
}

Answer Twin::settle(TransactionKind kind, const Payment& payment, const Account& debit, const Account& credit) {
  Transaction entry = two_postings(kind, payment.key, payment.peer, debit, credit, payment.amount);
  entry.at_unix_ms = payment.at_unix_ms;
  if (const auto known = repeated(entry)) return *known;
  return post(std::move(entry));
}
Answer Twin::add(const Pay& payment) {
  return settle(TransactionKind::pay, payment, {AccountKind::payable, payment.peer}, {AccountKind::settled, {}});
}
Answer Twin::add(const Collect& payment) {
  return settle(TransactionKind::collect, payment, {AccountKind::settled, {}}, {AccountKind::receivable, payment.peer});
}
Answer Twin::add(const SetOff& payment) {
  return settle(TransactionKind::set_off, payment, {AccountKind::payable, payment.peer},
                {AccountKind::receivable, payment.peer});
}

Answer Twin::add(const Reversal& reversal) {
  if (reversal.id == 0 || reversal.id > transactions_.size()) return refused(Errc::not_found);
  Transaction entry = transactions_[reversal.id - 1];
  if (entry.kind == TransactionKind::reversal) return refused(Errc::not_reversible);
  entry.kind = TransactionKind::reversal;
  entry.key = reversal.key;
  entry.receipt.reset();
  entry.reverses = reversal.id;
  entry.at_unix_ms = reversal.at_unix_ms;
  for (Posting& posting : entry.postings) posting.amount.micro *= -1;
  if (const auto known = repeated(entry)) return *known;
  const auto same = [&](const Transaction& other) { return other.reverses == reversal.id; };
  if (std::ranges::any_of(transactions_, same)) return refused(Errc::not_reversible);
  return post(std::move(entry));
}

std::optional<Answer> Twin::repeated(const Transaction& entry) const {
  for (const Transaction& stands : transactions_) {
    if (stands.kind != entry.kind || stands.key != entry.key) continue;
    const bool same = stands.peer == entry.peer && stands.job == entry.job && stands.amount == entry.amount &&
                      stands.receipt == entry.receipt && stands.reverses == entry.reverses;
    return same ? Answer{.id = stands.id, .repeated = true} : refused(Errc::key_reused);
  }
  return std::nullopt;
}

Answer Twin::post(Transaction entry) {
  entry.id = transactions_.size() + 1;
  for (Posting& posting : entry.postings) posting.balance = {balance(posting.account) + posting.amount.micro};
  transactions_.push_back(std::move(entry));
  return {.id = transactions_.size()};
}

model::Digest Entries::digest(std::uint64_t number, std::uint8_t mark) {
  model::Digest digest{};
  std::memcpy(digest.data(), &number, sizeof number);
  digest.back() = std::byte{mark};
  return digest;
}

Charge Entries::charge(const Twin& twin) {
  Charge charge{.agreement = digest(random_.below(agreements_), 1),
                .peer = kPeers[random_.below(kPeers.size())],
                .job = "job-" + std::to_string(random_.below(9)),
                .amount = {random_.between(0, 3'000'000)},
                .receipt = digest(random_.next(), 2),
                .at_unix_ms = random_.between(0, 1'000'000'000)};
  const auto reserved = twin.reservations().find(charge.agreement);
  if (reserved != twin.reservations().end() && random_.below(8) != 0) {
    charge.peer = reserved->second.peer;
    charge.job = reserved->second.job;
    if (random_.below(8) != 0) charge.amount = {random_.between(0, reserved->second.amount.micro)};
  }
  return charge;
}

Entry Entries::fresh(const Twin& twin) {
  const std::uint64_t kind = random_.below(16);
  if (kind < 5) {
    const Charge like = charge(twin);
    return ReservationRequest{.agreement = like.agreement,
                              .peer = like.peer,
                              .job = like.job,
                              .amount = {random_.between(0, 3'000'000)},
                              .at_unix_ms = like.at_unix_ms};
  }
  if (kind < 6) return Release{digest(random_.below(agreements_), 1)};
  if (kind < 9) return Spend{charge(twin)};
  if (kind < 11) return Earn{charge(twin)};
  if (kind < 12) {
    const TransactionId id = random_.below(twin.last() + 2);
    return Reversal{.id = id, .key = digest(random_.next(), 3), .at_unix_ms = random_.between(0, 1'000'000'000)};
  }
  const Payment payment{.key = digest(random_.next(), 4),
                        .peer = kPeers[random_.below(kPeers.size())],
                        .amount = {random_.between(1, 3'000'000)},
                        .at_unix_ms = random_.between(0, 1'000'000'000)};
  if (kind < 14) return Pay{payment};
  if (kind < 15) return Collect{payment};
  return SetOff{payment};
}

Entry Entries::next(const Twin& twin) {
  if (!earlier_.empty() && random_.below(6) == 0) {
    Entry again = earlier_[random_.below(earlier_.size())];
    if (random_.below(3) == 0) {
      if (auto* spend = std::get_if<Spend>(&again)) spend->amount.micro /= 2;
      if (auto* pay = std::get_if<Pay>(&again)) pay->peer = kPeers[random_.below(kPeers.size())];
      if (auto* request = std::get_if<ReservationRequest>(&again)) request->job = "another";
    }
    return again;
  }
  earlier_.push_back(fresh(twin));
  return earlier_.back();
}

}  // namespace quern::ledger
