#include "scheduler/execution/sandbox.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace quern::execution {

using runtime::fail;
using runtime::Result;

namespace {

class SandboxCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.execution.sandbox"; }
  std::string message(int value) const override {
    switch (static_cast<SandboxErrc>(value)) {
      case SandboxErrc::path_invalid:
        return "not a path that can be in a sandbox";
      case SandboxErrc::variable_invalid:
        return "not an environment variable";
      case SandboxErrc::too_many:
        return "more than a sandbox takes";
      case SandboxErrc::program_invalid:
        return "not a program that can be run in a sandbox";
    }
    return "unknown";
  }
};

constexpr std::array<std::string_view, 6> kTopFolders = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};
constexpr std::uint64_t kSharedMemoryBytes = 16 << 20;
constexpr std::uint64_t kLockedBytes = 1 << 20;

// Absolute, and the same when written shortest: no "." or ".." to leave by, nothing that ends early.
bool is_plain_path(std::string_view path) {
  if (path.size() < 2 || path.front() != '/' || path.size() > 4096 || path.contains('\0')) return false;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view part = path.substr(at + 1, end - at - 1);
    if (part.empty() || part == "." || part == "..") return false;
    at = end;
  }
  return true;
}

Result<void> check_path(std::string_view what, const std::string& path) {
  if (is_plain_path(path)) return {};
  return fail(SandboxErrc::path_invalid, std::string(what) + " \"" + path + "\" must be absolute, without . or ..");
}

Result<void> check_count(std::string_view what, std::size_t count, std::size_t limit) {
  if (count <= limit) return {};
  return fail(SandboxErrc::too_many,
              std::to_string(count) + " " + std::string(what) + ", at most " + std::to_string(limit) + " are possible");
}

Result<void> check_variables(const SandboxPlan& plan) {
  for (const auto& [name, value] : plan.environment) {
    if (name.empty() || name.contains('=') || name.contains('\0') || value.contains('\0')) {
      return fail(SandboxErrc::variable_invalid, "\"" + name + "\"");
    }
  }
  return check_count("environment variables", plan.environment.size(), kVariablesMax);
}

Result<void> check_command(std::span<const std::string> command) {
  if (command.empty() || command.front().empty()) return fail(SandboxErrc::program_invalid, "no program is named");
  std::size_t bytes = 0;
  for (const std::string& word : command) {
    if (word.contains('\0')) return fail(SandboxErrc::program_invalid, "an argument holds a zero byte");
    bytes += word.size() + 1;
  }
  return check_count("bytes of arguments", bytes, kArgumentsBytesMax);
}

class Words {
 public:
  template <class... Word>
  void add(Word&&... word) {
    (words_.emplace_back(std::forward<Word>(word)), ...);
  }
  void add_all(std::span<const std::string> words) { words_.insert(words_.end(), words.begin(), words.end()); }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

void add_landlock_rules(Words& words, const SandboxPlan& plan) {
  const std::string change = plan.kind == SandboxKind::kernel_job ? "change=" : "all=";
  words.add("list=/");
  for (const std::string_view path : {"/usr", "/etc", "/sys", "/proc", "/run"}) words.add("read=" + std::string(path));
  for (const std::string_view path : kTopFolders) words.add("read=/" + std::string(path));
  for (const std::string_view path : {"null", "zero", "full", "random", "urandom", "tty", "pts", "ptmx", "shm"}) {
    words.add("change=/dev/" + std::string(path));
  }
  for (const Bind& bind : plan.binds) words.add((bind.writable ? change : "read=") + bind.inside);
  for (const MemoryFolder& folder : plan.memory_folders) words.add(change + folder.inside);
  for (const std::string& device : plan.devices) words.add("device=" + device);
}

void add_binds(Words& words, const SandboxPlan& plan) {
  for (const Bind& bind : plan.binds) {
    const std::string option = bind.writable ? "--bind" : "--ro-bind";
    words.add(bind.needed ? option : option + "-try", bind.host, bind.inside);
  }
}

}  // namespace

std::error_code make_error_code(SandboxErrc code) {
  static const SandboxCategory category;
  return {static_cast<int>(code), category};
}

std::string_view name_of(SandboxKind kind) {
  return kind == SandboxKind::kernel_job ? "kernel" : "command";
}

HostLayout read_host_layout(const std::string& root) {
  HostLayout layout;
  for (const std::string_view name : kTopFolders) {
    const std::filesystem::path path = std::filesystem::path(root) / name;
    std::error_code error;
    if (std::filesystem::is_symlink(path, error)) {
      layout.links.push_back({"/" + std::string(name), std::filesystem::read_symlink(path, error).string()});
    } else if (std::filesystem::is_directory(path, error)) {
      layout.folders.push_back("/" + std::string(name));
    }
  }
  return layout;
}

