// The sections on processor and topology.
#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <tuple>

#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/report_text.hpp"

namespace quern::scheduler::cli {
namespace {

using hwprobe::Cache;
using hwprobe::CacheKind;
using hwprobe::Topology;

std::string cache_name(const Cache& cache) {
  const std::string_view suffix = cache.kind == CacheKind::data ? "d" : cache.kind == CacheKind::instruction ? "i" : "";
  return 'L' + std::to_string(cache.level) + std::string(suffix);
}

// "L1d 48 KiB × 2, L2 2 MiB × 2, L3 480 MiB"
std::string caches_text(const Topology& topology) {
  std::map<std::tuple<std::uint32_t, std::string, std::uint64_t>, std::uint64_t> counts;
  for (const Cache& cache : topology.caches) ++counts[{cache.level, cache_name(cache), cache.size_bytes}];
  std::string text;
  for (const auto& [key, count] : counts) {
    if (!text.empty()) text += ", ";
    text += std::get<1>(key) + ' ' + bytes_text(std::get<2>(key));
    if (count > 1) text += " × " + std::to_string(count);
  }
  return text;
}

// Instruction sets that decide how fast a job runs, by the kernel's names for them on x86 and ARM.
std::string instruction_sets(std::span<const std::string> flags) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kKnown{
      {{"sse4_2", "SSE4.2"},
       {"avx", "AVX"},
       {"avx2", "AVX2"},
       {"fma", "FMA"},
       {"f16c", "F16C"},
       {"avx_vnni", "AVX-VNNI"},
       {"avx512f", "AVX-512"},
       {"avx512_bf16", "AVX-512-BF16"},
       {"avx512_fp16", "AVX-512-FP16"},
       {"amx_tile", "AMX"},
       {"aes", "AES"},
       {"sha_ni", "SHA"},
       {"asimd", "NEON"},
       {"sve", "SVE"},
       {"sve2", "SVE2"},
       {"bf16", "BF16"}}};
  std::string text;
  for (const auto& [flag, name] : kKnown) {
    if (std::ranges::find(flags, flag) != flags.end()) text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

std::string model_numbers(const hwprobe::Cpu& cpu) {
  std::string text = visible(cpu.vendor);
  const auto add = [&](std::string_view name, const std::optional<std::uint32_t>& number) {
    if (number) text += (text.empty() ? "" : ", ") + std::string(name) + ' ' + std::to_string(*number);
  };
  add("family", cpu.family);
  add("model", cpu.model);
  add("stepping", cpu.stepping);
  return text;
}

void write_kinds(Page& page, std::span<const hwprobe::CpuKind> kinds) {
  if (kinds.size() < 2) return;
  for (const hwprobe::CpuKind& kind : kinds) {
    std::string text = kind.core_type.empty() ? "kind " + std::to_string(kind.index) : visible(kind.core_type);
    if (kind.max_mhz) text += " to " + mhz_text(*kind.max_mhz);
    text += ", " + count_text(kind.thread_os_index.size(), "thread") + ": " + number_list_text(kind.thread_os_index);
    page.row(&kind == kinds.data() ? "Kinds" : "", text);
  }
}

// Threads of a part of the machine as indexes into Topology::threads, and what to say about them.
using Threads = std::vector<std::uint32_t>;

Threads both(Threads a, Threads b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  Threads common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return common;
}

// "2 cores, threads 0-3" with the kernel's numbers. Indexes out of range can come from a recorded report: left out.
std::string threads_text(const Topology& topology, const Threads& threads) {
  Threads numbers;
  Threads cores;
  for (const std::uint32_t thread : threads) {
    if (thread >= topology.threads.size()) continue;
    numbers.push_back(topology.threads[thread].os_index);
    cores.push_back(topology.threads[thread].core);
  }
  std::ranges::sort(numbers);
  std::ranges::sort(cores);
  cores.erase(std::ranges::unique(cores).begin(), cores.end());
  return count_text(cores.size(), "core") + (numbers.size() == 1 ? ", thread " : ", threads ") +
         number_list_text(numbers);
}

struct Branch {
  std::string text;
  std::vector<Branch> branches;
};

// The caches of the largest level that threads share: what one chiplet or the whole package has in common.
std::vector<Branch> cache_branches(const Topology& topology, const Threads& threads) {
  std::uint32_t level = 0;
  for (const Cache& cache : topology.caches) {
    if (!both(cache.threads, threads).empty()) level = std::max(level, cache.level);
  }
  std::vector<Branch> branches;
  for (const Cache& cache : topology.caches) {
    const Threads shared = both(cache.threads, threads);
    if (cache.level != level || cache.kind == CacheKind::instruction || shared.empty()) continue;
    branches.push_back(
        {cache_name(cache) + ' ' + bytes_text(cache.size_bytes) + ", " + threads_text(topology, shared), {}});
  }
  return branches;
}

Branch package_branch(const Topology& topology, const hwprobe::Package& package) {
  Threads threads;
  for (const std::uint32_t core : package.cores) {
    if (core < topology.cores.size()) std::ranges::copy(topology.cores[core].threads, std::back_inserter(threads));
  }
  Branch branch{"package " + std::to_string(package.os_index) + ", " + threads_text(topology, threads), {}};
  for (const hwprobe::NumaNode& node : topology.numa_nodes) {
    const Threads local = both(node.threads, threads);
    if (local.empty()) continue;
    std::string text = "NUMA node " + std::to_string(node.os_index);
    if (node.memory_bytes) text += ", " + bytes_text(*node.memory_bytes);
    if (local.size() != threads.size()) text += ", " + threads_text(topology, local);
    branch.branches.push_back({std::move(text), cache_branches(topology, local)});
  }
  return branch;
}

void draw(std::vector<std::string>& lines, const std::vector<Branch>& branches, const std::string& before) {
  for (const Branch& branch : branches) {
    const bool last = &branch == &branches.back();
    lines.push_back(before + (last ? "└─ " : "├─ ") + branch.text);
    draw(lines, branch.branches, before + (last ? "   " : "│  "));
  }
}

}  // namespace

void write_processor(Page& page, const hwprobe::Cpu& cpu, const hwprobe::MachineReport& report) {
  page.section("PROCESSOR");
  if (!cpu.model_name.empty()) page.row("Model", visible(cpu.model_name));
  if (const std::string numbers = model_numbers(cpu); !numbers.empty()) page.row("Vendor", numbers);
  if (report.topology) {
    const Topology& topology = *report.topology;
    page.row("Cores", count_text(topology.cores.size(), "core") + ", " + count_text(topology.threads.size(), "thread") +
                          " in " + count_text(topology.packages.size(), "package"));
    if (const std::string caches = caches_text(topology); !caches.empty()) page.row("Caches", caches);
  }
  write_kinds(page, cpu.kinds);
  if (!cpu.flags.empty()) {
    const std::string known = instruction_sets(cpu.flags);
    page.row("Features", (known.empty() ? "" : known + "; ") + count_text(cpu.flags.size(), "flag") + " in all");
  }
  page.row("Hypervisor", cpu.hypervisor.empty() ? "none seen" : visible(cpu.hypervisor));
}

void write_topology(Page& page, const Topology& topology) {
  page.section("TOPOLOGY");
  std::vector<std::string> lines;
  for (const hwprobe::Package& package : topology.packages) {
    const Branch branch = package_branch(topology, package);
    lines.push_back(branch.text);
    draw(lines, branch.branches, "");
  }
  for (const hwprobe::NumaNode& node : topology.numa_nodes) {
    if (!node.threads.empty()) continue;
    lines.push_back("NUMA node " + std::to_string(node.os_index) +
                    (node.memory_bytes ? ", " + bytes_text(*node.memory_bytes) : "") + ", no threads");
  }
  if (lines.empty()) lines.emplace_back(page.paint(Tone::warn, "not known"));
  for (std::size_t i = 0; i < lines.size() && i < kListLinesMax; ++i) page.line(lines[i]);
  if (lines.size() > kListLinesMax)
    page.line("and " + std::to_string(lines.size() - kListLinesMax) + " more: --json lists them all");
}

}  // namespace quern::scheduler::cli
