#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "scheduler/rpc/registry.hpp"
#include "scheduler/rpc/session_methods.hpp"

namespace quern::rpc {
namespace {

namespace json = boost::json;

TEST(OpenRpc, the_document_has_what_the_standard_demands) {
  Registry registry;
  add_session_methods(registry, "0.1.0");
  registry.add(TopicText{"status", "How the node is", any()});
  const json::object document = openrpc(registry, "0.1.0");
  EXPECT_EQ(document.at("openrpc"), "1.3.2");
  EXPECT_EQ(document.at("info").at("version"), "0.1.0");
  EXPECT_EQ(document.at("methods").as_array().size(), registry.methods().size());
  for (const json::value& method : document.at("methods").as_array()) {
    EXPECT_NE(registry.find(method.at("name").as_string()), nullptr);
    EXPECT_TRUE(method.at("result").at("schema").is_object());
    for (const json::value& parameter : method.at("params").as_array()) {
      EXPECT_TRUE(parameter.at("schema").is_object() && parameter.at("name").is_string());
    }
    EXPECT_TRUE(method.at("examples").at(0).as_object().contains("result"));
  }
  EXPECT_EQ(document.at("x-topics").at(0).at("name"), "status");
  EXPECT_EQ(document.at("x-reasons").as_array().size(), model::reasons().size());
  EXPECT_EQ(document.at("x-reasons").at(0).at("name"), "kind_not_offered");
}

}  // namespace
}  // namespace quern::rpc
