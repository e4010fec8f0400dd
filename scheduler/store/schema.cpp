#include "scheduler/store/schema.hpp"

#include <string>
#include <utility>

namespace quern::store {

using runtime::fail;
using runtime::Result;

namespace {

Result<void> apply(Database& database, std::string_view room, std::size_t number, const SchemaStep& step) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return std::unexpected(std::move(transaction).error());
  if (auto applied = database.execute(std::string(step.sql)); !applied) return applied;
  auto noted = database.run("INSERT INTO schema_steps (room, number, name) VALUES (?, ?, ?)", room, number, step.name);
  if (!noted) return noted;
  return transaction->commit();
}

Result<std::size_t> applied_steps(Database& database, std::string_view room) {
  if (auto made =
          database.execute("CREATE TABLE IF NOT EXISTS schema_steps (room TEXT NOT NULL, number INTEGER NOT NULL, "
                           "name TEXT NOT NULL, PRIMARY KEY (room, number)) STRICT, WITHOUT ROWID");
      !made) {
    return std::unexpected(std::move(made).error());
  }
  const auto count = [](const Row& row) { return static_cast<std::size_t>(row.integer(0)); };
  const auto applied = database.find("SELECT count(*) FROM schema_steps WHERE room = ?", count, room);
  if (!applied) return std::unexpected(applied.error());
  return applied->value_or(0);
}

}  // namespace

Result<void> migrate(Database& database, std::string_view room, std::span<const SchemaStep> steps) {
  const auto applied = applied_steps(database, room);
  if (!applied) return std::unexpected(applied.error());
  if (*applied > steps.size()) {
    return fail(Errc::newer_schema, "tables of " + std::string(room) + " are at version " + std::to_string(*applied) +
                                        ", this program knows up to " + std::to_string(steps.size()) +
                                        ": use the newer program");
  }
  for (std::size_t next = *applied; next < steps.size(); ++next) {
    if (auto done = apply(database, room, next + 1, steps[next]); !done) return done;
  }
  return {};
}

}  // namespace quern::store
