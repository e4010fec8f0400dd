// What a value must look like: a small part of JSON Schema (2020-12), written by the functions below, published in the
// OpenRPC document and checked here. Pure.
#pragma once
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace quern::rpc {

using Schema = boost::json::object;

Schema any();
Schema boolean();
Schema null();
Schema integer(std::int64_t least = INT64_MIN, std::int64_t most = INT64_MAX);
Schema text(std::size_t bytes_max);
Schema one_of(std::initializer_list<std::string_view> texts);
Schema list(const Schema& items, std::size_t count_max);
// Members by name; those in `optional` may be absent, and no others may be there.
Schema object(std::vector<std::pair<std::string, Schema>> required,
              std::vector<std::pair<std::string, Schema>> optional = {});
// An object with any keys, each value of one kind.
Schema map_of(const Schema& values);
Schema either(std::initializer_list<Schema> schemas);
Schema described(Schema schema, std::string_view description);

// What does not fit, with the path to it: "limit: 5000 is above 1000". Keys of a schema that are not made by the
// functions above are not looked at.
std::expected<void, std::string> check(const Schema& schema, const boost::json::value& value,
                                       std::string_view path = "");

// The nearest of `names`, by edits; empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace quern::rpc
