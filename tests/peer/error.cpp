#include "tests/peer/error.hpp"

#include <array>
#include <string>

#include "overlay/connection/gater.hpp"
#include "overlay/identity/error.hpp"
#include "overlay/multiformats/error.hpp"
#include "overlay/muxer/muxer.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/protocols/error.hpp"
#include "overlay/security/security.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::peer {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::bad_line:
      return "not a command";
    case Errc::line_too_long:
      return "line too long";
    case Errc::unknown_command:
      return "unknown command";
    case Errc::bad_argument:
      return "bad argument";
    case Errc::too_many_commands:
      return "too many commands under way";
    case Errc::too_many_streams:
      return "too many streams left open";
    case Errc::too_much_data:
      return "too much data";
    case Errc::wrong_bytes:
      return "other bytes came back";
    case Errc::stopped:
      return "this program ends";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.peer"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

template <class Code>
struct Named {
  Code code;
  std::string_view name;
};

constexpr auto kRuntimeNames = std::to_array<Named<runtime::Errc>>({
    {runtime::Errc::end_of_stream, "end_of_stream"},
    {runtime::Errc::reset, "reset"},
    {runtime::Errc::closed, "closed"},
    {runtime::Errc::refused, "refused"},
    {runtime::Errc::unreachable, "unreachable"},
    {runtime::Errc::timed_out, "timed_out"},
    {runtime::Errc::address_in_use, "address_in_use"},
    {runtime::Errc::address_unavailable, "address_unavailable"},
    {runtime::Errc::name_not_found, "name_not_found"},
    {runtime::Errc::too_large, "too_large"},
    {runtime::Errc::not_found, "not_found"},
    {runtime::Errc::no_space, "no_space"},
    {runtime::Errc::limit_reached, "limit_reached"},
    {runtime::Errc::system, "system_error"},
});
constexpr auto kMultiformatsNames = std::to_array<Named<multiformats::Errc>>({
    {multiformats::Errc::truncated, "truncated"},
    {multiformats::Errc::malformed, "malformed"},
    {multiformats::Errc::not_canonical, "not_canonical"},
    {multiformats::Errc::too_large, "too_large"},
    {multiformats::Errc::unknown_protocol, "unknown_protocol"},
});
constexpr auto kIdentityNames = std::to_array<Named<identity::Errc>>({
    {identity::Errc::malformed_key, "malformed_key"},
    {identity::Errc::unsupported_key, "unsupported_key"},
    {identity::Errc::malformed_peer_id, "malformed_peer_id"},
    {identity::Errc::malformed_envelope, "malformed_envelope"},
    {identity::Errc::malformed_record, "malformed_record"},
    {identity::Errc::wrong_payload_type, "wrong_payload_type"},
    {identity::Errc::bad_signature, "bad_signature"},
    {identity::Errc::wrong_signer, "wrong_signer"},
    {identity::Errc::key_file, "key_file"},
});
constexpr auto kTransportNames = std::to_array<Named<transport::Errc>>({
    {transport::Errc::unsupported_address, "unsupported_address"},
    {transport::Errc::bad_handshake, "bad_handshake"},
    {transport::Errc::bad_frame, "bad_frame"},
    {transport::Errc::bad_certificate, "bad_certificate"},
});
constexpr auto kSecurityNames = std::to_array<Named<security::Errc>>({
    {security::Errc::bad_handshake, "bad_handshake"},
    {security::Errc::bad_record, "bad_record"},
    {security::Errc::bad_certificate, "bad_certificate"},
    {security::Errc::wrong_peer, "wrong_peer"},
    {security::Errc::nonces_used_up, "nonces_used_up"},
    {security::Errc::bad_preshared_key, "bad_preshared_key"},
});
constexpr auto kMuxerNames = std::to_array<Named<muxer::Errc>>({
    {muxer::Errc::bad_frame, "bad_frame"},
    {muxer::Errc::stream_limit, "stream_limit"},
    {muxer::Errc::memory_limit, "memory_limit"},
    {muxer::Errc::going_away, "going_away"},
    {muxer::Errc::peer_silent, "peer_silent"},
});
constexpr auto kNegotiationNames = std::to_array<Named<negotiation::Errc>>({
    {negotiation::Errc::none_in_common, "unknown_protocol"},
    {negotiation::Errc::malformed, "malformed"},
    {negotiation::Errc::too_many, "too_many_proposals"},
});
constexpr auto kConnectionNames = std::to_array<Named<connection::Errc>>({
    {connection::Errc::denied, "denied"},
    {connection::Errc::self_dial, "self_dial"},
    {connection::Errc::no_address, "no_address"},
    {connection::Errc::all_failed, "all_failed"},
    {connection::Errc::backed_off, "backed_off"},
    {connection::Errc::unknown_peer, "unknown_peer"},
    {connection::Errc::unknown_protocol, "unknown_protocol"},
    {connection::Errc::no_muxer_in_common, "no_muxer_in_common"},
    {connection::Errc::no_security_in_common, "no_security_in_common"},
    {connection::Errc::stopped, "stopped"},
});
constexpr auto kProtocolsNames = std::to_array<Named<protocols::Errc>>({
    {protocols::Errc::bad_message, "bad_message"},
    {protocols::Errc::message_too_large, "message_too_large"},
    {protocols::Errc::rate_limited, "rate_limited"},
    {protocols::Errc::remote_failure, "remote_failure"},
});
constexpr auto kPeerNames = std::to_array<Named<Errc>>({
    {Errc::bad_line, "bad_line"},
    {Errc::line_too_long, "line_too_long"},
    {Errc::unknown_command, "unknown_command"},
    {Errc::bad_argument, "bad_argument"},
    {Errc::too_many_commands, "too_many_commands"},
    {Errc::too_many_streams, "too_many_streams"},
    {Errc::too_much_data, "too_much_data"},
    {Errc::wrong_bytes, "wrong_bytes"},
    {Errc::stopped, "stopped"},
});

// Empty when the code is none of these.
std::string_view find(const auto& names, const std::error_code& code) {
  for (const auto& each : names) {
    if (code == make_error_code(each.code)) return each.name;
  }
  return {};
}

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

std::string_view name_of(const std::error_code& code) {
  std::string_view name;
  const auto look = [&](const auto& names) {
    if (name.empty()) name = find(names, code);
  };
  look(kRuntimeNames);
  look(kMultiformatsNames);
  look(kIdentityNames);
  look(kTransportNames);
  look(kSecurityNames);
  look(kMuxerNames);
  look(kNegotiationNames);
  look(kConnectionNames);
  look(kProtocolsNames);
  look(kPeerNames);
  return name.empty() ? "unknown_error" : name;
}

boost::json::object describe(const runtime::Error& error) {
  return {{"name", name_of(error.code())}, {"message", error.message()}};
}

}  // namespace quern::peer
