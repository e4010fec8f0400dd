// Machines as a daemon tells them, of any size, and what hostile ones may say.
#pragma once
#include <cstdint>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace quern::desktop::pages {

struct MachineShape {
  int packages = 2;
  int numas = 2;   // of a package
  int caches = 2;  // of a node
  int cores = 8;   // of a cache
  int gpus = 4;
  bool with_processor = false;  // as a device
};

inline constexpr std::int64_t kGib = std::int64_t{1} << 30;

// Not random, but uneven: 0..999.
inline int example_load(int seed) {
  const unsigned mixed = (static_cast<unsigned>(seed) + 17U) * 2654435761U;
  return static_cast<int>((mixed ^ (mixed >> 13)) % 1000U);
}

inline std::string example_pci(int number) {
  return "0000:0" + std::to_string(number % 10) + ":00.0";
}

inline boost::json::object example_gpu(int number, const MachineShape& shape) {
  const bool offered = number != 3;
  boost::json::object device{{"id", "gpu-" + std::to_string(number)},
                             {"name", number == 2 ? "Radeon RX 7900 XTX" : "NVIDIA GeForce RTX 4090"},
                             {"kind", "gpu"},
                             {"pci_address", example_pci(number)},
                             {"numa", number % (shape.packages * shape.numas)},
                             {"compute_units", 128},
                             {"memory_bytes", 24 * kGib},
                             {"offered", offered},
                             {"wanted", offered},
                             {"why", nullptr},
                             {"paused", false},
                             {"paused_until_unix_ms", nullptr},
                             {"rates", boost::json::object{{"device_second", 100 + 10 * number}, {"gib_in", 7}}},
                             {"own_rates", false},
                             {"speed", boost::json::object{{"fp32_flops", 82'600'000'000'000}}},
                             {"busy_permille", nullptr},
                             {"job", nullptr},
                             {"earned_today_micro", 3'180'000}};
  if (!offered) {
    device["why"] = boost::json::object{
        {"reason", "device_in_use"}, {"text", "a display is attached"}, {"remedy", "offer it anyway by its switch"}};
  }
  if (number < 2) {
    device["job"] = boost::json::object{{"id", "work-" + std::to_string(number)},
                                        {"name", number == 0 ? "sd-xl finetune" : "protein-fold"},
                                        {"peer", "12D3KooWowl"},
                                        {"permille", 420}};
  }
  return device;
}

inline boost::json::object example_topology(const MachineShape& shape) {
  boost::json::array packages;
  boost::json::array nodes;
  boost::json::array caches;
  boost::json::array cores;
  boost::json::array threads;
  for (int package = 0; package < shape.packages; ++package) {
    packages.push_back(boost::json::object{{"os_index", package}});
    for (int numa = 0; numa < shape.numas; ++numa) {
      const int node = package * shape.numas + numa;
      nodes.push_back(boost::json::object{{"os_index", node}, {"memory_bytes", 128 * kGib}});
      for (int cache = 0; cache < shape.caches; ++cache) {
        boost::json::array sharing;
        for (int core = 0; core < shape.cores; ++core) {
          const auto at = static_cast<std::int64_t>(threads.size());
          cores.push_back(
              boost::json::object{{"package", package}, {"numa_node", node}, {"threads", boost::json::array{at}}});
          threads.push_back(boost::json::object{{"os_index", at}});
          sharing.push_back(at);
        }
        caches.push_back(boost::json::object{
            {"level", 3}, {"kind", "unified"}, {"size_bytes", 32 << 20}, {"threads", std::move(sharing)}});
      }
    }
  }
  return {{"packages", std::move(packages)},
          {"numa_nodes", std::move(nodes)},
          {"caches", std::move(caches)},
          {"cores", std::move(cores)},
          {"threads", std::move(threads)}};
}

inline boost::json::array example_opencl(const MachineShape& shape) {
  boost::json::array devices;
  for (int i = 0; i < shape.gpus; ++i) {
    devices.push_back(boost::json::object{{"id", "gpu-" + std::to_string(i)}, {"driver_version", "550.90.07"}});
  }
  return {boost::json::object{{"name", "nvidia.icd"},
                              {"platforms", boost::json::array{boost::json::object{{"name", "NVIDIA CUDA"},
                                                                                   {"devices", std::move(devices)}}}}}};
}

