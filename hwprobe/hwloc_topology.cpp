#include "hwprobe/hwloc_topology.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include <hwloc.h>

#include "hwprobe/text.hpp"

#if HWLOC_API_VERSION < 0x00020800 || HWLOC_API_VERSION >= 0x00030000
#error "hwprobe is written for hwloc 2.8 to 2.x: 3.0 changed object infos, kinds and device types"
#endif

namespace quern::hwprobe {
namespace {

struct Destroy {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Handle = std::unique_ptr<hwloc_topology, Destroy>;
using Bitmap = std::unique_ptr<hwloc_bitmap_s, Destroy>;

// HWLOC_FSROOT, the only way to give hwloc another root, for one scope.
class ScopedRoot {
 public:
  explicit ScopedRoot(const std::filesystem::path& root) : is_set_(root != "/") {
    if (!is_set_) return;
    // Nobody else uses the environment meanwhile: Sources::hwloc_root asks for that.
    const char* const before = std::getenv(kName);  // NOLINT(concurrency-mt-unsafe)
    if (before) before_ = before;
    ::setenv(kName, root.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  ~ScopedRoot() {
    if (!is_set_) return;
    if (before_) {
      ::setenv(kName, before_->c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    } else {
      ::unsetenv(kName);  // NOLINT(concurrency-mt-unsafe)
    }
  }
  ScopedRoot(const ScopedRoot&) = delete;
  ScopedRoot& operator=(const ScopedRoot&) = delete;

 private:
  static constexpr const char* kName = "HWLOC_FSROOT";
  bool is_set_;
  std::optional<std::string> before_;
};

void configure(hwloc_topology_t topology) {
  // A component that is not there cannot be refused and need not be, so results are not looked at. The x86 one binds
  // this thread to every processor in turn to run cpuid there, which waits behind whatever runs on them; Linux tells
  // the same in sysfs.
  for (const char* name : std::to_array({"opencl", "gl", "cuda", "nvml", "rsmi", "levelzero", "pci", "x86", "no_os"})) {
    hwloc_topology_set_components(topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, name);
  }
  hwloc_topology_set_io_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE);
  hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
  hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
}

std::expected<Handle, std::string> load(const Sources& sources) {
  const ScopedRoot root(sources.hwloc_xml ? "/" : sources.hwloc_root);
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return std::unexpected("hwloc cannot start");
  Handle topology(raw);
  configure(raw);
  if (const auto& xml = sources.hwloc_xml) {
    if (xml->size() > kHwlocXmlBytesMax) return std::unexpected("the recorded topology is too large");
    if (hwloc_topology_set_xmlbuffer(raw, xml->c_str(), static_cast<int>(xml->size()) + 1) != 0) {
      return std::unexpected("the recorded topology is no XML of hwloc's");
    }
  }
  if (hwloc_topology_load(raw) != 0) return std::unexpected("hwloc cannot load the topology");
  // An endless set has the last index -1.
  const int last = hwloc_bitmap_last(hwloc_topology_get_topology_cpuset(raw));
  if (last < 0 || last >= kThreadsMax)
    return std::unexpected("it has threads beyond number " + std::to_string(kThreadsMax));
  return topology;
}

// hwloc leaves an index out where firmware gives none.
std::uint32_t os_index(hwloc_obj_t object) {
  return object->os_index == HWLOC_UNKNOWN_INDEX ? object->logical_index : object->os_index;
}

// The members of a set, which XML may make endless, below kThreadsMax.
std::vector<std::uint32_t> bits_of(hwloc_const_bitmap_t set) {
  std::vector<std::uint32_t> bits;
  for (int bit = hwloc_bitmap_first(set); bit >= 0 && bit < kThreadsMax; bit = hwloc_bitmap_next(set, bit))
    bits.push_back(static_cast<std::uint32_t>(bit));
  return bits;
}

// Turns hwloc's tree into lists that refer to each other by index.
class Reader {
 public:
  Reader(hwloc_topology_t topology, std::vector<Problem>& problems) : hwloc_(topology), problems_(problems) {}

  Topology read() {
    read_numa_nodes();
    for (hwloc_obj_t unit = next(HWLOC_OBJ_PU, nullptr); unit; unit = next(HWLOC_OBJ_PU, unit)) read_thread(unit);
    // Threads of the nodes and caches are known only now.
    for (hwloc_obj_t node = next(HWLOC_OBJ_NUMANODE, nullptr); node; node = next(HWLOC_OBJ_NUMANODE, node)) {
      result_.numa_nodes[node->logical_index].threads = threads_in(node->cpuset);
    }
    for (int type = HWLOC_OBJ_L1CACHE; type <= HWLOC_OBJ_L3ICACHE; ++type)
      read_caches(static_cast<hwloc_obj_type_t>(type));
    return std::move(result_);
  }

 private:
  hwloc_obj_t next(hwloc_obj_type_t type, hwloc_obj_t before) const {
    return hwloc_get_next_obj_by_type(hwloc_, type, before);
  }

  void read_numa_nodes() {
    for (hwloc_obj_t node = next(HWLOC_OBJ_NUMANODE, nullptr); node; node = next(HWLOC_OBJ_NUMANODE, node)) {
      const std::uint64_t bytes = node->attr->numanode.local_memory;
      result_.numa_nodes.push_back({.os_index = os_index(node),
                                    .memory_bytes = bytes == 0 ? std::nullopt : std::optional(bytes),
                                    .threads = {}});
    }
  }

  void read_thread(hwloc_obj_t unit) {
    const auto thread = static_cast<std::uint32_t>(result_.threads.size());
    const std::uint32_t core = core_of(unit);
    result_.threads.push_back({.os_index = os_index(unit), .core = core});
    result_.cores[core].threads.push_back(thread);
    by_os_index_.emplace(os_index(unit), thread);
  }

  // Where the kernel tells of no cores (some containers and emulators), each thread is one.
  std::uint32_t core_of(hwloc_obj_t unit) {
    hwloc_obj_t found = hwloc_get_ancestor_obj_by_type(hwloc_, HWLOC_OBJ_CORE, unit);
    if (!found) found = unit;
    const auto [known, is_new] = cores_.try_emplace(found, static_cast<std::uint32_t>(result_.cores.size()));
    if (is_new) {
      const std::uint32_t package = package_of(unit);
      result_.packages[package].cores.push_back(known->second);
      result_.cores.push_back({.package = package, .numa_node = numa_node_of(unit), .threads = {}});
    }
    return known->second;
  }

  // Where the kernel tells of no packages, the machine is one.
  std::uint32_t package_of(hwloc_obj_t unit) {
    hwloc_obj_t found = hwloc_get_ancestor_obj_by_type(hwloc_, HWLOC_OBJ_PACKAGE, unit);
    if (!found) found = hwloc_get_root_obj(hwloc_);
    const auto [known, is_new] = packages_.try_emplace(found, static_cast<std::uint32_t>(result_.packages.size()));
    if (is_new) result_.packages.push_back({.os_index = os_index(found), .cores = {}});
    return known->second;
  }

  // The first node that hangs on the closest ancestor with memory; hwloc hangs them where their threads are.
  std::uint32_t numa_node_of(hwloc_obj_t unit) const {
    for (hwloc_obj_t at = unit; at; at = at->parent) {
      hwloc_obj_t memory = at->memory_first_child;
      while (memory && memory->type != HWLOC_OBJ_NUMANODE) memory = memory->memory_first_child;
      if (memory) return memory->logical_index;
    }
    return 0;
  }

  void read_caches(hwloc_obj_type_t type) {
    for (hwloc_obj_t cache = next(type, nullptr); cache; cache = next(type, cache)) {
      const auto& attributes = cache->attr->cache;
      if (attributes.size == 0) {
        problems_.push_back(
            {.where = "hwloc",
             .what = "a cache of level " + std::to_string(attributes.depth) + " without a size: left out"});
        continue;
      }
      result_.caches.push_back({.level = attributes.depth,
                                .kind = kind_of(attributes.type),
                                .size_bytes = attributes.size,
                                .line_bytes = attributes.linesize,
                                .threads = threads_in(cache->cpuset)});
    }
  }

  static CacheKind kind_of(hwloc_obj_cache_type_t type) {
    switch (type) {
      case HWLOC_OBJ_CACHE_UNIFIED:
        return CacheKind::unified;
      case HWLOC_OBJ_CACHE_DATA:
        return CacheKind::data;
      case HWLOC_OBJ_CACHE_INSTRUCTION:
        return CacheKind::instruction;
    }
    return CacheKind::unified;  // XML may hold any number
  }

  std::vector<std::uint32_t> threads_in(hwloc_const_bitmap_t set) const {
    std::vector<std::uint32_t> threads;
    for (const std::uint32_t bit : bits_of(set)) {
      if (const auto thread = by_os_index_.find(bit); thread != by_os_index_.end()) {
        threads.push_back(thread->second);
      }
    }
    std::ranges::sort(threads);
    return threads;
  }

  hwloc_topology_t hwloc_;
  std::vector<Problem>& problems_;
  Topology result_;
  std::unordered_map<hwloc_obj_t, std::uint32_t> packages_;
  std::unordered_map<hwloc_obj_t, std::uint32_t> cores_;
  std::unordered_map<std::uint32_t, std::uint32_t> by_os_index_;
};

CpuKind read_kind(hwloc_topology_t topology, unsigned index, hwloc_bitmap_t threads) {
  CpuKind kind;
  kind.index = index;
  int efficiency = -1;
  unsigned info_count = 0;
  hwloc_info_s* infos = nullptr;
  if (hwloc_cpukinds_get_info(topology, index, threads, &efficiency, &info_count, &infos, 0) != 0) return kind;
  if (efficiency >= 0) kind.efficiency = static_cast<std::uint32_t>(efficiency);
  for (unsigned i = 0; i < info_count; ++i) {
    const std::string_view name = infos[i].name;
    if (name == "CoreType") kind.core_type = clean_name(infos[i].value);
    if (name == "FrequencyMaxMHz") kind.max_mhz = parse_number<std::uint32_t>(infos[i].value);
  }
  kind.thread_os_index = bits_of(threads);
  return kind;
}

// hwloc knows no kinds on a machine that does not tell clocks or core types: one kind of all threads then.
std::vector<CpuKind> read_kinds(hwloc_topology_t topology) {
  std::vector<CpuKind> kinds;
  const Bitmap threads(hwloc_bitmap_alloc());
  const int count = std::max(hwloc_cpukinds_get_nr(topology, 0), 0);
  kinds.reserve(static_cast<std::size_t>(count) + 1);
  for (int i = 0; i < count; ++i) kinds.push_back(read_kind(topology, static_cast<unsigned>(i), threads.get()));
  if (!kinds.empty()) return kinds;
  CpuKind all;
  all.thread_os_index = bits_of(hwloc_topology_get_topology_cpuset(topology));
  kinds.push_back(std::move(all));
  return kinds;
}

}  // namespace

HwlocTopology read_hwloc_topology(const Sources& sources, std::vector<Problem>& problems) {
  const auto topology = load(sources);
  if (!topology) {
    problems.push_back({.where = sources.hwloc_xml ? "hwloc XML" : sources.hwloc_root.string(),
                        .what = topology.error() + ": cores, caches and NUMA nodes stay unknown"});
    return {};
  }
  return {.topology = Reader(topology->get(), problems).read(), .kinds = read_kinds(topology->get())};
}

std::optional<std::string> export_hwloc_xml(const Sources& sources, std::vector<Problem>& problems) {
  const auto topology = load(sources);
  char* text = nullptr;
  int size = 0;  // with the NUL behind it
  if (!topology || hwloc_topology_export_xmlbuffer(topology->get(), &text, &size, 0) != 0 || size < 1) {
    problems.push_back(
        {.where = "hwloc", .what = topology ? "hwloc cannot write its topology as XML" : topology.error()});
    return std::nullopt;
  }
  std::string xml(text, static_cast<std::size_t>(size) - 1);
  hwloc_free_xmlbuffer(topology->get(), text);
  return xml;
}

}  // namespace quern::hwprobe
