// TCP, UDP and names by Boost.Asio.
#pragma once
#include <memory>

#include <boost/asio/io_context.hpp>

#include "overlay/runtime/network.hpp"

namespace quern::runtime {

std::unique_ptr<Network> make_system_network(boost::asio::io_context& io);

// The runtime's code for a system error; Errc::system, with the text in the detail, for those nobody reacts to.
Error from_system(const boost::system::error_code& error, std::string about = {});

}  // namespace quern::runtime