// `tick` moves the readings.
inline boost::json::object example_live(const MachineShape& shape, int tick) {
  boost::json::array busy;
  const int per_cache = shape.cores;
  for (int i = 0; i < shape.packages * shape.numas * shape.caches * shape.cores; ++i) {
    const bool warm = i / per_cache % 3 == 0;
    busy.push_back(warm ? 350 + example_load(i + tick) * 65 / 100 : example_load(i + tick) * 45 / 100);
  }
  boost::json::array numa;
  for (int i = 0; i < shape.packages * shape.numas; ++i) {
    numa.push_back(boost::json::object{
        {"os_index", i}, {"memory_total_bytes", 128 * kGib}, {"memory_used_bytes", (40 + 15 * (i % 4)) * kGib}});
  }
  boost::json::array gpus;
  for (int i = 0; i < shape.gpus; ++i) {
    gpus.push_back(boost::json::object{{"pci_address", example_pci(i)},
                                       {"busy_permille", i < 2 ? 930 - 50 * i - example_load(tick) / 20 : 20 * i},
                                       {"memory_total_bytes", 24 * kGib},
                                       {"memory_used_bytes", (17 - 4 * i) * kGib},
                                       {"temperature_millicelsius", i == 1 ? 84'000 : 68'000 - 5'000 * i},
                                       {"fan_permille", 550},
                                       {"power_milliwatts", 342'000 - 80'000 * i},
                                       {"power_limit_milliwatts", 450'000},
                                       {"clock_mhz", 2'520}});
  }
  return {{"at_unix_ms", 1'790'000'000'000 + tick},
          {"busy_permille", 380},
          {"threads_busy_permille", std::move(busy)},
          {"memory_total_bytes", std::int64_t{shape.packages} * shape.numas * 128 * kGib},
          {"memory_used_bytes", 200 * kGib},
          {"numa", std::move(numa)},
          {"gpus", std::move(gpus)},
          {"temperatures", boost::json::array()},
          {"powers", boost::json::array()}};
}

inline boost::json::object example_machine(const MachineShape& shape = {}, int tick = 0) {
  boost::json::array devices;
  for (int i = 0; i < shape.gpus; ++i) devices.push_back(example_gpu(i, shape));
  if (shape.with_processor) {
    boost::json::object processor = example_gpu(0, shape);
    processor["id"] = "cpu-0";
    processor["name"] = "AMD EPYC 7543";
    processor["kind"] = "cpu";
    processor["pci_address"] = nullptr;
    processor["numa"] = nullptr;
    processor["job"] = nullptr;
    devices.push_back(std::move(processor));
  }
  return {{"host", "rig-01"},
          {"system", "Debian GNU/Linux 12"},
          {"report", boost::json::object{{"system", boost::json::object{{"kernel", "6.1"}}},
                                         {"cpu", boost::json::object{{"model_name", "AMD EPYC 7543"}}},
                                         {"memory", boost::json::object{{"total_bytes", 512 * kGib}}},
                                         {"topology", example_topology(shape)},
                                         {"opencl", example_opencl(shape)}}},
          {"live", example_live(shape, tick)},
          {"devices", std::move(devices)}};
}

inline boost::json::object example_status(const char* donation = "donating") {
  return {{"peer", "12D3KooWself"},
          {"version", "0.1.0"},
          {"donation",
           boost::json::object{{"state", donation}, {"until_unix_ms", nullptr}, {"why", nullptr}, {"working", 2}}},
          {"capabilities", boost::json::array{"machine", "device.set", "donation.pause", "work", "earnings", "receipts",
                                              "preferences", "peer.block", "peers", "offers"}}};
}

inline boost::json::object example_receipt(int number, bool earned = true) {
  const char* const states[] = {"settled", "pending", "settled", "unpaid"};
  return {{"number", number},
          {"id", "receipt-" + std::to_string(number)},
          {"when_unix_ms", 1'790'000'000'000 - std::int64_t{3'600'000} * (5'000 - number)},
          {"role", earned ? "provider" : "submitter"},
          {"peer", "12D3KooWowl"},
          {"job", "00ff"},
          {"job_id", nullptr},
          {"name", "sd-xl finetune " + std::to_string(number)},
          {"kind", "OpenCLKernel"},
          {"device", "gpu-" + std::to_string(number % 3)},
          {"task", 0},
          {"tasks", 1},
          {"usage", boost::json::object{{"device_time", std::int64_t{60'000'000} * (number % 300 + 1)}}},
          {"amount_micro", 10'000 * (number % 300) + 7},
          {"due_micro", 10'000 * (number % 300) + (number % 4 == 3 ? 500 : 7)},
          {"state", states[number % 4]},
          {"end", number % 4 == 3 ? boost::json::value(boost::json::object{{"reason", "budget_exhausted"},
                                                                           {"text", "the budget is used up"}})
                                  : boost::json::value(nullptr)}};
}

inline boost::json::object example_work(int number, const char* state = "running") {
  return {{"id", "work-" + std::to_string(number)},
          {"state", state},
          {"job", "00ff"},
          {"name", number == 0 ? "sd-xl finetune" : "protein-fold"},
          {"kind", "OpenCLKernel"},
          {"peer", "12D3KooWowl"},
          {"device", "gpu-" + std::to_string(number)},
          {"task", 1},
          {"tasks", 8},
          {"started_unix_ms", 1'790'000'040'000},
          {"walltime_ms", 3'600'000},
          {"permille", 420},
          {"usage", boost::json::object()},
          {"earned_micro", 123'456},
          {"authorised_micro", 200'000},
          {"max_micro", 500'000}};
}

}  // namespace quern::desktop::pages
