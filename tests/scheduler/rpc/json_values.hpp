// Arbitrary JSON values for property tests: small, nested, with awkward keys.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <rapidcheck.h>

namespace quern::rpc {

inline rc::Gen<std::string> any_key() {
  return rc::gen::element<std::string>("a", "b", "c", "", "/", "~", "~1", "0", "1", "a/b", "\u20ac", "-");
}

inline rc::Gen<boost::json::value> any_json(int depth = 3) {
  namespace json = boost::json;
  const auto leaf = rc::gen::exec([]() -> json::value {
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        return nullptr;
      case 1:
        return *rc::gen::arbitrary<bool>();
      case 2:
        return *rc::gen::inRange<std::int64_t>(-3, 3);
      case 3:
        return json::value(*any_key());
      default:
        return *rc::gen::element(0.5, -1e300, 3.25);
    }
  });
  if (depth == 0) return leaf;
  return rc::gen::exec([leaf, depth]() -> json::value {
    const int kind = *rc::gen::inRange(0, 3);
    if (kind == 0) return *leaf;
    const int size = *rc::gen::inRange(0, 5);
    if (kind == 1) {
      json::array array;
      for (int i = 0; i < size; ++i) array.push_back(*any_json(depth - 1));
      return array;
    }
    json::object object;
    for (int i = 0; i < size; ++i) object.insert_or_assign(*any_key(), *any_json(depth - 1));
    return object;
  });
}

}  // namespace quern::rpc
