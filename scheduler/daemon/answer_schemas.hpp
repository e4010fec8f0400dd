// What the answers to several methods have in common, as docs/openrpc.json describes them. Pure.
#pragma once
#include "scheduler/rpc/schema.hpp"

namespace quern::daemon {

inline constexpr std::size_t kNameTextMax = 4096;  // names of devices, jobs, systems
inline constexpr std::size_t kShortTextMax = 256;  // ids, names of reasons and states

// Milliseconds since 1970, UTC.
rpc::Schema time_schema();
rpc::Schema micro_schema();  // an amount, or a balance
rpc::Schema permille_schema();
rpc::Schema nullable(const rpc::Schema& schema);
// {"reason", "text", "detail"?, "remedy"?}: as why_json() writes it.
rpc::Schema why_schema();
// Quantities by dimension, those that are not 0.
rpc::Schema usage_schema();
// Micro-credits by the names of rate cards, those that are not 0.
rpc::Schema rates_schema();
rpc::Schema donation_schema();
rpc::Schema machine_device_schema();
rpc::Schema machine_schema();
rpc::Schema work_schema();
rpc::Schema earnings_schema();       // of topic earnings
rpc::Schema earnings_days_schema();  // of earnings.get
rpc::Schema receipt_schema();
rpc::Schema preferences_schema();

}  // namespace quern::daemon
