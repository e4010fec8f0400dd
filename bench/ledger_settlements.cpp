// What settling by receipt costs in the ledger, beside bare SQLite that inserts the same rows into tables with the same
// indexes: each settlement is one spend and its two postings, after a reservation. Durable, on a file of the current
// folder; one by one (a sync each) and in groups (a sync a group). Rounds of both alternate, so that what else runs
// meets them alike.
//
//   bench_ledger_settlements [SETTLEMENTS]     of a round in groups; 20,000 when not said. One by one: a hundredth
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/process_pair.hpp"
#include "scheduler/ledger/ledger.hpp"
#include "scheduler/store/writer.hpp"

namespace quern::ledger {
namespace {

using bench::cpu_time;
using bench::median;
using bench::steady_seconds;

constexpr std::size_t kRounds = 5;
constexpr std::size_t kGroup = 100;
constexpr std::int64_t kTime = 1'787'400'000'000;
const std::string kPeer = "12D3KooWHYUSLFjTWnCT7NUYFxhVVZxAxMzH6cTWrDBsNBXcLhL7";

template <class T>
T must(runtime::Result<T> result) {
  if (result) {
    if constexpr (std::is_void_v<T>) {
      return;
    } else {
      return std::move(*result);
    }
  }
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::abort();
}

// Spread over the index as hashes are.
model::Digest hash_of(std::uint64_t number) {
  model::Digest digest{};
  std::uint64_t state = number + 1;
  for (std::size_t at = 0; at < digest.size(); at += sizeof state) {
    state = (state ^ (state >> 29)) * 0xbf58476d1ce4e5b9ULL + number;
    std::memcpy(digest.data() + at, &state, sizeof state);
  }
  return digest;
}

struct Figures {
  double rate = 0;    // settlements a second
  double cpu_us = 0;  // of a settlement
};

// `enter(database, number)` is one settlement.
template <class Enter>
Figures measure(store::Database& database, std::size_t first, std::size_t count, std::size_t group, Enter enter) {
  const double start = steady_seconds();
  const double cpu_start = cpu_time();
  for (std::size_t done = 0; done < count; done += group) {
    std::vector<store::Operation> operations;
    operations.reserve(group);
    for (std::size_t at = done; at < std::min(done + group, count); ++at) {
      operations.emplace_back([&enter, number = first + at](store::Database& db) { return enter(db, number); });
    }
    for (auto& result : store::commit_together(database, operations)) must(std::move(result));
  }
  return {static_cast<double>(count) / (steady_seconds() - start),
          1e6 * (cpu_time() - cpu_start) / static_cast<double>(count)};
}

// The rows of a settlement as SQLite alone writes them.
constexpr const char* kBareTables =
    "CREATE TABLE reservations (agreement BLOB PRIMARY KEY, peer TEXT, job TEXT, amount INTEGER, state INTEGER, at "
    "INTEGER) "
    "STRICT, WITHOUT ROWID;"
    "CREATE TABLE transactions (id INTEGER PRIMARY KEY, kind INTEGER, key BLOB, peer TEXT, job TEXT, amount INTEGER, "
    "receipt BLOB, reverses INTEGER UNIQUE, at INTEGER, UNIQUE (kind, key)) STRICT;"
    "CREATE TABLE postings (transaction_id INTEGER, number INTEGER, account INTEGER, amount INTEGER, balance INTEGER, "
    "PRIMARY KEY (transaction_id, number)) STRICT, WITHOUT ROWID;";

runtime::Result<void> insert_bare(store::Database& database, std::size_t number) {
  const model::Digest hash = hash_of(number);
  const std::string job = "job-" + std::to_string(number);
  must(database.run("INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?)", hash, kPeer, job, 1000, 3, kTime));
  must(database.run("INSERT INTO transactions VALUES (NULL, 1, ?, ?, ?, ?, ?, NULL, ?)", hash, kPeer, job, 900, hash,
                    kTime));
  const std::int64_t id = database.last_insert_id();
  must(database.run("INSERT INTO postings VALUES (?, 0, 1, ?, ?)", id, 900, 900 * id));
  return database.run("INSERT INTO postings VALUES (?, 1, 2, ?, ?)", id, -900, -900 * id);
}

runtime::Result<void> settle(Ledger& ledger, std::size_t number) {
  const Charge charge{.agreement = hash_of(number),
                      .peer = kPeer,
                      .job = "job-" + std::to_string(number),
                      .amount = {900},
                      .receipt = hash_of(number),
                      .at_unix_ms = kTime};
  must(ledger.reserve(
      {.agreement = charge.agreement, .peer = kPeer, .job = charge.job, .amount = {1000}, .at_unix_ms = kTime}));
  must(ledger.spend(charge));
  return {};
}

void compare(const char* name, Ledger& ledger, store::Database& bare, std::size_t& next, std::size_t count,
             std::size_t group) {
  std::vector<double> rates;
  std::vector<double> bare_rates;
  std::vector<double> ratios;
  std::vector<double> cpu;
  std::vector<double> bare_cpu;
  for (std::size_t round = 0; round < kRounds; ++round, next += count) {
    const Figures alone = measure(bare, next, count, group, insert_bare);
    const Figures whole = measure(ledger.database(), next, count, group,
                                  [&](store::Database&, std::size_t number) { return settle(ledger, number); });
    rates.push_back(whole.rate);
    bare_rates.push_back(alone.rate);
    ratios.push_back(whole.rate / alone.rate);
    cpu.push_back(whole.cpu_us);
    bare_cpu.push_back(alone.cpu_us);
  }
  std::printf("%-16s ledger %8.0f/s   bare inserts %8.0f/s   %.2f of it   CPU %.1f us beside %.1f us\n", name,
              median(rates), median(bare_rates), median(ratios), median(cpu), median(bare_cpu));
}

int run(std::size_t count) {
  const std::string ledger_path = "bench_ledger.db";
  const std::string bare_path = "bench_bare.db";
  const auto remove = [&] {
    for (const std::string& path : {ledger_path, bare_path}) {
      for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
    }
  };
  remove();
  {
    store::Database database = must(store::Database::open({.path = ledger_path}));
    Ledger ledger = must(Ledger::open(database, {.all = {kAmountMax}}));
    store::Database bare = must(store::Database::open({.path = bare_path}));
    must(bare.execute(kBareTables));
    std::size_t next = 0;
    compare("in groups of 100", ledger, bare, next, count, kGroup);
    compare("one by one", ledger, bare, next, std::max<std::size_t>(count / 100, 1), 1);
  }
  remove();
  return 0;
}

}  // namespace
}  // namespace quern::ledger

int main(int count, char** arguments) {
  const long settlements = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 20'000;
  if (settlements < 1) {
    std::fprintf(stderr, "usage: bench_ledger_settlements [SETTLEMENTS]\n");
    return 2;
  }
  return quern::ledger::run(static_cast<std::size_t>(settlements));
}
