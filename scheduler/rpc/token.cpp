#include "scheduler/rpc/token.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "overlay/runtime/hex.hpp"

namespace quern::rpc {

using runtime::Errc;
using runtime::fail;
using runtime::Result;

namespace {

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }
  bool open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

std::unexpected<runtime::Error> failed(const std::filesystem::path& path, int number) {
  return fail(Errc::system, path.native() + ": " + std::generic_category().message(number));
}

Result<void> make(runtime::Runtime& runtime, const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path() && std::filesystem::create_directories(path.parent_path(), error)) {
    std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_all, error);
  }
  std::array<std::byte, kTokenBytes> secret{};
  runtime.fill_secret(secret);
  const std::string text = runtime::to_hex(secret) + "\n";
  const std::string temporary = path.native() + ".new";
  ::unlink(temporary.c_str());
  {
    const File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file.open()) return failed(path, errno);
    if (::write(file.descriptor(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      return failed(path, errno);
    }
    if (::fsync(file.descriptor()) != 0) return failed(path, errno);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed(path, errno);
  return {};
}

}  // namespace

Result<Token> Token::load(const std::filesystem::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.open() && errno == ENOENT) return fail(Errc::not_found, path.native());
  if (!file.open()) return failed(path, errno);
  struct stat found{};
  if (::fstat(file.descriptor(), &found) != 0) return failed(path, errno);
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Errc::refused, path.native() + " can be read by others: chmod 600 it, or delete it for a new one");
  }
  std::array<char, 2 * kTokenBytes + 2> buffer{};
  const ssize_t size = ::read(file.descriptor(), buffer.data(), buffer.size());
  if (size < 0) return failed(path, errno);
  std::string text(buffer.data(), static_cast<std::size_t>(size));
  if (text.ends_with('\n')) text.pop_back();
  if (text.size() != 2 * kTokenBytes || !runtime::from_hex(text)) {
    return fail(Errc::system, path.native() + " holds no token: delete it for a new one");
  }
  return Token(std::move(text));
}

Result<Token> Token::load_or_make(runtime::Runtime& runtime, const std::filesystem::path& path) {
  auto token = load(path);
  if (token || !(token.error() == Errc::not_found)) return token;
  if (auto made = make(runtime, path); !made) return std::unexpected(std::move(made).error());
  return load(path);
}

bool Token::matches(std::string_view text) const {
  return text.size() == text_.size() && CRYPTO_memcmp(text.data(), text_.data(), text_.size()) == 0;
}

}  // namespace quern::rpc
