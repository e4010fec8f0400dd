// What a swarm can be told.
#pragma once
#include <chrono>
#include <optional>

#include "overlay/connection/limits.hpp"
#include "overlay/connection/trim.hpp"
#include "overlay/muxer/yamux.hpp"
#include "overlay/runtime/time.hpp"
#include "overlay/security/preshared.hpp"

namespace quern::connection {

struct SwarmConfig {
  Limits limits;
  WaterMarks water_marks;
  muxer::YamuxConfig yamux;                                        // its memory limits are set from `limits`
  runtime::Duration dial_timeout = std::chrono::seconds(10);       // one address, until the transport is through
  runtime::Duration handshake_timeout = std::chrono::seconds(10);  // security and muxer, both directions
  runtime::Duration stream_timeout = std::chrono::seconds(10);     // until a stream's protocol is agreed on
  runtime::Duration goodbye_timeout = std::chrono::seconds(2);     // for what was written to leave, when closing
  bool reuse_port = true;
  std::optional<security::PresharedKey> preshared_key;
};

}  // namespace quern::connection
