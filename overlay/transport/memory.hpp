// Connections inside one process: /memory/7. For tests, and for parts of one program that talk as peers.
#pragma once
#include <cstdint>
#include <map>

#include "overlay/runtime/channel.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::transport {

inline constexpr std::size_t kMemoryPipeBytes = 256 << 10;  // unread bytes each way
inline constexpr std::size_t kMemoryBacklogMax = 64;        // connections that wait to be accepted

// Where memory addresses are known: shared by all hosts that can reach each other. All on one executor; outlives them.
class MemoryExchange;
std::shared_ptr<MemoryExchange> make_memory_exchange();

TransportPtr make_memory(runtime::Runtime& runtime, std::shared_ptr<MemoryExchange> exchange);

// Two ends of one stream in memory.
struct MemoryPipe {
  runtime::StreamPtr first;
  runtime::StreamPtr second;
};
MemoryPipe make_memory_pipe(std::size_t bytes_each_way = kMemoryPipeBytes);

}  // namespace quern::transport
