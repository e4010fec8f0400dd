#include "overlay/muxer/muxer.hpp"

namespace quern::muxer {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::bad_frame:
      return "the peer broke a rule of the stream multiplexer";
    case Errc::stream_limit:
      return "too many streams on this connection";
    case Errc::memory_limit:
      return "the peer sent more than this connection may hold";
    case Errc::going_away:
      return "the connection takes no more streams";
    case Errc::peer_silent:
      return "the peer has fallen silent";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.muxer"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::muxer
