// A paper trail record by record, for people (docs/openrpc.json). Pure.
#pragma once
#include <boost/json/array.hpp>

#include "scheduler/agreement/trail.hpp"
#include "scheduler/rpc/schema.hpp"

namespace quern::daemon {

// In the order of the trail's file. Reads every record anew: 60 us each.
boost::json::array records_json(const agreement::Trail& trail);
rpc::Schema records_schema();

}  // namespace quern::daemon
