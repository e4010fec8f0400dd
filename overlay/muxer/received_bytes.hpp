// Bytes that came for a stream and wait to be read.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "overlay/muxer/memory_budget.hpp"
#include "overlay/runtime/bytes.hpp"

namespace quern::muxer {

// A queue of blocks, nothing while it is empty. What it allocates is taken from the budget, so that a peer cannot make
// a byte cost more than a byte; blocks begin small and grow with the queue.
class ReceivedBytes {
 public:
  explicit ReceivedBytes(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}
  ~ReceivedBytes() { clear(); }
  ReceivedBytes(const ReceivedBytes&) = delete;
  ReceivedBytes& operator=(const ReceivedBytes&) = delete;

  // Copies all of `bytes`, or none when the budget is used up.
  [[nodiscard]] bool push(runtime::ByteView bytes);
  // Moves as many bytes as there are and fit.
  std::size_t pop(std::span<std::byte> out);
  void clear();

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t capacity;
    std::size_t begin;
    std::size_t end;
  };
  static std::size_t cost(const Block& block) { return block.capacity + sizeof(Block); }
  void drop_first();

  std::shared_ptr<MemoryBudget> budget_;
  std::vector<Block> blocks_;
  std::size_t first_ = 0;  // blocks before it are empty
  std::size_t size_ = 0;
};

}  // namespace quern::muxer
