#include "hwprobe/identity.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <new>
#include <optional>
#include <tuple>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "hwprobe/cpu_info.hpp"
#include "hwprobe/pci.hpp"
#include "hwprobe/report_json.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kMachineIdFile = "/etc/machine-id";
constexpr std::string_view kNetworkCards = "/sys/class/net";
constexpr std::size_t kSmallFileBytesMax = 4096;
constexpr std::size_t kIdBytes = 16;
// Public: it separates our names from other hashes of the same machine-id. Changing it renames every machine.
constexpr std::string_view kKey = "quern hwprobe identity 1";

// OpenSSL without the host's openssl.cnf, which may leave it no SHA-256. Kept until the process ends: OpenSSL tears
// itself down at exit, before or after our own statics.
OSSL_LIB_CTX* crypto_library() {
  static OSSL_LIB_CTX* const library = OSSL_LIB_CTX_new();
  return library;
}

// `prefix` and 32 hexadecimal digits of HMAC-SHA-256 over the fields, each led by its length so that no two lists run
// together alike.
std::string derive(std::string_view prefix, std::initializer_list<std::string_view> fields) {
  std::string message;
  for (const std::string_view field : fields) {
    message += std::to_string(field.size()) + ':';
    message += field;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  std::size_t size = 0;
  if (!EVP_Q_mac(crypto_library(), "HMAC", nullptr, "SHA256", nullptr, kKey.data(), kKey.size(),
                 reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), digest.size(),
                 &size)) {
    throw std::bad_alloc();  // the only way left to fail
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(prefix);
  for (std::size_t i = 0; i < kIdBytes; ++i) {
    id += kDigits[digest[i] >> 4];
    id += kDigits[digest[i] & 15];
  }
  return id;
}

// The machine-id in lower case. What is wrong with it is said without quoting it: it is nobody else's business.
std::optional<std::string> read_machine_id(const FileTree& files, std::vector<Problem>& problems) {
  const auto refuse = [&](std::string_view what) -> std::nullopt_t {
    problems.push_back({.where = std::string(kMachineIdFile),
                        .what = std::string(what) + ": the machine's id is made from other things"});
    return std::nullopt;
  };
  const auto text = files.read(kMachineIdFile, kSmallFileBytesMax);
  if (!text) return text.error() == FileError::missing ? std::nullopt : refuse(to_string(text.error()));
  std::string id = lower_case(trimmed(*text));
  if (id.empty() || id == "uninitialized") return refuse("not initialized");
  if (id.size() != 32 || !is_lower_hexadecimal(id)) return refuse("not 32 hexadecimal digits");
  if (std::ranges::all_of(id, [](char c) { return c == '0'; })) return refuse("all zero");
  return id;
}

// A card's permanent address; nothing for what has none of its own: loopback, bridges, tunnels, bonds and random
// addresses.
std::optional<std::string> permanent_address(const FileTree& files, const std::string& folder) {
  if (!files.read_link(folder + "/device")) return std::nullopt;
  const auto assignment = files.read(folder + "/addr_assign_type", kSmallFileBytesMax);
  if (!assignment || parse_number<int>(*assignment) != 0) return std::nullopt;
  const auto text = files.read(folder + "/address", kSmallFileBytesMax);
  if (!text) return std::nullopt;
  std::string address = lower_case(trimmed(*text));
  constexpr std::size_t kShortest = 17;  // "02:00:00:00:00:01"; InfiniBand's are longer
  if (address.size() < kShortest) return std::nullopt;
  if (!std::ranges::all_of(split(address, ':'), is_lower_hexadecimal)) return std::nullopt;
  if (std::ranges::all_of(address, [](char c) { return c == '0' || c == ':'; })) return std::nullopt;
  if (std::ranges::all_of(address, [](char c) { return c == 'f' || c == ':'; })) return std::nullopt;
  return address;
}

// The address of the first card: those that cannot be pulled out before USB's, then by place on the bus. Not by name:
// names change with the kernel, with systemd and by hand.
std::optional<std::string> read_network_address(const FileTree& files) {
  const auto names = files.list(kNetworkCards);
  if (!names) return std::nullopt;
  std::optional<std::tuple<bool, std::string, std::string>> first;
  for (const std::string& name : *names) {
    const std::string folder = std::string(kNetworkCards) + '/' + name;
    const auto address = permanent_address(files, folder);
    if (!address) continue;
    // "../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0"
    std::string place = files.read_link(folder).value_or("");
    place.resize(std::min(place.rfind("/net/"), place.size()));
    std::tuple card(place.find("/usb") != std::string::npos, std::move(place), *address);
    if (!first || card < *first) first = std::move(card);
  }
  return first ? std::optional(std::get<2>(*first)) : std::nullopt;
}

// Processor and PCI devices, as one text.
std::string describe_hardware(const FileTree& files) {
  std::vector<Problem> told_elsewhere;
  const Cpu cpu = read_cpu_info(files, told_elsewhere);
  std::string text = cpu.vendor + '\n' + cpu.model_name + '\n';
  for (const PciDevice& device : read_pci(files, told_elsewhere)) {
    text += device.address + ' ' + std::to_string(device.vendor_id) + ' ' + std::to_string(device.device_id) + '\n';
  }
  return text;
}

}  // namespace

MachineIdentity read_identity(const FileTree& files, std::vector<Problem>& problems) {
  const auto identity = [](std::string_view source, std::string_view value) {
    return MachineIdentity{.id = derive("qm1-", {source, value}), .source = std::string(source)};
  };
  if (const auto id = read_machine_id(files, problems)) return identity("machine-id", *id);
  if (const auto address = read_network_address(files)) return identity("network-address", *address);
  problems.push_back(
      {.where = std::string(kMachineIdFile),
       .what = "neither a machine-id nor a network card with an address of its own: machines alike get the same id; "
               "systemd-machine-id-setup makes a machine-id"});
  return identity("hardware", describe_hardware(files));
}

std::string pci_device_id(const MachineIdentity& machine, std::string_view pci_address, std::uint16_t vendor_id,
                          std::uint16_t device_id) {
  return derive("qd1-",
                {"pci", machine.id, lower_case(pci_address), std::to_string(vendor_id), std::to_string(device_id)});
}

std::string platform_device_id(const MachineIdentity& machine, OpenclDeviceType type, std::string_view platform_name,
                               std::uint32_t rank) {
  return derive("qd1-", {"platform", machine.id, to_string(type), platform_name, std::to_string(rank)});
}

}  // namespace quern::hwprobe
