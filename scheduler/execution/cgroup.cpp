#include "scheduler/execution/cgroup.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>
#include <span>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scheduler/execution/descriptor.hpp"

namespace quern::execution {

using runtime::Errc;
using runtime::fail;
using runtime::Result;

namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::string_view kPrefix = "quern-";
constexpr std::string_view kDaemonGroup = "quern-daemon";
constexpr std::array<std::string_view, 4> kControllersV1 = {"memory", "pids", "cpu", "cpuacct"};
constexpr std::string_view kCpuPeriodUs = "100000";
constexpr int kFreezePassesMax = 8;

enum ControllerV1 : std::size_t { memory, pids, cpu, cpuacct };

std::string read_text(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> buffer;
  while (file && text.size() < kFileBytesMax) {
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

// With O_CREAT it is made when it is not there, which the kernel's folders refuse and one that stands for them does
// not.
Result<void> write_text(const std::string& path, std::string_view text, int flags = O_CREAT) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644));
  if (!file) return fail(Errc::system, errno_text(path, errno));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail(Errc::system, errno_text(path, errno));
  }
  return {};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

template <class Texts>
bool holds(const Texts& texts, std::string_view text) {
  return std::ranges::find(texts, text) != std::ranges::end(texts);
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The number after `key` in a file of "key number" lines.
std::uint64_t value_of(const std::string& path, std::string_view key) {
  const std::string text = read_text(path);
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(' '))
      return number_in(line.substr(key.size() + 1));
  }
  return 0;
}

struct Mount {
  std::string root;  // what of the hierarchy is mounted
  std::string place;
  std::string type;
  std::vector<std::string> options;
};

std::vector<Mount> cgroup_mounts(const std::string& text) {
  std::vector<Mount> mounts;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto before = split(line.substr(0, dash), ' ');
    const auto after = split(line.substr(dash + 3), ' ');
    if (before.size() < 6 || after.size() < 3 || !after[0].starts_with("cgroup")) continue;
    Mount mount{std::string(before[3]), std::string(before[4]), std::string(after[0]), {}};
    for (const std::string_view option : split(after[2], ',')) mount.options.emplace_back(option);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

// The daemon's own group of a controller; of v2 with an empty name.
std::string own_group(const std::string& text, std::string_view controller) {
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view names = line.substr(first + 1, second - first - 1);
    const bool named = controller.empty() ? names.empty() : holds(split(names, ','), controller);
    if (named) return std::string(line.substr(second + 1));
  }
  return "/";
}

