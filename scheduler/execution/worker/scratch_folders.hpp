// The folders that tasks may write: memory of a size that lives as long as the worker.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quern::worker {

inline constexpr std::uint64_t kRoomOfCompiler = 1 << 20;  // what it could not write is taken away again, in part

class ScratchFolders {
 public:
  explicit ScratchFolders(std::vector<std::string> folders) : folders_(std::move(folders)) {}

  // Removes what lies in them, as far as it can be. The driver makes anew what it needs there.
  void empty() const;
  // The first that has less room than kRoomOfCompiler, though it is larger.
  std::optional<std::string> full() const;

 private:
  std::vector<std::string> folders_;
};

// While `folders` is not null, and it outlives that: where this process ends itself, by abort() or exit(), with one of
// them full, it ends by SIGXFSZ. Compilers that find no room do so, and say why to nobody.
void end_by_name_when_full(const ScratchFolders* folders);

// Threads of this process; 0 where that cannot be read.
std::uint32_t count_threads();

}  // namespace quern::worker
