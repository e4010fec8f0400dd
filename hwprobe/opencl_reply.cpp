#include "hwprobe/opencl_reply.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "hwprobe/json_reader.hpp"
#include "hwprobe/json_writer.hpp"
#include "hwprobe/opencl.hpp"
#include "hwprobe/text.hpp"
#include "hwprobe/windows.hpp"

namespace quern::hwprobe {

// The answers that have no type of their own. MeasureReply is one as it is.
struct PlatformsAnswer {
  std::vector<OpenclPlatform> platforms;
};
struct FaultAnswer {
  OpenclFault fault;
};

template <>
inline constexpr auto kFields<PlatformsAnswer> = std::tuple{Field{"platforms", &PlatformsAnswer::platforms}};
template <>
inline constexpr auto kFields<OpenclFault> =
    std::tuple{Field{"status", &OpenclFault::status}, Field{"what", &OpenclFault::what}};
template <>
inline constexpr auto kFields<FaultAnswer> = std::tuple{Field{"fault", &FaultAnswer::fault}};
template <>
inline constexpr auto kFields<MeasureReply> =
    std::tuple{Field{"device_name", &MeasureReply::device_name}, Field{"fitness", &MeasureReply::fitness},
               Field{"figures", &MeasureReply::figures}, Field{"notes", &MeasureReply::notes}};

namespace {

constexpr int kReplyDepthMax = 8;
constexpr std::size_t kFiguresMax = kEnumerators<Quantity>.size();  // one of a quantity
constexpr std::uint32_t kSpreadPermilleMax = 1'000'000;

// settle() of each value: puts in order what may come in any form, fills what is not the child's to say, and tells what
// cannot be true ("devices[0].uuid: is not 32 hexadecimal digits"), or nothing.
using Fault = std::string;

Fault too_many(std::string_view where, std::size_t count, std::size_t max) {
  return count <= max ? Fault() : std::string(where) + ": longer than " + std::to_string(max) + " entries";
}

// The first fault of the elements, in `elements` under the name `where`.
template <class Element, class Settle>
Fault settle_each(std::string_view where, std::vector<Element>& elements, std::size_t max, Settle settle) {
  if (Fault fault = too_many(where, elements.size(), max); !fault.empty()) return fault;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Fault fault = settle(elements[i], i);
    if (!fault.empty()) return std::string(where) + '[' + std::to_string(i) + "]." + fault;
  }
  return {};
}

Fault settle_extensions(std::vector<std::string>& names) {
  if (Fault fault = too_many("extensions", names.size(), kOpenclExtensionsMax); !fault.empty()) return fault;
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return {};
}

Fault settle(OpenclDevice& device, std::size_t index) {
  device.id.clear();
  device.index = static_cast<std::uint32_t>(index);
  if (device.address_bits != 32 && device.address_bits != 64) return "address_bits: is neither 32 nor 64";
  if (device.pci_address && !is_pci_address(*device.pci_address)) return "pci_address: is not a PCI address";
  if (device.uuid && (device.uuid->size() != 32 || !is_lower_hexadecimal(*device.uuid))) {
    return "uuid: is not 32 hexadecimal digits";
  }
  return settle_extensions(device.extensions);
}

Fault settle(OpenclPlatform& platform) {
  if (Fault fault = settle_extensions(platform.extensions); !fault.empty()) return fault;
  return settle_each("devices", platform.devices, kOpenclDevicesMax,
                     [](OpenclDevice& device, std::size_t index) { return settle(device, index); });
}

Fault settle(Figure& figure) {
  figure.unit = unit_of(figure.quantity);
  if (figure.value == 0) return "value: is zero";
  if (figure.taken_unix_ms < 0) return "taken_unix_ms: is before 1970";
  if (figure.windows == 0) return "windows: is zero";
  if (figure.windows > kMeasureWindowsMax) return "windows: are too many";
  if (figure.spread_permille > kSpreadPermilleMax) return "spread_permille: is too large";
  if (figure.cpu_share_permille.value_or(0) > 1000) return "cpu_share_permille: is more than all";
  return {};
}

Fault settle(PlatformsAnswer& answer) {
  return settle_each("platforms", answer.platforms, kOpenclPlatformsMax,
                     [](OpenclPlatform& platform, std::size_t) { return settle(platform); });
}

Fault settle(MeasureReply& reply) {
  Fault fault =
      settle_each("figures", reply.figures, kFiguresMax, [](Figure& figure, std::size_t) { return settle(figure); });
  if (fault.empty()) fault = too_many("notes", reply.notes.size(), kMeasureNotesMax);
  if (!fault.empty()) return fault;
  std::vector<Quantity> quantities(reply.figures.size());
  std::ranges::transform(reply.figures, quantities.begin(), &Figure::quantity);
  std::ranges::sort(quantities);
  if (std::ranges::adjacent_find(quantities) != quantities.end()) return "figures: hold a quantity twice";
  if (!reply.fitness.fit && !reply.figures.empty()) return "figures: are given for a device that is not fit";
  if (reply.fitness.fit != reply.fitness.reason.empty()) return "fitness.reason: contradicts fit";
  return {};
}

Fault settle(FaultAnswer& answer) {
  const DriverStatus status = answer.fault.status;
  if (status == DriverStatus::failed || status == DriverStatus::malformed) return {};
  return "fault.status: is neither failed nor malformed";
}

OpenclFault malformed(std::string what) {
  return {DriverStatus::malformed, std::move(what)};
}

std::expected<boost::json::value, OpenclFault> parse(std::string_view reply) {
  if (reply.size() > kOpenclReplyBytesMax) return std::unexpected(malformed("the answer is too long"));
  boost::json::parse_options options;
  options.max_depth = kReplyDepthMax;
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(reply, error, {}, options);
  if (error) return std::unexpected(malformed("the answer is not JSON (" + error.message() + ")"));
  return value;
}

template <class Answer>
std::expected<Answer, OpenclFault> read(const boost::json::value& json) {
  auto answer = JsonReader(Texts::cleaned).document<Answer>(json);
  const Fault fault = answer ? settle(*answer) : answer.error();
  if (!fault.empty()) return std::unexpected(malformed("in the answer, " + fault));
  return std::move(*answer);
}

// The answer, or the fault that is given in place of one.
template <class Answer>
std::expected<Answer, OpenclFault> decode(std::string_view reply) {
  const auto json = parse(reply);
  if (!json) return std::unexpected(json.error());
  if (!json->is_object() || !json->get_object().contains("fault")) return read<Answer>(*json);
  const auto answer = read<FaultAnswer>(*json);
  return std::unexpected(answer ? answer->fault : answer.error());
}

template <Described Answer>
std::string encode(const Answer& answer) {
  return boost::json::serialize(json_writer::object_of(answer));
}

}  // namespace

