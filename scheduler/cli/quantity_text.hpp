// Integers with units as text for people: "23.5 GiB", "2.52 GHz", "82.6 TFLOP/s", "45.1 °C". Integer arithmetic
// throughout; rounded half up.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace quern::scheduler::cli {

std::string bytes_text(std::uint64_t bytes);                             // "512 B", "48 KiB", "23.5 GiB"
std::string rate_text(std::uint64_t value, std::string_view unit);       // "82.6 TFLOP/s", "72.4 GB/s"
std::string mhz_text(std::uint64_t mhz);                                 // "850 MHz", "2.52 GHz"
std::string transfers_text(std::uint64_t megatransfers_per_second);      // "2.5 GT/s"
std::string permille_text(std::uint64_t permille);                       // "37.5 %"
std::string millicelsius_text(std::int64_t millicelsius);                // "45.1 °C"
std::string milliwatts_text(std::uint64_t milliwatts);                   // "312.5 W", "950 mW"
std::string milliseconds_text(std::uint64_t milliseconds);               // "143 ms", "10.0 s"
std::string duration_text(std::uint64_t milliseconds);                   // "143 ms", "59.9 s", "2 h 5 min"
std::string milli_text(std::uint64_t thousandths);                       // "0.74"
std::string count_text(std::uint64_t count, std::string_view noun);      // "1 core", "2 cores"
std::string utc_text(std::int64_t unix_ms);                              // "2026-01-01 00:00:00 UTC"
std::string number_list_text(std::span<const std::uint32_t> ascending);  // "0-2,5"

}  // namespace quern::scheduler::cli
