// SHA-256 of bytes that come in pieces.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/model/job.hpp"

namespace quern::scheduler::cli {

class ContentDigest {
 public:
  // Throws std::bad_alloc.
  ContentDigest();
  ~ContentDigest();
  ContentDigest(const ContentDigest&) = delete;
  ContentDigest& operator=(const ContentDigest&) = delete;

  void add(std::string_view bytes);
  // Of all that was added. Once.
  model::Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 64 lower-case hexadecimal digits.
std::string hex(const model::Digest& digest);
std::optional<model::Digest> digest_from_hex(std::string_view text);

}  // namespace quern::scheduler::cli
