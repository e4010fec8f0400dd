// Failures of the database. All are ordinary outcomes: the caller goes on, and tells or tries again.
#pragma once
#include <string>
#include <system_error>
#include <type_traits>

namespace quern::store {

enum class Errc {
  disk_full = 1,  // no room; nothing of the transaction was kept, and nothing acknowledged before was lost
  corrupt,        // the file is no database of this program, or damaged: the detail says what SQLite found
  busy,           // another process held the file for longer than kBusyTimeoutMs
  newer_schema,   // a newer program wrote the database: the detail names both versions
  constraint,     // a rule of the schema refused the row; the statement changed nothing
  io,             // reading, writing or syncing failed. Of a commit: not seen now, but a restart may find it kept
};
std::error_code make_error_code(Errc code);

}  // namespace quern::store

template <>
struct std::is_error_code_enum<quern::store::Errc> : std::true_type {};
