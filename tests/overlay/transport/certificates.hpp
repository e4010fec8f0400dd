// The certificates of data/ (its README says what they are).
#pragma once
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "overlay/transport/websocket.hpp"

namespace quern::transport {

inline std::string test_pem(const std::string& name) {
  std::ifstream file(std::string(QUERN_TEST_DATA) + "/transport/data/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator(file), {}};
}

// Shows certificate `name` as a server and trusts `authority` as a client.
inline WebSocketOptions with_certificates(const std::string& name = "server",
                                          const std::string& authority = "authority") {
  WebSocketOptions options;
  options.certificate_chain = test_pem(name + ".pem");
  options.certificate_key = test_pem(name + ".key");
  options.trusted_authorities = test_pem(authority + ".pem");
  return options;
}

}  // namespace quern::transport
