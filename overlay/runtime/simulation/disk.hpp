// A simulated disk: what is durable and what a crash may take.
//
// replace() is durable when it returns. Appended bytes are pending until sync(); a crash keeps a random prefix of them.
// Every call takes kDiskLatency of virtual time, at whose end it happens at once.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "overlay/runtime/disk.hpp"
#include "overlay/runtime/random.hpp"
#include "overlay/runtime/simulation/world.hpp"

namespace quern::simulation {

inline constexpr Duration kDiskLatency = std::chrono::microseconds(100);

// The files of one node; outlives its crashes.
class DiskContent {
 public:
  explicit DiskContent(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  struct File {
    std::vector<std::byte> bytes;  // what a reader sees
    std::size_t durable = 0;       // how much of it survives
  };
  std::map<std::string, File, std::less<>> files;

  // Whether `added` more bytes fit.
  bool fits(std::size_t added) const;
  // What is found after a crash.
  void crash(runtime::Random& random);

 private:
  std::size_t bytes_max_;
};

// The disk as one life of a node sees it.
std::unique_ptr<runtime::Disk> make_disk(World& world, Node& node, DiskContent& content);

}  // namespace quern::simulation
