// What callers can ask a node for: the methods and topics of docs/openrpc.json. Each adds its part; node and registry
// outlive the server.
#pragma once
#include "scheduler/daemon/node.hpp"
#include "scheduler/rpc/registry.hpp"

namespace quern::daemon {

inline constexpr std::size_t kPieceBytesMax = 2 << 20;  // of blob.put, blob.get and job.log

void add_node_methods(rpc::Registry& registry, Node& node);        // status, peers, offers
void add_job_methods(rpc::Registry& registry, Node& node);         // quote, submit, watch, cancel, logs, trails
void add_blob_methods(rpc::Registry& registry, Node& node);        // inputs and outputs
void add_ledger_methods(rpc::Registry& registry, Node& node);      // balances, entries, export
void add_machine_methods(rpc::Registry& registry, Node& node);     // the machine, its devices and their switches
void add_donation_methods(rpc::Registry& registry, Node& node);    // pausing
void add_work_methods(rpc::Registry& registry, Node& node);        // what runs here
void add_earnings_methods(rpc::Registry& registry, Node& node);    // by day and part, and receipts
void add_preference_methods(rpc::Registry& registry, Node& node);  // what can be set while it runs
void add_peer_methods(rpc::Registry& registry, Node& node);        // to connect to, and to keep out
// All of them, and those of every server.
void add_methods(rpc::Registry& registry, Node& node);
// The topics that are always there; those of jobs come and go with them.
void add_topics(Node& node);
// "job/ID"; gone when the job is forgotten.
void add_job_topic(Node& node, const std::string& id);
boost::json::object balance_json(const Balance& balance);
boost::json::object donation_json(const Node& node);
boost::json::object works_json(const Node& node);
boost::json::object earnings_json(const Node& node);

}  // namespace quern::daemon
