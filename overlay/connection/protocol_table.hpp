// Which protocols this node serves, and how.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/connection/peer_stream.hpp"

namespace quern::connection {

// On one executor. What it gives out stays valid while it changes.
class ProtocolTable {
 public:
  // Replaces an earlier handler. The id starts with '/' and has at most negotiation::kProtocolBytesMax bytes
  // (asserted).
  void set(std::string protocol, StreamHandler handler);
  void erase(const std::string& protocol);

  // In order.
  std::shared_ptr<const std::vector<std::string>> served() const { return served_; }
  // Null when it is not served.
  std::shared_ptr<const StreamHandler> find(const std::string& protocol) const;

 private:
  void refresh();
  std::map<std::string, std::shared_ptr<const StreamHandler>> handlers_;
  std::shared_ptr<const std::vector<std::string>> served_ = std::make_shared<std::vector<std::string>>();
};

}  // namespace quern::connection