SandboxPlan plan_for(SandboxKind kind, const HostLayout& layout, std::uint64_t scratch_bytes) {
  SandboxPlan plan;
  plan.kind = kind;
  plan.links = layout.links;
  plan.binds.push_back({.host = "/usr", .inside = "/usr"});
  for (const std::string& folder : layout.folders) plan.binds.push_back({.host = folder, .inside = folder});
  for (const std::string_view path :
       {"/etc/OpenCL", "/etc/ld.so.cache", "/etc/alternatives", "/sys/devices/system/cpu"}) {
    plan.binds.push_back({.host = std::string(path), .inside = std::string(path), .needed = false});
  }
  plan.memory_folders = {{.inside = "/dev/shm", .bytes = kSharedMemoryBytes},
                         {.inside = "/tmp", .bytes = scratch_bytes},
                         {.inside = "/cache", .bytes = scratch_bytes}};
  plan.environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", "/tmp"}, {"LANG", "C.UTF-8"}, {"POCL_CACHE_DIR", "/cache"}};
  return plan;
}

Result<void> check(const SandboxPlan& plan, std::span<const std::string> command) {
  if (auto ok = check_command(command); !ok) return ok;
  if (auto ok = check_variables(plan); !ok) return ok;
  if (auto ok = check_count("mounts", plan.binds.size() + plan.memory_folders.size(), kBindsMax); !ok) return ok;
  if (auto ok = check_count("devices", plan.devices.size(), kDevicesMax); !ok) return ok;
  for (const Bind& bind : plan.binds) {
    if (auto ok = check_path("the host's", bind.host); !ok) return ok;
    if (auto ok = check_path("the sandbox's", bind.inside); !ok) return ok;
  }
  for (const MemoryFolder& folder : plan.memory_folders) {
    if (auto ok = check_path("the sandbox's", folder.inside); !ok) return ok;
  }
  for (const std::string& device : plan.devices) {
    if (auto ok = check_path("the device", device); !ok) return ok;
    if (!device.starts_with("/dev/")) return fail(SandboxErrc::path_invalid, device + " is not below /dev");
  }
  return check_path("the working folder", plan.work_folder);
}

std::string passwd_inside() {
  const std::string number = std::to_string(kUidInside);
  return "root:x:0:0:root:/:/bin/false\njob:x:" + number + ":" + number +
         ":job:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n";
}

std::vector<std::string> inner_arguments(const SandboxPlan& plan, std::span<const std::string> command) {
  Words words;
  words.add("inside", "status=" + std::to_string(kStatusDescriptor));
  const InnerLimits& inner = plan.inner;
  const std::array<std::pair<std::string_view, std::uint64_t>, 5> limits = {{
      {"processes", inner.processes},
      {"open_files", inner.open_files},
      {"file_bytes", inner.file_bytes},
      {"cpu_seconds", inner.cpu_seconds},
      {"address_space", inner.address_space_bytes},
  }};
  for (const auto& [name, value] : limits) {
    if (value > 0) words.add(std::string(name) + "=" + std::to_string(value));
  }
  words.add("locked_bytes=" + std::to_string(kLockedBytes));
  add_landlock_rules(words, plan);
  words.add("--");
  words.add_all(command);
  return words.take();
}

std::vector<std::string> bwrap_arguments(const SandboxPlan& plan, std::span<const std::string> command) {
  Words words;
  const std::string uid = std::to_string(kUidInside);
  words.add("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--clearenv");
  words.add("--cap-drop", "ALL", "--uid", uid, "--gid", uid, "--hostname", "job");
  words.add("--info-fd", std::to_string(kInfoDescriptor), "--seccomp", std::to_string(kSeccompDescriptor));
  for (const Link& link : plan.links) words.add("--symlink", link.target, link.inside);
  words.add("--proc", "/proc", "--dev", "/dev");
  for (const MemoryFolder& folder : plan.memory_folders) {
    words.add("--size", std::to_string(folder.bytes), "--tmpfs", folder.inside);
  }
  add_binds(words, plan);
  for (const std::string& device : plan.devices) words.add("--dev-bind", device, device);
  words.add("--perms", "0444", "--ro-bind-data", std::to_string(kPasswdDescriptor), "/etc/passwd");
  words.add("--perms", "0555", "--ro-bind-data", std::to_string(kStageDescriptor), std::string(kStageInside));
  // Whatever was made to hang mounts on is memory without a limit until it is read-only.
  words.add("--remount-ro", "/dev", "--remount-ro", "/");
  for (const auto& [name, value] : plan.environment) words.add("--setenv", name, value);
  words.add("--chdir", plan.work_folder, "--", std::string(kStageInside));
  words.add_all(inner_arguments(plan, command));
  return words.take();
}

std::vector<std::string> outer_arguments(const SandboxPlan& plan, std::span<const std::string> command,
                                         std::span<const std::string> cgroup_files, const std::string& bwrap,
                                         pid_t daemon) {
  Words words;
  words.add("outside", "status=" + std::to_string(kStatusDescriptor), "daemon=" + std::to_string(daemon));
  for (const std::string& file : cgroup_files) words.add("cgroup=" + file);
  if (plan.identity) {
    for (const gid_t group : plan.identity->groups) words.add("group=" + std::to_string(group));
    words.add("gid=" + std::to_string(plan.identity->gid), "uid=" + std::to_string(plan.identity->uid));
  }
  words.add("--", bwrap);
  words.add_all(bwrap_arguments(plan, command));
  return words.take();
}

}  // namespace quern::execution
