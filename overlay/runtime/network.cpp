#include "overlay/runtime/network.hpp"

namespace quern::runtime {

std::string to_string(const Endpoint& endpoint) {
  const std::string address = endpoint.address.to_string();
  return (endpoint.address.is_v6() ? "[" + address + "]:" : address + ":") + std::to_string(endpoint.port);
}

}  // namespace quern::runtime
