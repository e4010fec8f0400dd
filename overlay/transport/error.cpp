#include "overlay/transport/transport.hpp"

namespace quern::transport {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::unsupported_address:
      return "no transport for this address";
    case Errc::bad_handshake:
      return "the other end does not speak the transport";
    case Errc::bad_frame:
      return "forbidden WebSocket frame";
    case Errc::bad_certificate:
      return "certificate not accepted";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.transport"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::transport
