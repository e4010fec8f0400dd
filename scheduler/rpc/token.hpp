// The secret that opens the RPC to whoever can read its file.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/runtime.hpp"

namespace quern::rpc {

inline constexpr std::size_t kTokenBytes = 32;  // of randomness; the text has two characters for each

class Token {
 public:
  // What the file holds: 64 hexadecimal digits and a line feed. A file that others may read is refused
  // (Errc::refused); Errc::not_found, system (not a token).
  static runtime::Result<Token> load(const std::filesystem::path& path);
  // Makes the file, with mode 0600, where there is none; its folder with 0700.
  static runtime::Result<Token> load_or_make(runtime::Runtime& runtime, const std::filesystem::path& path);

  // Takes as long whatever the text is.
  bool matches(std::string_view text) const;
  // For the Authorization header of this process's own requests; never for logs.
  const std::string& text() const { return text_; }

 private:
  explicit Token(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace quern::rpc
