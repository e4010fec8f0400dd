#include "scheduler/daemon/card_nodes.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace quern::daemon {

namespace {

using hwprobe::FileTree;
using model::Why;
template <class T>
using Found = std::expected<T, Why>;

constexpr std::string_view kPciFolder = "/sys/bus/pci/devices/";
constexpr std::string_view kCache = "/cache";  // execution::plan_for() has it
constexpr unsigned kMinorMax = 255;
constexpr int kGroupsMax = 65'536;
constexpr mode_t kReadWrite = 06;  // of one of the three
constexpr unsigned kGroupShift = 3;
constexpr unsigned kUserShift = 6;

std::unexpected<Why> lacking(std::string detail) {
  detail.resize(std::min(detail.size(), model::kDetailBytesMax));
  return std::unexpected(Why{model::Reason::sandbox_unavailable, std::move(detail)});
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == '\t' || text.front() == ' ')) text.remove_prefix(1);
  return text;
}

std::optional<unsigned> number_in(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

// "0000:c1:00.0", and nothing that leads elsewhere in a path.
bool is_address(std::string_view text) {
  constexpr std::string_view kForm = "hhhh:hh:hh.h";
  return text.size() == kForm.size() && std::ranges::equal(text, kForm, [](char c, char form) {
           return form == 'h' ? (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') : c == form;
         });
}

// "226:128"
bool is_device_number(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && number_in(text.substr(0, colon), UINT16_MAX) &&
         number_in(text.substr(colon + 1), UINT32_MAX >> 1);
}

// Where the link of a folder of /sys/bus/pci/devices leads; empty where that is not below /sys/devices.
std::string device_folder(const FileTree& files, const std::string& link) {
  const auto target = files.read_link(link);
  constexpr std::string_view kUp = "../../../";
  constexpr std::string_view kDevices = "devices/";
  if (!target || !target->starts_with(kUp)) return {};
  const std::string rest = target->substr(kUp.size());
  return rest.starts_with(kDevices) && !rest.contains("..") ? "/sys/" + rest : std::string();
}

std::vector<std::string> names_in(const FileTree& files, const std::string& folder, std::string_view prefix) {
  std::vector<std::string> names;
  for (std::string& name : files.list(folder).value_or(std::vector<std::string>())) {
    if (name.starts_with(prefix) && names.size() < kCardFoldersMax) names.push_back(std::move(name));
  }
  return names;
}

std::string name_of_group(const FileTree& files, gid_t group) {
  const std::string text = files.read("/etc/group").value_or("");
  std::string number = std::to_string(group);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const auto name = line.find(':');
    const auto id = name == std::string_view::npos ? name : line.find(':', name + 1);
    if (id != std::string_view::npos && line.substr(id + 1).starts_with(number + ":")) {
      return std::string(line.substr(0, std::min(name, std::size_t{32})));
    }
    at = end + 1;
  }
  return number;
}

class Card {
 public:
  Card(const CardDriver& driver, const FileTree& files, const LookAtNode& look, const NodeOpener& opener)
      : driver_(driver), files_(files), look_(look), opener_(opener) {}

  Found<CardNodes> nodes() {
    if (!is_address(driver_.pci_address)) {
      return lacking("its driver does not tell the card's PCI address, so its nodes are not known: a newer driver may");
    }
    const std::string link = std::string(kPciFolder) + driver_.pci_address;
    folder_ = device_folder(files_, link);
    if (folder_.empty()) return lacking(link + " is not there: no card has this address");
    found_.folders.push_back(folder_);
    found_.links.push_back({.inside = link, .target = folder_});
    const auto bound = files_.read_link(folder_ + "/driver");
    if (!bound) return lacking("no kernel driver holds the card at " + driver_.pci_address + ": load it");
    const std::string kernel_driver(last_part(*bound));
    const auto added = kernel_driver == "nvidia" ? add_nvidia() : add_drm(kernel_driver == "amdgpu");
    if (!added) return std::unexpected(added.error());
    add_product();
    std::ranges::sort(found_.groups);
    found_.groups.erase(std::ranges::unique(found_.groups).begin(), found_.groups.end());
    return std::move(found_);
  }

 private:
  // The node is there, and its opener may.
  Found<void> add_node(const std::string& path, std::string_view remedy) {
    const auto facts = look_(path);
    if (!facts || !facts->is_device) return lacking(path + " is not there: " + std::string(remedy));
    const auto may = [&](unsigned shift) { return (facts->mode >> shift & kReadWrite) == kReadWrite; };
    if (may(0)) return add_open(path);
    const bool group_opens = may(kGroupShift) && facts->group != 0;
    if (group_opens && (opener_.root || opener_.groups.contains(facts->group))) {
      found_.groups.push_back(facts->group);
      return add_open(path);
    }
    if (!opener_.root && facts->user == opener_.user && may(kUserShift)) return add_open(path);
    if (!group_opens) return lacking(path + " may be opened by its owner only: give it to a group, such as render");
    const std::string group = name_of_group(files_, facts->group);
    return lacking(path + " may be opened by group " + group + ", which the daemon's user (number " +
                   std::to_string(opener_.user) + ") is not in: add it (usermod -aG " + group + " USER) and start " +
                   "the daemon anew");
  }
  Found<void> add_open(const std::string& path) {
    found_.nodes.push_back(path);
    return {};
  }

  Found<void> add_nvidia() {
    const std::string about = "/proc/driver/nvidia/gpus/" + driver_.pci_address + "/information";
    const std::string text = files_.read(about).value_or("");
    constexpr std::string_view kMinor = "Device Minor:";
    const auto at = text.find(kMinor);
    const auto value = at == std::string::npos ? std::string_view()
                                               : std::string_view(text).substr(
                                                     at + kMinor.size(), text.find('\n', at) - at - kMinor.size());
    const auto minor = number_in(trimmed(value), kMinorMax);
    if (!minor) return lacking(about + " does not say the number of the card's node: is the driver loaded?");
    constexpr std::string_view kRemedy = "load the driver's modules before the daemon starts (nvidia-modprobe -c0 -u)";
    for (const std::string& path :
         {"/dev/nvidia" + std::to_string(*minor), std::string("/dev/nvidiactl"), std::string("/dev/nvidia-uvm")}) {
      if (auto added = add_node(path, kRemedy); !added) return added;
    }
    const auto kept = found_;
    if (!add_node("/dev/nvidia-uvm-tools", kRemedy)) found_ = kept;  // of profilers: nothing needs it
    for (const std::string& name : names_in(files_, "/sys/module", "nvidia")) {
      found_.folders.push_back("/sys/module/" + name);
    }
    found_.environment = {{"CUDA_CACHE_PATH", std::string(kCache)}};
    return {};
  }

  Found<void> add_drm(bool amd) {
    const auto names = names_in(files_, folder_ + "/drm", "renderD");
    if (names.empty()) return lacking(folder_ + "/drm has no render node: its kernel driver does not compute");
    const std::string& name = names.front();
    if (auto added = add_node("/dev/dri/" + name, "is /dev/dri of this machine here?"); !added) return added;
    const std::string text = files_.read(folder_ + "/drm/" + name + "/dev").value_or("");
    if (const auto number = trimmed(text); is_device_number(number)) {
      found_.links.push_back({.inside = "/sys/dev/char/" + std::string(number), .target = folder_ + "/drm/" + name});
    }
    found_.environment = {{"MESA_SHADER_CACHE_DIR", std::string(kCache)}, {"NEO_CACHE_DIR", std::string(kCache)}};
    return amd ? add_kfd() : Found<void>();
  }

  Found<void> add_kfd() {
    const std::string library(last_part(driver_.library));
    const bool mesa = library.starts_with("libMesaOpenCL") || library.starts_with("libRusticlOpenCL");
    if (mesa) return {};
    if (auto added = add_node("/dev/kfd", "the kernel must have amdgpu's compute interface"); !added) return added;
    for (const std::string_view folder : {"/sys/class/kfd", "/sys/devices/virtual/kfd"}) {
      found_.folders.emplace_back(folder);
    }
    for (const std::string& name : names_in(files_, "/opt", "rocm")) found_.folders.push_back("/opt/" + name);
    return {};
  }

  // Of a driver that lies in /opt/PRODUCT/...
  void add_product() {
    constexpr std::string_view kOpt = "/opt/";
    const std::string& library = driver_.library;
    if (!library.starts_with(kOpt) || library.contains("..")) return;
    const auto end = library.find('/', kOpt.size());
    if (end == std::string::npos || end == kOpt.size()) return;
    std::string folder = library.substr(0, end);
    if (std::ranges::find(found_.folders, folder) == found_.folders.end()) found_.folders.push_back(std::move(folder));
  }

  const CardDriver& driver_;
  const FileTree& files_;
  const LookAtNode& look_;
  const NodeOpener& opener_;
  std::string folder_;  // of /sys/devices
  CardNodes found_;
};

}  // namespace

std::optional<NodeFacts> look_at_node(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  constexpr mode_t kPermissions = 0777;
  return NodeFacts{.is_device = S_ISCHR(facts.st_mode),
                   .mode = facts.st_mode & kPermissions,
                   .user = facts.st_uid,
                   .group = facts.st_gid};
}

NodeOpener this_process() {
  NodeOpener opener{.root = ::geteuid() == 0, .user = ::geteuid(), .groups = {::getegid()}};
  std::vector<gid_t> groups(kGroupsMax);
  const int count = ::getgroups(kGroupsMax, groups.data());
  if (count > 0) opener.groups.insert(groups.begin(), groups.begin() + count);
  return opener;
}

std::expected<CardNodes, model::Why> card_nodes(const CardDriver& driver, const hwprobe::FileTree& files,
                                                const LookAtNode& look, const NodeOpener& opener) {
  return Card(driver, files, look, opener).nodes();
}

}  // namespace quern::daemon
