#include "hwprobe/child_process.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hwprobe/stopwatch.hpp"

namespace quern::hwprobe {
namespace {

using std::chrono::milliseconds;
using End = ChildOutcome::End;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;

constexpr milliseconds kLong{20'000};  // ends long before, or the test fails

ChildCommand shell(const std::string& script) {
  ChildCommand command;
  command.program = "/bin/sh";
  command.arguments = {"-c", script};
  command.environment = {"PATH=/usr/bin:/bin"};
  command.reply_bytes_max = 1000;
  return command;
}

ChildProcess started(const ChildCommand& command) {
  auto child = ChildProcess::start(command);
  EXPECT_TRUE(child.has_value()) << child.error();
  return std::move(child.value());
}

ChildOutcome run(const ChildCommand& command, milliseconds deadline = kLong) {
  std::vector<ChildProcess> children;
  children.push_back(started(command));
  return wait_for_children(std::move(children), deadline).front();
}

bool has_children() {
  return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

TEST(ChildProcess, reply_status_and_last_words_are_kept_apart) {
  const ChildOutcome outcome = run(shell("echo lost; echo answer >&3; echo words >&2; exit 5"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.code, 5);
  EXPECT_EQ(outcome.reply, "answer\n");
  EXPECT_EQ(outcome.last_words, "words\n");
}

TEST(ChildProcess, signal_is_told) {
  const ChildOutcome outcome = run(shell("kill -SEGV $$"));
  EXPECT_EQ(outcome.end, End::signalled);
  EXPECT_EQ(outcome.code, SIGSEGV);
}

TEST(ChildProcess, hanging_child_is_killed_at_its_deadline) {
  const ChildOutcome outcome =
      run(shell("trap '' TERM; echo half >&3; while :; do sleep 100; done"), milliseconds(200));
  EXPECT_EQ(outcome.end, End::hung);
  EXPECT_GE(outcome.elapsed, milliseconds(200));
  EXPECT_LT(outcome.elapsed, milliseconds(200) + kReapPatience);
  EXPECT_FALSE(has_children());
}

TEST(ChildProcess, that_is_at_work_gets_its_deadline_again_a_few_times_and_one_that_hangs_does_not) {
  std::vector<ChildProcess> children;
  children.push_back(started(shell("while :; do :; done")));
  children.push_back(started(shell("sleep 100")));
  const auto outcomes = wait_for_children(std::move(children), milliseconds(200), 3);
  ASSERT_THAT(outcomes, SizeIs(2));
  for (const ChildOutcome& outcome : outcomes) EXPECT_EQ(outcome.end, End::hung);
  EXPECT_GE(outcomes[0].elapsed, milliseconds(600));
  EXPECT_LT(outcomes[0].elapsed, milliseconds(600) + kReapPatience);
  EXPECT_LT(outcomes[1].elapsed, milliseconds(600));
  EXPECT_FALSE(has_children());
}

TEST(ChildProcess, children_wait_side_by_side) {
  std::vector<ChildProcess> children;
  for (int i = 0; i < 8; ++i) children.push_back(started(shell(i % 2 == 0 ? "sleep 100" : "echo here >&3")));
  const auto begin = steady_time();
  const auto outcomes = wait_for_children(std::move(children), milliseconds(500));
  EXPECT_LT(steady_time() - begin, milliseconds(500) + kReapPatience);
  ASSERT_THAT(outcomes, SizeIs(8));
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    EXPECT_EQ(outcomes[i].end, i % 2 == 0 ? End::hung : End::exited) << i;
  EXPECT_FALSE(has_children());
}

TEST(ChildProcess, reply_longer_than_the_bound_ends_the_child) {
  const ChildOutcome outcome = run(shell("while :; do echo 0123456789 >&3; done"));
  EXPECT_EQ(outcome.end, End::flooding);
  EXPECT_LE(outcome.reply.size(), 1001);
  EXPECT_FALSE(has_children());
}

TEST(ChildProcess, reply_of_exactly_the_bound_is_taken) {
  const ChildOutcome outcome = run(shell("head -c 1000 /dev/zero >&3"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.reply, std::string(1000, '\0'));
}

TEST(ChildProcess, flood_on_standard_error_is_drained_and_its_end_kept) {
  const ChildOutcome outcome =
      run(shell("i=0; while [ $i -lt 20000 ]; do echo line $i of very many lines; i=$((i+1)); done >&2"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_LE(outcome.last_words.size(), kLastWordsBytesMax);
  EXPECT_THAT(outcome.last_words, EndsWith("line 19999 of very many lines\n"));
}

// Whether a process still runs. One that is dead but not reaped does not: in a container, process 1 may never reap.
bool runs(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = stat.rfind(") ");
  return name_end != std::string::npos && stat.compare(name_end + 2, 1, "Z") != 0;
}

TEST(ChildProcess, grandchild_that_holds_the_pipes_is_killed_and_not_waited_for) {
  const ChildOutcome outcome = run(shell("sleep 100 & echo $! >&3"));
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_LT(outcome.elapsed, milliseconds(10'000));
  const pid_t grandchild = std::stoi(outcome.reply);
  // The kernel may take a moment to end it; ctest's limit ends a wait for a survivor.
  while (runs(grandchild)) std::this_thread::yield();
}

TEST(ChildProcess, nothing_of_the_parent_is_inherited_but_what_was_given) {
  const int leak = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as other libraries open files
  ASSERT_GE(leak, 0);
  const ChildOutcome outcome = run(shell("exec /bin/ls /proc/self/fd >&3"));
  ::close(leak);
  EXPECT_EQ(outcome.reply, "0\n1\n2\n3\n4\n");  // 4 is the directory that ls reads
}

TEST(ChildProcess, environment_is_the_one_given) {
  ChildCommand command = shell("env >&3");
  command.environment.emplace_back("QUERN_TEST=here");
  const ChildOutcome outcome = run(command);
  EXPECT_THAT(outcome.reply, HasSubstr("QUERN_TEST=here\n"));
  EXPECT_THAT(outcome.reply, testing::Not(HasSubstr("HOME=")));
}

TEST(ChildProcess, signals_of_the_parent_are_not_inherited) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const ChildOutcome outcome = run(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2 >&3"));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ASSERT_EQ(outcome.reply.size(), 34u) << outcome.reply;
  // Signals 32 and 33 belong to glibc: nobody can change what this process was started with.
  constexpr std::uint64_t kOfGlibc = std::uint64_t{3} << 31;
  EXPECT_EQ(std::stoull(outcome.reply.substr(0, 16), nullptr, 16) & ~kOfGlibc, 0u);
  EXPECT_EQ(std::stoull(outcome.reply.substr(17, 16), nullptr, 16) & ~kOfGlibc, 0u);
}

TEST(ChildProcess, other_children_are_left_alone) {
  const pid_t other = ::fork();
  if (other == 0) ::_exit(42);
  EXPECT_EQ(run(shell("exit 0")).code, 0);
  EXPECT_EQ(reap_abandoned_children(), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(other, &status, 0), other);
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(ChildProcess, process_that_ignores_its_children_still_gets_the_reply) {
  ::signal(SIGCHLD, SIG_IGN);
  const ChildOutcome outcome = run(shell("echo answer >&3"));
  ::signal(SIGCHLD, SIG_DFL);
  EXPECT_EQ(outcome.end, End::exited);
  EXPECT_EQ(outcome.reply, "answer\n");
}

TEST(ChildProcess, dropped_child_is_killed_and_reaped) {
  pid_t pid = -1;
  {
    const ChildProcess child = started(shell("sleep 100"));
    pid = child.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_FALSE(has_children());
}

TEST(ChildProcess, program_that_is_not_there_is_an_error_in_words) {
  ChildCommand command = shell("");
  command.program = "/nonexistent/program";
  const auto child = ChildProcess::start(command);
  ASSERT_FALSE(child.has_value());
  EXPECT_EQ(child.error(), "/nonexistent/program could not be started: No such file or directory");
}

}  // namespace
}  // namespace quern::hwprobe
