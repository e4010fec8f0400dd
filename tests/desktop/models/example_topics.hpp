// Topics as a daemon tells them, of any size.
#pragma once
#include <cstdint>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace quern::desktop::models {

inline boost::json::object example_device(int number) {
  return {{"id", "qd1-" + std::to_string(number)},
          {"name", number % 3 == 0 ? "NVIDIA GeForce RTX 4090" : "Radeon RX 7900 XTX"},
          {"type", number % 7 == 0 ? "cpu" : "gpu"},
          {"opencl_version", "3.0"},
          {"compute_units", 128},
          {"global_memory_bytes", (std::int64_t{1} << 30) * (4 + number % 80)},
          {"fp32_flops", std::int64_t{1'000'000'000} * (500 + number)},
          {"fp64_flops", 0},
          {"memory_bytes_per_second", 1'000'000'000'000},
          {"spread_permille", 12},
          {"rates", boost::json::object{{"device_second", 10 + number % 1000}, {"setup", 500}, {"gib_in", 7}}}};
}

inline boost::json::object example_offer(int number, bool own = false) {
  return {{"provider", "12D3KooW" + std::to_string(1'000'000 + number)},
          {"own", own},
          {"sequence", 1},
          {"from_unix_ms", 1'790'000'000'000},
          {"until_unix_ms", 1'790'000'600'000},
          {"kinds", {"OpenCLKernel"}},
          {"link_bytes_per_second", 125'000'000},
          {"setup_ms", 50},
          {"limits", boost::json::object{{"cpu_cores", 8},
                                         {"memory_bytes", std::int64_t{16} << 30},
                                         {"scratch_bytes", 1 << 30},
                                         {"walltime_ms", 3'600'000}}},
          {"devices", boost::json::array{example_device(number)}}};
}

inline boost::json::object example_offers(int count) {
  boost::json::array list;
  for (int i = 0; i < count; ++i) list.push_back(example_offer(i));
  return {{"offers", std::move(list)}};
}

inline boost::json::object example_peers(int count) {
  boost::json::array list;
  for (int i = 0; i < count; ++i) {
    list.push_back(boost::json::object{{"peer", "12D3KooW" + std::to_string(1'000'000 + i)},
                                       {"addresses", {"/ip4/192.0.2.7/tcp/7645"}},
                                       {"connected", i % 2 == 0},
                                       {"configured", false},
                                       {"rtt_us", 1'000 * (i % 200)},
                                       {"agent", "quern/0.1.0"}});
  }
  return {{"peers", std::move(list)}};
}

inline boost::json::object example_job(const std::string& id, const char* state) {
  return {{"id", id},
          {"name", "mandelbrot"},
          {"state", state},
          {"submitted_unix_ms", 1'790'000'000'000},
          {"progress_permille", 500},
          {"tasks", 8},
          {"tasks_ended", 4},
          {"amount_micro", 20'000}};
}

}  // namespace quern::desktop::models
