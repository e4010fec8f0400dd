#include "overlay/muxer/received_bytes.hpp"

#include <algorithm>
#include <cstring>

namespace quern::muxer {
namespace {

constexpr std::size_t kBlockBytesMin = 512;
constexpr std::size_t kBlockBytesMax = 16 << 10;  // larger only for a piece that is larger

}  // namespace

bool ReceivedBytes::push(runtime::ByteView bytes) {
  if (bytes.empty()) return true;
  Block* last = empty() ? nullptr : &blocks_.back();
  const std::size_t fits = last ? std::min(last->capacity - last->end, bytes.size()) : 0;
  const runtime::ByteView rest = bytes.subspan(fits);
  if (!rest.empty()) {
    const std::size_t capacity =
        std::max(rest.size(), last ? std::min(2 * last->capacity, kBlockBytesMax) : kBlockBytesMin);
    if (!budget_->take(capacity + sizeof(Block))) return false;
    Block block{std::make_unique_for_overwrite<std::byte[]>(capacity), capacity, 0, rest.size()};
    std::memcpy(block.bytes.get(), rest.data(), rest.size());
    blocks_.push_back(std::move(block));
    last = fits != 0 ? &blocks_[blocks_.size() - 2] : nullptr;
  }
  if (fits != 0) {
    std::memcpy(last->bytes.get() + last->end, bytes.data(), fits);
    last->end += fits;
  }
  size_ += bytes.size();
  return true;
}

std::size_t ReceivedBytes::pop(std::span<std::byte> out) {
  std::size_t popped = 0;
  while (popped != out.size() && size_ != 0) {
    Block& block = blocks_[first_];
    const std::size_t size = std::min(block.end - block.begin, out.size() - popped);
    std::memcpy(out.data() + popped, block.bytes.get() + block.begin, size);
    block.begin += size;
    popped += size;
    size_ -= size;
    if (block.begin == block.end) drop_first();
  }
  return popped;
}

void ReceivedBytes::drop_first() {
  constexpr std::size_t kHolesMax = 64;
  budget_->give(cost(blocks_[first_]));
  blocks_[first_++].bytes.reset();
  if (first_ == blocks_.size()) {
    blocks_ = std::vector<Block>();
    first_ = 0;
  } else if (first_ >= kHolesMax && first_ >= blocks_.size() / 2) {
    blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void ReceivedBytes::clear() {
  for (std::size_t i = first_; i < blocks_.size(); ++i) budget_->give(cost(blocks_[i]));
  blocks_ = std::vector<Block>();
  first_ = 0;
  size_ = 0;
}

}  // namespace quern::muxer
