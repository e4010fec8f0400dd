// How every expected failure is returned: what a peer, a file, a job or a user can cause. Exceptions are for
// cancellation, start-up and out of memory only.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace quern::runtime {

// Failures of the runtime itself. A code exists only where some caller reacts to it; the rest is `system`, with the
// text in the detail.
enum class Errc {
  end_of_stream = 1,  // the peer finished writing: no more bytes will come
  reset,              // the peer or the network broke the connection
  closed,             // this end was closed here
  refused,            // nobody listens there
  unreachable,        // no route to that address
  timed_out,          // a deadline passed, or the peer fell silent
  address_in_use,
  address_unavailable,  // not an address of this machine
  name_not_found,
  too_large,  // a datagram or file above its limit
  not_found,  // no such file
  no_space,
  limit_reached,  // a bound of this node: the detail names scope, limit, value and who
  system,         // any other failure of the operating system
};
std::error_code make_error_code(Errc code);

// A code to react to and a detail for people: which address, which file, which limit. The detail is empty on hot paths.
class [[nodiscard]] Error {
 public:
  template <class Code>
    requires std::is_error_code_enum_v<Code>
  explicit Error(Code code, std::string detail = {}) : code_(make_error_code(code)), detail_(std::move(detail)) {}
  explicit Error(std::error_code code, std::string detail = {}) : code_(code), detail_(std::move(detail)) {}

  const std::error_code& code() const { return code_; }
  const std::string& detail() const { return detail_; }
  // "connection refused: 127.0.0.1:4001"
  std::string message() const;

  template <class Code>
    requires std::is_error_code_enum_v<Code>
  friend bool operator==(const Error& error, Code code) {
    return error.code_ == make_error_code(code);
  }

 private:
  std::error_code code_;
  std::string detail_;
};

template <class T>
using Result = std::expected<T, Error>;

// Shorthand for `return fail(Errc::refused, "127.0.0.1:4001");`
template <class Code>
std::unexpected<Error> fail(Code code, std::string detail = {}) {
  return std::unexpected(Error(code, std::move(detail)));
}

}  // namespace quern::runtime

template <>
struct std::is_error_code_enum<quern::runtime::Errc> : std::true_type {};

// CO_TRY(const auto size, co_await stream.read_some(buffer));  declares `size`, or co_returns the error.
// CO_CHECK(co_await stream.write(bytes));                      co_returns the error, if any.
#define QUERN_JOIN_INNER(a, b) a##b
#define QUERN_JOIN(a, b) QUERN_JOIN_INNER(a, b)
#define CO_TRY(declaration, ...)                                                       \
  auto QUERN_JOIN(quern_result_, __LINE__) = (__VA_ARGS__);                            \
  if (!QUERN_JOIN(quern_result_, __LINE__))                                            \
    co_return std::unexpected(std::move(QUERN_JOIN(quern_result_, __LINE__)).error()); \
  declaration = *std::move(QUERN_JOIN(quern_result_, __LINE__))
#define CO_CHECK(...)                                                                                 \
  if (auto QUERN_JOIN(quern_result_, __LINE__) = (__VA_ARGS__); !QUERN_JOIN(quern_result_, __LINE__)) \
  co_return std::unexpected(std::move(QUERN_JOIN(quern_result_, __LINE__)).error())
