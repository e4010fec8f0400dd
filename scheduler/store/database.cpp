#include "scheduler/store/database.hpp"

#include <limits>
#include <map>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "overlay/runtime/assertion.hpp"

namespace quern::store {

using runtime::ByteView;
using runtime::Error;
using runtime::fail;
using runtime::Result;

namespace {

Errc code_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Errc::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::busy;
    case SQLITE_CONSTRAINT:
      return Errc::constraint;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // the schema lacks what the program knows to be there
      return Errc::corrupt;
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    default:
      QUERN_ASSERT((code & 0xff) != SQLITE_MISUSE, "SQLite's interface was misused");
      return Errc::io;
  }
}

Error error_of(sqlite3* connection, int code, std::string_view doing) {
  std::string detail(doing);
  detail.append(": ").append(connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
  return Error(code_of(code), std::move(detail));
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;

int bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, at, *integer);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    QUERN_ASSERT(text->size() <= kValueBytesMax, "a text too long for the database");
    // A null pointer would bind NULL.
    return sqlite3_bind_text(statement, at, text->empty() ? "" : text->data(), static_cast<int>(text->size()),
                             SQLITE_STATIC);
  }
  if (const auto* bytes = std::get_if<ByteView>(&value)) {
    QUERN_ASSERT(bytes->size() <= kValueBytesMax, "a blob too long for the database");
    return bytes->empty()
               ? sqlite3_bind_zeroblob(statement, at, 0)
               : sqlite3_bind_blob(statement, at, bytes->data(), static_cast<int>(bytes->size()), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

// Ends a statement's run however it goes; what it looked at is let go.
struct Running {
  explicit Running(sqlite3_stmt* s) : statement(s) {}
  ~Running() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  sqlite3_stmt* statement;
};

// SQLite would make the file readable by all; its log and shared memory get the file's own mode. Only a file that is
// not there is opened here: closing one would drop the locks of this process on it.
void make_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_WRONLY, 0600);
  if (file >= 0) ::close(file);
}

}  // namespace

std::int64_t Row::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
std::string_view Row::text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  if (!text) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
ByteView Row::bytes(int column) const {
  const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
  return {bytes, bytes ? static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)) : 0};
}
bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

struct Database::Connection {
  explicit Connection(sqlite3* h) : handle(h) {}
  ~Connection() {
    statements.clear();
    sqlite3_close(handle);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<sqlite3_stmt*> prepare(std::string_view sql) {
    if (const auto known = statements.find(sql); known != statements.end()) return known->second.get();
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) return std::unexpected(error_of(handle, code, sql));
    return statements.emplace(sql, StatementPtr(statement)).first->second.get();
  }

  sqlite3* handle;
  std::map<std::string, StatementPtr, std::less<>> statements;  // as many as the program has literals
};

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

Result<Database> Database::open(const OpenOptions& options) {
  if (options.vfs.empty()) make_private(options.path);
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, flags, vfs);
  Database database(std::make_unique<Connection>(handle));  // also a failed open leaves something to close
  if (code != SQLITE_OK) return std::unexpected(error_of(handle, code, options.path));
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, static_cast<int>(2 * kValueBytesMax));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  const std::string pragmas =
      "PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-" +
      std::to_string(kCacheKib) + "; SELECT count(*) FROM sqlite_schema";
  if (auto set = database.execute(pragmas); !set) {
    return std::unexpected(Error(set.error().code(), options.path + ": " + sqlite3_errmsg(handle)));
  }
  return database;
}

Result<void> Database::visit(std::string_view sql, std::initializer_list<Value> arguments,
                             const std::function<bool(const Row&)>& take) {
  const auto prepared = connection_->prepare(sql);
  if (!prepared) return std::unexpected(prepared.error());
  const Running running(*prepared);
  QUERN_ASSERT(!sqlite3_stmt_busy(running.statement), "a statement is used while it runs");
  int at = 0;
  for (const Value& value : arguments) {
    if (const int code = bind(running.statement, ++at, value); code != SQLITE_OK) {
      return std::unexpected(error_of(connection_->handle, code, sql));
    }
  }
  QUERN_ASSERT(at == sqlite3_bind_parameter_count(running.statement), "arguments missing");
  int code = sqlite3_step(running.statement);
  while (code == SQLITE_ROW && take(Row(running.statement))) code = sqlite3_step(running.statement);
  if (code == SQLITE_ROW || code == SQLITE_DONE) return {};
  return std::unexpected(error_of(connection_->handle, code, sql));
}

Result<void> Database::execute(const std::string& script) {
  const int code = sqlite3_exec(connection_->handle, script.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return std::unexpected(error_of(connection_->handle, code, script.substr(0, 80)));
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(connection_->handle);
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(connection_->handle) == 0;
}

Result<void> Database::check() {
  const auto read = [](const Row& row) { return std::string(row.text(0)); };
  const auto found = find("PRAGMA integrity_check(1)", read);
  if (!found) return std::unexpected(found.error());
  if (*found != "ok") return fail(Errc::corrupt, found->value_or("no answer"));
  const auto orphan = find("PRAGMA foreign_key_check", [](const Row& row) {
    return std::string(row.text(0)) + " row " + std::to_string(row.integer(1));
  });
  if (!orphan) return std::unexpected(orphan.error());
  if (const auto& row = *orphan) return fail(Errc::corrupt, *row + " refers to a row that is not there");
  return {};
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return std::unexpected(std::move(begun).error());
  return Transaction(database);
}

Result<Transaction> Transaction::begin_reading(Database& database) {
  if (auto begun = database.run("BEGIN"); !begun) return std::unexpected(std::move(begun).error());
  return Transaction(database);
}

Transaction::~Transaction() {
  // SQLite has rolled back by itself when the disk was full; a rollback itself writes nothing that could fail.
  if (database_ && database_->in_transaction()) std::ignore = database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  QUERN_ASSERT(database_, "a transaction is committed twice");
  Database& database = *std::exchange(database_, nullptr);
  if (!database.in_transaction()) return fail(Errc::io, "the transaction was rolled back after a failure within it");
  auto committed = database.run("COMMIT");
  if (!committed && database.in_transaction()) std::ignore = database.run("ROLLBACK");
  return committed;
}

}  // namespace quern::store
