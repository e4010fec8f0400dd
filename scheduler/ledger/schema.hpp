// The ledger's tables.
#pragma once
#include <span>

#include "scheduler/store/schema.hpp"

namespace quern::ledger {

inline constexpr std::string_view kRoom = "ledger";
std::span<const store::SchemaStep> schema_steps();

}  // namespace quern::ledger
