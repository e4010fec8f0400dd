// /perf/1.0.0: how fast bytes go to and come from a peer (libp2p specs, perf/perf.md): the client sends how many bytes
// it wants, sends its own, and ends; the server then sends what was wanted.
#pragma once
#include <cstdint>
#include <string_view>

#include "overlay/connection/swarm.hpp"

namespace quern::protocols {

inline constexpr std::string_view kPerf = "/perf/1.0.0";

// Either side gives up a stream on which nothing has moved for a minute.
void serve_perf(connection::Swarm& swarm, runtime::Runtime& runtime);

struct PerfResult {
  runtime::Duration upload;    // until the last byte was written and the end sent
  runtime::Duration download;  // from then to the last byte
};
// Errc::bad_message when not exactly `download_bytes` come, runtime::Errc::timed_out, and those of Swarm::open and of
// the stream. Holds one buffer of 64 KiB whatever the amounts.
runtime::Task<runtime::Result<PerfResult>> measure_perf(connection::Swarm& swarm, runtime::Runtime& runtime,
                                                        identity::PeerId peer, std::uint64_t upload_bytes,
                                                        std::uint64_t download_bytes);

}  // namespace quern::protocols
