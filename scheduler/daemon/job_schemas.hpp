// What the answers about jobs and offers are, as docs/openrpc.json describes them, with an example of each. Pure.
#pragma once
#include <boost/json/object.hpp>

#include "scheduler/rpc/schema.hpp"

namespace quern::daemon {

rpc::Schema state_schema();        // a name of jobs::State
rpc::Schema job_summary_schema();  // as summary_json() writes it
rpc::Schema job_schema();          // as job_json()
rpc::Schema quote_row_schema();    // as quote_json()
rpc::Schema job_trail_schema();    // as trail_json()
rpc::Schema log_part_schema();     // of job.log
rpc::Schema offer_schema();        // as offer_json()

boost::json::object job_summary_example();
boost::json::object job_example();
boost::json::object quote_row_example();
boost::json::object job_trail_example();
boost::json::object offer_example();

}  // namespace quern::daemon
