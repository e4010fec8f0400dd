// Tables that change with the program: numbered steps, each applied once, in order, in a transaction of its own.
//
// A step that was published never changes: what comes later is a further step. Rooms keep their tables in one database
// and count their steps apart; what is applied stands in the table schema_steps.
#pragma once
#include <span>
#include <string_view>

#include "scheduler/store/database.hpp"

namespace quern::store {

struct SchemaStep {
  std::string_view name;  // "reservations", for people
  std::string_view sql;
};

// Brings the tables of `room` to the newest of `steps`; the first is number 1. A crash leaves a number of steps
// applied: the next call goes on. Errc::newer_schema: more are applied than this program knows; nothing is changed.
runtime::Result<void> migrate(Database& database, std::string_view room, std::span<const SchemaStep> steps);

}  // namespace quern::store
