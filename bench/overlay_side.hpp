// A host of the overlay as one side of a benchmark.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bench/process_pair.hpp"
#include "overlay/host.hpp"
#include "overlay/runtime/system_runtime.hpp"

namespace quern::bench {

// Limits so high that they are not what is measured.
overlay::HostConfig open_config(runtime::Runtime& runtime, const std::string& security);

// A host that listens at 127.0.0.1, announces its address, and serves until the process is ended. `prepare` adds what
// it serves.
void serve_host(const Announce& announce, const std::string& security,
                const std::function<void(overlay::Host&)>& prepare);

// A host that dials `address`, then runs `work`.
using Work = std::function<runtime::Task<void>(overlay::Host& host, identity::PeerId peer)>;
void dial_host(const std::string& address, const std::string& security, const Work& work);

// The value, or the end of the program with the error's message.
template <class T>
T value_of(runtime::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace quern::bench
