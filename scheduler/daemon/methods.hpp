// What callers can ask a node for: the methods and topics of docs/openrpc.json. Each adds its part; node and registry
// outlive the server.
#pragma once
#include "scheduler/daemon/node.hpp"
#include "scheduler/rpc/registry.hpp"

namespace quern::daemon {

inline constexpr std::size_t kPieceBytesMax = 2 << 20;  // of blob.put, blob.get and job.log

void add_node_methods(rpc::Registry& registry, Node& node);    // status, peers, offers
void add_job_methods(rpc::Registry& registry, Node& node);     // quote, submit, watch, cancel, logs, trails
void add_blob_methods(rpc::Registry& registry, Node& node);    // inputs and outputs
void add_ledger_methods(rpc::Registry& registry, Node& node);  // balances, entries, export
// All of them, and those of every server.
void add_methods(rpc::Registry& registry, Node& node);
// The topics that are always there; those of jobs come and go with them.
void add_topics(Node& node);
// "job/ID"; gone when the job is forgotten.
void add_job_topic(Node& node, const std::string& id);
boost::json::object balance_json(const Balance& balance);

}  // namespace quern::daemon