bool is_folder(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

// Inside a container the own group may lie outside of what is mounted: then the top of that is all there is.
std::string folder_of(const std::string& root, const Mount& mount, std::string own) {
  std::string top = root + mount.place;
  if (mount.root != "/" && own.starts_with(mount.root)) own.erase(0, mount.root.size());
  if (own.empty() || own == "/") return top;
  return is_folder(top + own) ? top + own : top;
}

// A process's start in ticks since boot: with its number it names one process, ever. 0: it does not run.
std::uint64_t start_of(std::uint64_t pid) {
  const std::string text = read_text("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos) return 0;
  constexpr std::size_t start_after_name = 19;
  const auto fields = split(std::string_view(text).substr(name_end + 2), ' ');
  return fields.size() > start_after_name ? number_in(fields[start_after_name]) : 0;
}

std::uint64_t process_namespace() {
  struct stat about{};
  return ::stat("/proc/self/ns/pid", &about) == 0 ? about.st_ino : 0;
}

// "quern-NAMESPACE-PID-START-": whose group it is.
std::string owner_prefix() {
  const auto pid = static_cast<std::uint64_t>(::getpid());
  return std::string(kPrefix) + std::to_string(process_namespace()) + "-" + std::to_string(pid) + "-" +
         std::to_string(start_of(pid)) + "-";
}

// Whether the group's owner was a daemon of this process namespace that no longer runs.
bool is_leftover(std::string_view name) {
  const auto parts = split(name, '-');
  if (!name.starts_with(kPrefix) || parts.size() != 5) return false;
  if (number_in(parts[1]) != process_namespace() || number_in(parts[2]) == 0) return false;
  return start_of(number_in(parts[2])) != number_in(parts[3]);
}

// `processes`: the text of a file cgroup.procs.
void signal_processes(std::string_view processes, int signal) {
  for (const std::string_view line : split(processes, '\n')) {
    const auto pid = static_cast<pid_t>(number_in(line));
    if (pid > 1) ::kill(pid, signal);
  }
}

void kill_processes(const std::string& folder) {
  if (write_text(folder + "/cgroup.kill", "1", 0)) return;  // v2 since Linux 5.14
  signal_processes(read_text(folder + "/cgroup.procs"), SIGKILL);
}

// The folder of a controller in which this process may make groups, or why not.
std::expected<std::string, std::string> usable_v1(const CgroupPlaces& places, std::span<const Mount> mounts,
                                                  const std::string& own, std::string_view controller) {
  for (const Mount& mount : mounts) {
    if (mount.type != "cgroup" || !holds(mount.options, controller)) continue;
    std::string folder = folder_of(places.root, mount, own_group(own, controller));
    const std::string trial = folder + "/" + owner_prefix() + "trial";
    if (::mkdir(trial.c_str(), 0755) != 0) return std::unexpected(errno_text(folder, errno));
    ::rmdir(trial.c_str());
    return folder;
  }
  return std::unexpected("no hierarchy of the controller " + std::string(controller) + " is mounted");
}

std::expected<std::vector<std::string>, std::string> bases_v1(const CgroupPlaces& places, std::span<const Mount> mounts,
                                                              const std::string& own) {
  std::vector<std::string> bases;
  for (const std::string_view controller : kControllersV1) {
    auto base = usable_v1(places, mounts, own, controller);
    if (!base) return std::unexpected(std::move(base).error());
    bases.push_back(std::move(*base));
  }
  return bases;
}

std::expected<std::string, std::string> base_v2(const CgroupPlaces& places, std::span<const Mount> mounts,
                                                const std::string& own) {
  const auto found = std::ranges::find(mounts, "cgroup2", &Mount::type);
  if (found == mounts.end()) return std::unexpected("no cgroup v2 is mounted");
  std::string folder = folder_of(places.root, *found, own_group(own, ""));
  const std::string controllers = read_text(folder + "/cgroup.controllers");
  for (const std::string_view needed : {"memory", "pids", "cpu"}) {
    if (holds(split(controllers.substr(0, controllers.find('\n')), ' '), needed)) continue;
    return std::unexpected(folder + " has no controller " + std::string(needed));
  }
  // A daemon that was started by one that is gone may be in its group already.
  if (folder.ends_with("/" + std::string(kDaemonGroup))) folder.resize(folder.size() - kDaemonGroup.size() - 1);
  const std::string daemon = folder + "/" + std::string(kDaemonGroup);
  if (::mkdir(daemon.c_str(), 0755) != 0 && errno != EEXIST) return std::unexpected(errno_text(folder, errno));
  if (auto moved = write_text(daemon + "/cgroup.procs", "0"); !moved) return std::unexpected(moved.error().detail());
  if (auto on = write_text(folder + "/cgroup.subtree_control", "+memory +pids +cpu"); !on) {
    return std::unexpected(on.error().detail());
  }
  return folder;
}

struct Setting {
  std::size_t folder;
  std::string_view file;
  std::string value;
  bool needed = true;
};

std::vector<Setting> settings_v2(const CgroupLimits& limits) {
  std::vector<Setting> settings;
  if (limits.memory_bytes > 0) {
    settings.push_back({0, "memory.max", std::to_string(limits.memory_bytes)});
    settings.push_back({0, "memory.swap.max", "0", false});
    settings.push_back({0, "memory.oom.group", "1", false});
  }
  if (limits.processes > 0) settings.push_back({0, "pids.max", std::to_string(limits.processes)});
  if (limits.cpu_permille > 0) {
    settings.push_back({0, "cpu.max", std::to_string(limits.cpu_permille * 100) + " " + std::string(kCpuPeriodUs)});
  }
  return settings;
}

std::vector<Setting> settings_v1(const CgroupLimits& limits) {
  std::vector<Setting> settings;
  if (limits.memory_bytes > 0) {
    settings.push_back({memory, "memory.limit_in_bytes", std::to_string(limits.memory_bytes)});
    settings.push_back({memory, "memory.memsw.limit_in_bytes", std::to_string(limits.memory_bytes), false});
  }
  if (limits.processes > 0) settings.push_back({pids, "pids.max", std::to_string(limits.processes)});
  if (limits.cpu_permille > 0) {
    settings.push_back({cpu, "cpu.cfs_period_us", std::string(kCpuPeriodUs)});
    settings.push_back({cpu, "cpu.cfs_quota_us", std::to_string(limits.cpu_permille * 100)});
  }
  return settings;
}

}  // namespace

std::string_view name_of(CgroupTier tier) {
  switch (tier) {
    case CgroupTier::v2:
      return "cgroup v2";
    case CgroupTier::v1:
      return "cgroup v1";
    case CgroupTier::none:
      return "none";
  }
  return "none";
}

std::vector<std::string> Cgroup::entrances() const {
  std::vector<std::string> files;
  files.reserve(folders_.size());
  for (const std::string& folder : folders_) files.push_back(folder + "/cgroup.procs");
  return files;
}

CgroupEvents Cgroup::events() const {
  CgroupEvents seen = refusals();
  seen.cpu_time_us = cpu_time_us();
  if (tier_ == CgroupTier::none || folders_.empty()) return seen;
  seen.memory_peak_bytes = tier_ == CgroupTier::v2
                               ? number_in(read_text(folders_[0] + "/memory.peak"))
                               : number_in(read_text(folders_[memory] + "/memory.max_usage_in_bytes"));
  return seen;
}

CgroupEvents Cgroup::refusals() const {
  if (tier_ == CgroupTier::none || folders_.empty()) return {};
  if (tier_ == CgroupTier::v2) {
    return {.oom_kills = value_of(folders_[0] + "/memory.events", "oom_kill"),
            .process_refusals = value_of(folders_[0] + "/pids.events", "max")};
  }
  return {.oom_kills = value_of(folders_[memory] + "/memory.oom_control", "oom_kill"),
          .process_refusals = value_of(folders_[pids] + "/pids.events", "max")};
}

std::optional<std::uint64_t> Cgroup::tasks() const {
  if (tier_ == CgroupTier::none || folders_.empty()) return std::nullopt;
  return number_in(read_text(folders_[tier_ == CgroupTier::v2 ? 0 : pids] + "/pids.current"));
}

std::optional<std::uint64_t> Cgroup::memory_bytes() const {
  if (tier_ == CgroupTier::none || folders_.empty()) return std::nullopt;
  if (tier_ == CgroupTier::v2) return number_in(read_text(folders_[0] + "/memory.current"));
  return number_in(read_text(folders_[memory] + "/memory.usage_in_bytes"));
}

std::optional<std::uint64_t> Cgroup::held_bytes() const {
  const auto bytes = memory_bytes();
  if (!bytes) return std::nullopt;
  const std::string statistics = folders_[tier_ == CgroupTier::v2 ? 0 : memory] + "/memory.stat";
  const std::uint64_t files = value_of(statistics, tier_ == CgroupTier::v2 ? "file" : "cache");
  const std::uint64_t in_memory = value_of(statistics, "shmem");  // counts as files, too
  return *bytes - std::min(*bytes, files - std::min(files, in_memory));
}

std::uint64_t Cgroup::cpu_time_us() const {
  if (tier_ == CgroupTier::v2) return value_of(folders_[0] + "/cpu.stat", "usage_usec");
  if (tier_ == CgroupTier::none || folders_.empty()) return 0;
  return number_in(read_text(folders_[cpuacct] + "/cpuacct.usage")) / 1000;
}

bool Cgroup::freeze(bool frozen) const {
  if (tier_ == CgroupTier::none || folders_.empty()) return false;
  if (tier_ == CgroupTier::v2) return write_text(folders_[0] + "/cgroup.freeze", frozen ? "1" : "0", 0).has_value();
  // What forks while it is looked at is met again; the list of a group that stands still stays the same.
  std::string seen;
  for (int pass = 0; pass < kFreezePassesMax; ++pass) {
    const std::string now = read_text(folders_[pids] + "/cgroup.procs");
    if (now == seen) return true;
    signal_processes(now, frozen ? SIGSTOP : SIGCONT);
    if (!frozen) return true;
    seen = now;
  }
  return false;
}

void Cgroup::kill() const {
  for (const std::string& folder : folders_) kill_processes(folder);
}

bool Cgroup::remove() {
  std::erase_if(folders_, [](const std::string& folder) { return ::rmdir(folder.c_str()) == 0 || errno == ENOENT; });
  if (folders_.empty()) tier_ = CgroupTier::none;
  return folders_.empty();
}

Cgroups Cgroups::probe(const CgroupPlaces& places, std::optional<CgroupTier> only) {
  Cgroups cgroups;
  const auto excluded = [only](CgroupTier tier) { return only && *only != tier; };
  const auto not_tried = [](std::string_view tier) {
    return std::unexpected(std::string(tier) + " is not to be used");
  };
  const std::vector<Mount> mounts = cgroup_mounts(read_text(places.mounts));
  const std::string own = read_text(places.own);
  auto v2 = excluded(CgroupTier::v2) ? not_tried("cgroup v2") : base_v2(places, mounts, own);
  if (v2) {
    cgroups.tier_ = CgroupTier::v2;
    cgroups.bases_ = {std::move(*v2)};
    return cgroups;
  }
  auto v1 = excluded(CgroupTier::v1) ? not_tried("cgroup v1") : bases_v1(places, mounts, own);
  cgroups.note_ = v2.error();
  if (v1) {
    cgroups.tier_ = CgroupTier::v1;
    cgroups.bases_ = std::move(*v1);
  } else {
    cgroups.note_ += "; " + v1.error();
  }
  return cgroups;
}

std::size_t Cgroups::clean_leftovers() const {
  std::size_t found = 0;
  for (const std::string& base : bases_) {
    std::error_code error;
    std::vector<std::string> folders;
    for (const auto& entry : std::filesystem::directory_iterator(base, error)) {
      if (is_leftover(entry.path().filename().string())) folders.push_back(entry.path().string());
    }
    for (const std::string& folder : folders) {
      kill_processes(folder);
      ::rmdir(folder.c_str());  // one whose processes are still dying stays for the next start
    }
    found = std::max(found, folders.size());
  }
  return found;
}

Result<Cgroup> Cgroups::make(const CgroupLimits& limits) const {
  Cgroup group;
  group.tier_ = tier_;
  if (tier_ == CgroupTier::none) return group;
  static std::atomic<std::uint64_t> made = 0;  // of the process: names are used once
  const std::string name = "/" + owner_prefix() + std::to_string(made++);
  for (const std::string& base : bases_) {
    group.folders_.push_back(base + name);
    if (::mkdir(group.folders_.back().c_str(), 0755) == 0) continue;
    const int number = errno;
    group.remove();
    return fail(Errc::system, errno_text(base + name, number));
  }
  for (const Setting& setting : tier_ == CgroupTier::v2 ? settings_v2(limits) : settings_v1(limits)) {
    auto written = write_text(group.folders_[setting.folder] + "/" + std::string(setting.file), setting.value);
    if (written || !setting.needed) continue;
    group.remove();
    return std::unexpected(std::move(written).error());
  }
  return group;
}

}  // namespace quern::execution
