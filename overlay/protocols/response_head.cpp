#include "overlay/protocols/response_head.hpp"

#include <string>

#include "overlay/protocols/foreign_text.hpp"
#include "overlay/protocols/request.pb.h"

namespace quern::protocols {

using runtime::fail;
using runtime::Result;

runtime::Bytes encode_response_head(ResponseStatus status, std::string_view text) {
  wire::ResponseHead head;
  head.set_status(static_cast<wire::ResponseHead::Status>(status));
  head.set_text(printable(text, kResponseTextBytesMax));
  return runtime::copy_of(runtime::bytes_of(head.SerializeAsString()));
}

Result<void> check_response_head(runtime::ByteView bytes) {
  wire::ResponseHead head;
  if (bytes.size() > kResponseHeadBytesMax || !head.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(Errc::bad_message, "no response head");
  std::string text = printable(head.text(), kResponseTextBytesMax);
  switch (head.status()) {
    case wire::ResponseHead::OK:
      return {};
    case wire::ResponseHead::FAILED:
      return fail(Errc::remote_failure, std::move(text));
    case wire::ResponseHead::RATE_LIMITED:
      return fail(Errc::rate_limited, std::move(text));
    case wire::ResponseHead::TOO_LARGE:
      return fail(Errc::message_too_large, std::move(text));
    case wire::ResponseHead::BAD_REQUEST:
      return fail(Errc::bad_message, std::move(text));
    default:
      return fail(Errc::bad_message, "unknown status " + std::to_string(head.status()) + " in a response head");
  }
}

}  // namespace quern::protocols
