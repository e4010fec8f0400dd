#include "scheduler/model/manifest_arguments.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "scheduler/model/manifest_terms.hpp"

namespace quern::model {

namespace {

constexpr std::string_view kHexPrefix = "0x";

std::uint64_t truncated(std::int64_t value, std::uint32_t bytes) {
  return static_cast<std::uint64_t>(value) & (~std::uint64_t{0} >> (64 - 8 * bytes));
}

std::uint64_t read_integer_bits(Findings& findings, const Place& at, ScalarType type) {
  const std::uint32_t bits = 8 * bytes_of(type);
  if (!is_signed(type)) return read_number(findings, at, 0, ~std::uint64_t{0} >> (64 - bits));
  const std::int64_t max = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
  return truncated(read_signed(findings, at, -max - 1, max), bytes_of(type));
}

std::uint64_t read_hexadecimal(Findings& findings, const Place& at, ScalarType type) {
  const std::string& text = at.node->text;
  const std::size_t digits = 2 * std::size_t{bytes_of(type)};
  std::uint64_t bits = 0;
  if (text.starts_with(kHexPrefix) && text.size() == kHexPrefix.size() + digits) {
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + kHexPrefix.size(), end, bits, 16);
    if (read.ec == std::errc() && read.ptr == end) return bits;
  }
  findings.add(ManifestErrc::out_of_range, at.path,
               quoted(text) + " is neither a number nor the bits of a " + std::string(name_of(type)) + ": \"0x\" and " +
                   std::to_string(digits) + " hexadecimal digits");
  return 0;
}

template <class Float, class Bits>
std::uint64_t read_float(Findings& findings, const Place& at, ScalarType type) {
  if (at.node->kind == JsonNode::Kind::string) return read_hexadecimal(findings, at, type);
  if (at.node->kind != JsonNode::Kind::number) {
    add_wrong_type(findings, at, "a number");
    return 0;
  }
  Float value = 0;
  const std::string& text = at.node->text;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc()) return std::bit_cast<Bits>(value);
  findings.add(ManifestErrc::out_of_range, at.path,
               text.substr(0, 40) + " does not fit a " + std::string(name_of(type)));
  return 0;
}

std::uint64_t read_scalar(Findings& findings, const Place& at, ScalarType type) {
  if (type == ScalarType::float32) return read_float<float, std::uint32_t>(findings, at, type);
  if (type == ScalarType::float64) return read_float<double, std::uint64_t>(findings, at, type);
  return read_integer_bits(findings, at, type);
}

BufferArgument read_buffers(Findings& findings, const Place& at) {
  BufferArgument argument;
  if (at.node->kind != JsonNode::Kind::array) {
    argument.buffers.push_back(read_identifier(findings, at, kBufferNameBytesMax));
    return argument;
  }
  for (const Place& each : read_list(findings, at, 1, kBuffersMax)) {
    argument.buffers.push_back(read_identifier(findings, each, kBufferNameBytesMax));
  }
  return argument;
}

template <class Float, class Bits>
std::string float_text(std::uint64_t bits) {
  const auto value = std::bit_cast<Float>(static_cast<Bits>(bits));
  std::array<char, 32> text{};
  if (std::isfinite(value)) {
    const auto written = std::to_chars(text.begin(), text.end(), value);
    return {text.begin(), written.ptr};
  }
  const auto written = std::to_chars(text.begin(), text.end(), bits, 16);  // its first digits are no zeros
  return "\"0x" + std::string(2 * sizeof(Bits) - static_cast<std::size_t>(written.ptr - text.begin()), '0') +
         std::string(text.begin(), written.ptr) + '"';
}

std::string scalar_text(const ScalarArgument& scalar) {
  if (scalar.type == ScalarType::float32) return float_text<float, std::uint32_t>(scalar.bits);
  if (scalar.type == ScalarType::float64) return float_text<double, std::uint64_t>(scalar.bits);
  if (!is_signed(scalar.type)) return std::to_string(scalar.bits);
  const std::uint32_t unused = 64 - 8 * bytes_of(scalar.type);
  return std::to_string(static_cast<std::int64_t>(scalar.bits << unused) >> unused);
}

std::string buffers_text(const BufferArgument& argument) {
  if (argument.buffers.size() == 1) return '"' + argument.buffers.front() + '"';
  std::string text = "[";
  for (const std::string& name : argument.buffers) text += (text.size() == 1 ? "\"" : ",\"") + name + '"';
  return text + ']';
}

}  // namespace

bool is_identifier(std::string_view text, std::size_t bytes_max) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= bytes_max && !is_digit(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

std::string read_identifier(Findings& findings, const Place& at, std::size_t bytes_max) {
  std::string text = read_text(findings, at, bytes_max);
  if (!is_identifier(text, bytes_max)) {
    findings.add(ManifestErrc::out_of_range, at.path,
                 quoted(text) + " is no name: letters, digits and _, not a digit first");
  }
  return text;
}

Argument read_argument(Findings& findings, const Place& at) {
  const Fields fields(findings, at,
                      {"buffer", "local", "iteration", "char", "uchar", "short", "ushort", "int", "uint", "long",
                       "ulong", "float", "double"});
  if (at.node->kind != JsonNode::Kind::object) return {};
  if (at.node->keys.size() != 1) {
    findings.add(ManifestErrc::inconsistent, at.path,
                 "an argument has one key, this has " + std::to_string(at.node->keys.size()));
    return {};
  }
  if (const auto buffers = fields.find("buffer")) return read_buffers(findings, *buffers);
  if (const auto local = fields.find("local")) {
    return LocalArgument{read_number(findings, *local, 1, kLocalBytesMax)};
  }
  if (const auto from = fields.find("iteration")) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
    return IterationArgument{static_cast<std::int32_t>(
        read_signed(findings, *from, -kMax - 1, kMax - static_cast<std::int64_t>(kLaunchesMax)))};
  }
  for (std::size_t i = 0; i < kScalarNames.size(); ++i) {
    const auto type = static_cast<ScalarType>(i);
    if (const auto value = fields.find(kScalarNames[i]))
      return ScalarArgument{type, read_scalar(findings, *value, type)};
  }
  return {};
}

std::string argument_json(const Argument& argument) {
  if (const auto* buffers = std::get_if<BufferArgument>(&argument)) {
    return "{\"buffer\":" + buffers_text(*buffers) + '}';
  }
  if (const auto* local = std::get_if<LocalArgument>(&argument)) {
    return "{\"local\":" + std::to_string(local->bytes) + '}';
  }
  if (const auto* iteration = std::get_if<IterationArgument>(&argument)) {
    return "{\"iteration\":" + std::to_string(iteration->from) + '}';
  }
  const auto& scalar = std::get<ScalarArgument>(argument);
  return "{\"" + std::string(name_of(scalar.type)) + "\":" + scalar_text(scalar) + '}';
}

}  // namespace quern::model
