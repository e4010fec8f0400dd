#include "scheduler/execution/cgroup.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A tree of plain folders where the kernel would have its groups.
class FakeGroups {
 public:
  CgroupPlaces places() const {
    const std::string root = folder_.path().string();
    return {.mounts = root + "/mountinfo", .own = root + "/own", .root = root};
  }
  void delegated_v2(const std::string& controllers = "cpu io memory pids\n") const {
    folder_.write("mountinfo", "30 1 0:2 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");
    folder_.write("own", "0::/user.slice/app\n");
    folder_.write("sys/fs/cgroup/user.slice/app/cgroup.controllers", controllers);
  }
  void writable_v1() const {
    std::string mounts;
    std::string own;
    for (const std::string controller : {"memory", "pids", "cpu", "cpuacct"}) {
      mounts += "30 1 0:2 / /groups/" + controller + " rw - cgroup cgroup rw," + controller + "\n";
      own += "4:" + controller + ":/\n";
      std::filesystem::create_directories(folder_.path() / "groups" / controller);
    }
    folder_.write("mountinfo", mounts);
    folder_.write("own", own + "0::/\n");
  }
  std::string read(const std::string& file) const {
    std::ifstream stream(folder_.path() / file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void write(const std::string& file, const std::string& text) const { folder_.write(file, text); }
  // What was made in a folder, by name.
  std::vector<std::string> groups_in(const std::string& at) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / at)) {
      if (entry.is_directory()) names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
  std::string path() const { return folder_.path().string(); }

 private:
  TemporaryFolder folder_;
};

TEST(Cgroups, a_delegated_group_is_tier_v2_and_the_daemon_moves_below_it) {
  const FakeGroups groups;
  groups.delegated_v2();
  const Cgroups cgroups = Cgroups::probe(groups.places());
  EXPECT_EQ(cgroups.tier(), CgroupTier::v2) << cgroups.note();
  EXPECT_EQ(groups.read("sys/fs/cgroup/user.slice/app/quern-daemon/cgroup.procs"), "0");
  EXPECT_EQ(groups.read("sys/fs/cgroup/user.slice/app/cgroup.subtree_control"), "+memory +pids +cpu");
}

TEST(Cgroups, of_which_one_tier_is_wanted_are_that_tier_or_none) {
  const FakeGroups groups;
  groups.delegated_v2();
  EXPECT_EQ(Cgroups::probe(groups.places(), CgroupTier::v2).tier(), CgroupTier::v2);
  const Cgroups old = Cgroups::probe(groups.places(), CgroupTier::v1);
  EXPECT_EQ(old.tier(), CgroupTier::none);
  EXPECT_TRUE(old.note().contains("cgroup v2 is not to be used")) << old.note();
  EXPECT_EQ(Cgroups::probe(groups.places(), CgroupTier::none).tier(), CgroupTier::none);
  const FakeGroups older;
  older.writable_v1();
  EXPECT_EQ(Cgroups::probe(older.places(), CgroupTier::v1).tier(), CgroupTier::v1);
  EXPECT_EQ(Cgroups::probe(older.places(), CgroupTier::v2).tier(), CgroupTier::none);
}

TEST(Cgroups, limits_of_v2_are_written_where_the_kernel_reads_them) {
  const FakeGroups groups;
  groups.delegated_v2();
  const auto group = Cgroups::probe(groups.places()).make({.memory_bytes = 1000, .processes = 7, .cpu_permille = 1500});
  ASSERT_TRUE(group) << group.error().message();
  ASSERT_EQ(group->entrances().size(), 1);
  const std::string folder = group->entrances()[0].substr(groups.path().size() + 1);
  const std::string at = folder.substr(0, folder.rfind('/') + 1);
  EXPECT_EQ(groups.read(at + "memory.max"), "1000");
  EXPECT_EQ(groups.read(at + "memory.oom.group"), "1");
  EXPECT_EQ(groups.read(at + "pids.max"), "7");
  EXPECT_EQ(groups.read(at + "cpu.max"), "150000 100000");
  groups.write(at + "memory.events", "low 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 1\n");
  groups.write(at + "pids.events", "max 5\n");
  groups.write(at + "cpu.stat", "usage_usec 77\nuser_usec 1\n");
  groups.write(at + "memory.peak", "999\n");
  EXPECT_EQ(group->events(),
            (CgroupEvents{.oom_kills = 2, .process_refusals = 5, .cpu_time_us = 77, .memory_peak_bytes = 999}));
  EXPECT_EQ(group->refusals(), (CgroupEvents{.oom_kills = 2, .process_refusals = 5}));
  groups.write(at + "pids.current", "6\n");
  EXPECT_EQ(group->tasks(), 6);
}

TEST(Cgroups, without_a_needed_controller_the_note_says_which) {
  const FakeGroups groups;
  groups.delegated_v2("cpu pids\n");
  const Cgroups cgroups = Cgroups::probe(groups.places());
  EXPECT_EQ(cgroups.tier(), CgroupTier::none);
  EXPECT_THAT(cgroups.note(), HasSubstr("has no controller memory"));
  const auto group = cgroups.make({.memory_bytes = 1000});
  ASSERT_TRUE(group);
  EXPECT_TRUE(group->entrances().empty());
}

TEST(Cgroups, limits_of_v1_are_written_in_each_hierarchy) {
  const FakeGroups groups;
  groups.writable_v1();
  const Cgroups cgroups = Cgroups::probe(groups.places());
  ASSERT_EQ(cgroups.tier(), CgroupTier::v1) << cgroups.note();
  const auto group = cgroups.make({.memory_bytes = 1000, .processes = 7, .cpu_permille = 500});
  ASSERT_TRUE(group);
  EXPECT_EQ(group->entrances().size(), 4);
  const std::string name = groups.groups_in("groups/memory").at(0);
  EXPECT_EQ(groups.read("groups/memory/" + name + "/memory.limit_in_bytes"), "1000");
  EXPECT_EQ(groups.read("groups/pids/" + name + "/pids.max"), "7");
  EXPECT_EQ(groups.read("groups/cpu/" + name + "/cpu.cfs_quota_us"), "50000");
  groups.write("groups/memory/" + name + "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
  groups.write("groups/cpuacct/" + name + "/cpuacct.usage", "5000000\n");
  EXPECT_EQ(group->events().oom_kills, 4);
  EXPECT_EQ(group->events().cpu_time_us, 5000);
  groups.write("groups/pids/" + name + "/pids.current", "4\n");
  EXPECT_EQ(group->tasks(), 4);
}

TEST(Cgroups, a_container_sees_the_part_of_the_hierarchy_that_is_mounted) {
  const FakeGroups groups;
  groups.writable_v1();
  std::filesystem::create_directories(groups.path() + "/groups/memory/inner");
  groups.write("mountinfo", groups.read("mountinfo") + "31 1 0:2 /docker/x /other rw - tmpfs tmpfs rw\n");
  groups.write("own", "4:memory:/inner\n5:pids:/gone\n6:cpu,cpuacct:/\n");
  const auto group = Cgroups::probe(groups.places()).make({});
  ASSERT_TRUE(group);
  EXPECT_EQ(groups.groups_in("groups/memory/inner").size(), 1);
  EXPECT_EQ(groups.groups_in("groups/pids").size(), 1);
}

TEST(Cgroups, what_is_held_counts_files_in_memory_and_none_of_disks) {
  const FakeGroups groups;
  groups.delegated_v2();
  const auto group = Cgroups::probe(groups.places()).make({.memory_bytes = 1000});
  ASSERT_TRUE(group);
  EXPECT_EQ(group->held_bytes(), 0);
  const std::string folder = group->entrances()[0].substr(groups.path().size() + 1);
  const std::string at = folder.substr(0, folder.rfind('/') + 1);
  groups.write(at + "memory.current", "900\n");
  groups.write(at + "memory.stat", "anon 100\nfile 700\nkernel 100\nshmem 300\n");
  EXPECT_EQ(group->held_bytes(), 500);
  EXPECT_EQ(Cgroup().held_bytes(), std::nullopt);
}

TEST(Cgroups, what_is_held_in_the_old_hierarchy_is_told_under_other_names) {
  const FakeGroups groups;
  groups.writable_v1();
  const auto group = Cgroups::probe(groups.places()).make({.memory_bytes = 1000});
  ASSERT_TRUE(group);
  const std::string folder = group->entrances()[0].substr(groups.path().size() + 1);
  const std::string at = folder.substr(0, folder.rfind('/') + 1);
  groups.write(at + "memory.usage_in_bytes", "900\n");
  groups.write(at + "memory.stat", "cache 700\nrss 100\nshmem 300\n");
  EXPECT_EQ(group->held_bytes(), 500);
}

TEST(Cgroups, only_groups_of_daemons_that_are_gone_are_cleaned) {
  const FakeGroups groups;
  groups.writable_v1();
  const Cgroups cgroups = Cgroups::probe(groups.places());
  {
    const auto mine = cgroups.make({});
    ASSERT_TRUE(mine);
  }
  const std::string own = groups.groups_in("groups/pids").at(0);
  // quern-NAMESPACE-PID-START-NUMBER
  const std::size_t pid_at = own.find('-', 6) + 1;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  const std::string dead = own.substr(0, pid_at) + std::to_string(child) + "-123-0";
  const std::string other_namespace = "quern-1-" + std::to_string(child) + "-123-0";
  for (const std::string& name : {dead, other_namespace, std::string("quern-daemon"), std::string("else")}) {
    std::filesystem::create_directories(groups.path() + "/groups/pids/" + name);
  }
  EXPECT_EQ(cgroups.clean_leftovers(), 1);
  std::vector<std::string> left = {own, other_namespace, "quern-daemon", "else"};
  std::ranges::sort(left);
  EXPECT_EQ(groups.groups_in("groups/pids"), left);
}

TEST(Cgroups, nothing_stays_on_this_machine_when_jobs_are_over) {
  const Cgroups cgroups = Cgroups::probe();
  auto group = cgroups.make({.memory_bytes = 64 << 20, .processes = 8});
  ASSERT_TRUE(group) << group.error().message();
  const auto entrances = group->entrances();
  EXPECT_TRUE(group->remove());
  for (const std::string& file : entrances) EXPECT_FALSE(std::filesystem::exists(file)) << file;
}

}  // namespace
}  // namespace quern::execution
