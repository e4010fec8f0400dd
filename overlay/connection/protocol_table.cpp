#include "overlay/connection/protocol_table.hpp"

#include <utility>

#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::connection {

void ProtocolTable::set(std::string protocol, StreamHandler handler) {
  QUERN_ASSERT(protocol.starts_with('/') && protocol.size() <= negotiation::kProtocolBytesMax);
  handlers_[std::move(protocol)] = std::make_shared<const StreamHandler>(std::move(handler));
  refresh();
}

void ProtocolTable::erase(const std::string& protocol) {
  handlers_.erase(protocol);
  refresh();
}

std::shared_ptr<const StreamHandler> ProtocolTable::find(const std::string& protocol) const {
  const auto found = handlers_.find(protocol);
  return found == handlers_.end() ? nullptr : found->second;
}

void ProtocolTable::refresh() {
  auto served = std::make_shared<std::vector<std::string>>();
  for (const auto& [protocol, handler] : handlers_) served->push_back(protocol);
  served_ = std::move(served);
}

}  // namespace quern::connection
