// What changed between two JSON values, and making that change: how a topic's followers are kept up to date. Pure.
//
// A patch is an array of operations, made in order. Each has a "path" (JSON Pointer, RFC 6901: "" is the whole value,
// "/peers/0/name" a member of an element, "~1" stands for '/' and "~0" for '~') and either
//   "value": what stands there from now on. The last step may be a key that the object does not have yet, or the
//            index one past the end of an array, which then grows by one.
//   "remove": true. The last step is a key of an object, or the last index of an array.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/result.hpp"

namespace quern::rpc {

// apply(before, diff(before, after)) makes `after`; empty when they are equal. Several operations that are longer as
// text than the whole value are one that replaces it. Time and size are linear in the two values.
boost::json::array diff(const boost::json::value& before, const boost::json::value& after);

// Errc::system, naming the operation: a path that does not exist, an operation that is none. `value` is then half
// changed and of no more use: take a new snapshot.
runtime::Result<void> apply(boost::json::value& value, const boost::json::array& patch);

}  // namespace quern::rpc