bool is_pci_address(std::string_view text) {
  if (text.size() < 12 || text.size() > 16) return false;
  const std::string_view tail = text.substr(text.size() - 8);  // ":bb:dd.f"
  return is_lower_hexadecimal(text.substr(0, text.size() - 8)) && tail[0] == ':' &&
         is_lower_hexadecimal(tail.substr(1, 2)) && tail[3] == ':' && is_lower_hexadecimal(tail.substr(4, 2)) &&
         tail[6] == '.' && tail[7] >= '0' && tail[7] <= '7';
}

std::string encode_platforms(const std::vector<OpenclPlatform>& platforms) {
  return encode(PlatformsAnswer{platforms});
}

// What quotes a driver, a compiler's log or an .icd file may hold any bytes; JSON is UTF-8.
std::string encode_measurement(const MeasureReply& reply) {
  MeasureReply clean = reply;
  clean.fitness.reason = clean_name(clean.fitness.reason);
  for (std::string& note : clean.notes) note = clean_name(note);
  return encode(clean);
}

std::string encode_fault(const OpenclFault& fault) {
  return encode(FaultAnswer{{fault.status, clean_name(fault.what)}});
}

std::expected<std::vector<OpenclPlatform>, OpenclFault> decode_platforms(std::string_view reply) {
  auto answer = decode<PlatformsAnswer>(reply);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::move(answer->platforms);
}

std::expected<MeasureReply, OpenclFault> decode_measurement(std::string_view reply) {
  return decode<MeasureReply>(reply);
}

}  // namespace quern::hwprobe
