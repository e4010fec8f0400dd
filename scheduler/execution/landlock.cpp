#include "scheduler/execution/landlock.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace quern::execution {
namespace {

constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr int kRulePathBeneath = 1;

struct RulesetAttributes {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};
struct __attribute__((packed)) PathBeneath {
  std::uint64_t access;
  std::int32_t parent;
};

constexpr std::uint64_t kExecute = 1 << 0;
constexpr std::uint64_t kWriteFile = 1 << 1;
constexpr std::uint64_t kReadFile = 1 << 2;
constexpr std::uint64_t kReadFolder = 1 << 3;
constexpr std::uint64_t kFilesFirst = (1 << 13) - 1;  // all of ABI 1
constexpr std::uint64_t kRefer = 1 << 13;
constexpr std::uint64_t kTruncate = 1 << 14;
constexpr std::uint64_t kIoctlDevice = 1 << 15;
constexpr std::uint64_t kTcpBindAndConnect = 3;
constexpr std::uint64_t kScopeSocketsAndSignals = 3;

std::uint64_t files_of(int abi) {
  std::uint64_t all = kFilesFirst;
  if (abi >= 2) all |= kRefer;
  if (abi >= 3) all |= kTruncate;
  if (abi >= 5) all |= kIoctlDevice;
  return all;
}

std::size_t attributes_size(int abi) {
  if (abi >= 6) return sizeof(RulesetAttributes);
  return abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

std::uint64_t access_of(LandlockAccess access, std::uint64_t all) {
  switch (access) {
    case LandlockAccess::list:
      return kReadFolder;
    case LandlockAccess::read:
      return (kExecute | kReadFile | kReadFolder) & all;
    case LandlockAccess::change:
      return all & ~(kExecute | kIoctlDevice);
    case LandlockAccess::all:
      return all & ~kIoctlDevice;
    case LandlockAccess::device:
      return (kReadFile | kWriteFile | kTruncate | kIoctlDevice) & all;
  }
  return 0;
}

std::optional<LandlockError> add(int ruleset, const LandlockRule& rule, std::uint64_t all) {
  const int parent = ::open(rule.path, O_PATH | O_CLOEXEC);
  if (parent < 0) return std::nullopt;
  struct stat about{};
  PathBeneath beneath{.access = access_of(rule.access, all), .parent = parent};
  // A right that only folders have is refused for a file.
  if (::fstat(parent, &about) == 0 && !S_ISDIR(about.st_mode)) {
    beneath.access &= kExecute | kWriteFile | kReadFile | kTruncate | kIoctlDevice;
  }
  const long failed = ::syscall(kAddRule, ruleset, kRulePathBeneath, &beneath, 0);
  const int number = errno;
  ::close(parent);
  if (failed != 0) return LandlockError{.call = "landlock_add_rule", .number = number};
  return std::nullopt;
}

}  // namespace

int landlock_abi() {
  constexpr unsigned version_flag = 1;
  const long abi = ::syscall(kCreateRuleset, nullptr, 0, version_flag);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

std::optional<LandlockError> restrict_to(std::span<const LandlockRule> rules) {
  const int abi = landlock_abi();
  if (abi < 1) return std::nullopt;
  const std::uint64_t all = files_of(abi);
  const RulesetAttributes attributes{.files = all, .network = kTcpBindAndConnect, .scoped = kScopeSocketsAndSignals};
  const auto ruleset = static_cast<int>(::syscall(kCreateRuleset, &attributes, attributes_size(abi), 0));
  if (ruleset < 0) return LandlockError{.call = "landlock_create_ruleset", .number = errno};
  std::optional<LandlockError> error;
  for (const LandlockRule& rule : rules) {
    if (!error) error = add(ruleset, rule, all);
  }
  if (!error && ::syscall(kRestrictSelf, ruleset, 0) != 0) error = LandlockError{"landlock_restrict_self", errno};
  ::close(ruleset);
  return error;
}

}  // namespace quern::execution
