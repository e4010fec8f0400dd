// A process that keeps a ledger on a real file, ended by SIGKILL while it works.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "overlay/runtime/random.hpp"
#include "scheduler/ledger/verify.hpp"
#include "scheduler/store/writer.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::ledger {
namespace {

constexpr Budget kBudget{.all = {kAmountMax}};
constexpr std::uint64_t kGroupMax = 6;

model::Digest agreement_of(std::uint64_t number) {
  model::Digest digest{};
  std::memcpy(digest.data(), &number, sizeof number);
  return digest;
}

// Job `number`: reserved for, spent, and earned as well, so that each is two transactions.
runtime::Result<void> enter_job(Ledger& ledger, std::uint64_t number) {
  const Charge charge{.agreement = agreement_of(number),
                      .peer = "alice",
                      .job = "job-" + std::to_string(number),
                      .amount = {static_cast<std::int64_t>(number)}};
  const ReservationRequest request{
      .agreement = charge.agreement, .peer = charge.peer, .job = charge.job, .amount = charge.amount};
  if (auto reserved = ledger.reserve(request); !reserved) return std::unexpected(std::move(reserved).error());
  if (auto spent = ledger.spend(charge); !spent) return std::unexpected(std::move(spent).error());
  if (auto earned = ledger.earn(charge); !earned) return std::unexpected(std::move(earned).error());
  return {};
}

// Enters jobs from `first` on in groups, and says after each commit which was the last, until it is killed.
[[noreturn]] void keep_entering(const std::string& path, std::uint64_t first, std::uint64_t seed, int out) {
  auto database = store::Database::open({.path = path});
  if (!database) ::_exit(2);
  auto ledger = Ledger::open(*database, kBudget);
  if (!ledger) ::_exit(3);
  runtime::Random random(seed);
  for (std::uint64_t next = first;;) {
    std::vector<store::Operation> group;
    for (std::uint64_t size = 1 + random.below(kGroupMax); size > 0; --size, ++next) {
      group.emplace_back([&ledger, next](store::Database&) { return enter_job(*ledger, next); });
    }
    for (const auto& result : store::commit_together(*database, group)) {
      if (!result) ::_exit(4);
    }
    const std::uint64_t last = next - 1;
    if (::write(out, &last, sizeof last) != sizeof last) ::_exit(5);
  }
}

std::uint64_t jobs_in(const Ledger& ledger) {
  return ledger.last_transaction().value_or(0) / 2;
}

// Kills the child after `acknowledgements`; returns the last job that it acknowledged.
std::uint64_t run_and_kill(const std::string& path, std::uint64_t first, std::uint64_t seed, std::uint64_t after) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    keep_entering(path, first, seed, pipe[1]);
  }
  ::close(pipe[1]);
  std::uint64_t acknowledged = first - 1;
  std::uint64_t last = 0;
  for (std::uint64_t read = 0; read < after && ::read(pipe[0], &last, sizeof last) == sizeof last; ++read) {
    acknowledged = last;
  }
  ::kill(child, SIGKILL);
  while (::read(pipe[0], &last, sizeof last) == sizeof last) acknowledged = last;  // said before it died
  ::close(pipe[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself: " << WEXITSTATUS(status);
  return acknowledged;
}

TEST(LedgerKilled, keeps_what_it_acknowledged_and_holds) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "ledger.db";
  runtime::Random random(11);
  std::uint64_t jobs = 0;
  for (int round = 0; round < 25 && !testing::Test::HasFailure(); ++round) {
    // Some jobs that the last life may have entered without having said so are entered again.
    const std::uint64_t first = jobs > 10 ? jobs - random.below(10) : 1;
    const std::uint64_t acknowledged = run_and_kill(path, first, random.next(), random.below(12));
    auto database = store::Database::open({.path = path});
    ASSERT_TRUE(database) << database.error().message();
    const auto ledger = Ledger::open(*database, kBudget);
    ASSERT_TRUE(ledger) << ledger.error().message();
    const auto verified = verify(*ledger);
    ASSERT_TRUE(verified) << verified.error().message();
    EXPECT_EQ(verified->breach.value_or(""), "");
    const std::uint64_t found = jobs_in(*ledger);
    EXPECT_GE(found, std::max(acknowledged, jobs));
    EXPECT_LE(found, std::max(acknowledged, jobs) + kGroupMax);
    EXPECT_EQ(*ledger->last_transaction(), 2 * found) << "half a job";
    EXPECT_EQ(ledger->balance({AccountKind::spent, {}})->micro, found * (found + 1) / 2) << "something twice";
    jobs = found;
  }
  EXPECT_GT(jobs, 100);
}

}  // namespace
}  // namespace quern::ledger
