// Limits of a job's processes together, by the kernel's control groups: memory, number of processes, processor time.
// The tier is what this machine lets the daemon do, probed at its start. Not thread-safe; blocks for a few system
// calls.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/result.hpp"

namespace quern::execution {

// 0: not limited.
struct CgroupLimits {
  std::uint64_t memory_bytes = 0;
  std::uint64_t processes = 0;     // and threads
  std::uint64_t cpu_permille = 0;  // 1000: one processor
  bool operator==(const CgroupLimits&) const = default;
};

// What a group saw; 0 where the tier does not tell.
struct CgroupEvents {
  std::uint64_t oom_kills = 0;         // processes that the memory limit killed
  std::uint64_t process_refusals = 0;  // forks that the limit of processes refused
  std::uint64_t cpu_time_us = 0;
  std::uint64_t memory_peak_bytes = 0;
  bool operator==(const CgroupEvents&) const = default;
};

enum class CgroupTier : std::uint8_t {
  v2,    // the daemon's own group was delegated to it
  v1,    // a hierarchy a controller, writable by the daemon
  none,  // neither: limits of each process, and a look at what they hold together (supervisor.hpp)
};
std::string_view name_of(CgroupTier tier);

// Where the kernel's files are; another root is a tree that stands for them.
struct CgroupPlaces {
  std::string mounts = "/proc/self/mountinfo";
  std::string own = "/proc/self/cgroup";
  std::string root;  // put before every path found in `mounts`
};

// One job's group. Owner: the supervisor. Destroyed without remove(), it stays for the next start to clean.
class Cgroup {
 public:
  // Files into which a process writes "0" to enter.
  std::vector<std::string> entrances() const;
  CgroupEvents events() const;
  // Those of events() that count what a limit refused, and nothing else.
  CgroupEvents refusals() const;
  // That of events() alone, which is one file less to read a controller.
  std::uint64_t cpu_time_us() const;
  // Of all processes now, with their files in memory; nothing where the tier does not tell.
  std::optional<std::uint64_t> memory_bytes() const;
  // Of memory_bytes(), what the kernel cannot take back for others: all but what it keeps of files on disks. Dearer,
  // and can be seen late by some 100 KiB a processor.
  std::optional<std::uint64_t> held_bytes() const;
  // Processes and threads now; nothing where the tier does not tell.
  std::optional<std::uint64_t> tasks() const;
  // Stops all that is in it, or lets it run on. False where the tier cannot: then nothing has happened.
  bool freeze(bool frozen) const;
  // Kills what is in it.
  void kill() const;
  // False while processes are in it: kill() and ask again later.
  bool remove();

 private:
  friend class Cgroups;
  CgroupTier tier_ = CgroupTier::none;
  std::vector<std::string> folders_;  // v2: one; v1: memory, pids, cpu, cpuacct
};

class Cgroups {
 public:
  // Finds the tier. With v2 the daemon moves itself into a group beside those of its jobs, since a group with processes
  // cannot limit its children. `only`: no other tier is tried; where that one cannot be had there is none.
  static Cgroups probe(const CgroupPlaces& places = {}, std::optional<CgroupTier> only = std::nullopt);

  CgroupTier tier() const { return tier_; }
  // Why it is not a better one, for people: "/sys/fs/cgroup/pids is not writable". Empty with v2.
  const std::string& note() const { return note_; }

  // Kills and removes the groups of daemons that no longer run on this machine and in this process namespace.
  // Returns how many were found.
  std::size_t clean_leftovers() const;

  // With tier `none` the group is empty and limits nothing. Errc::system: the kernel refused a limit; the detail names
  // the file.
  runtime::Result<Cgroup> make(const CgroupLimits& limits) const;

 private:
  CgroupTier tier_ = CgroupTier::none;
  std::string note_;
  std::vector<std::string> bases_;  // folders in which jobs get theirs, as Cgroup::folders_
};

}  // namespace quern::execution
