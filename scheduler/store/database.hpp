// A thin layer over SQLite's C interface: one connection, statements with typed arguments and columns, transactions.
//
// Everything here blocks, for as long as a disk takes: on a node it is called by Runtime::offload only, through a
// Writer (writer.hpp). A connection has one owner at a time; SQLite's own locking of connections is off.
//
// Opened with a write-ahead log and synchronous=FULL: a transaction whose commit has returned survives a crash of the
// program and a loss of power; one whose commit has not returned is there whole or not at all.
//
// SQL is part of the program, never of the input: values go in as arguments.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "scheduler/store/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace quern::store {

inline constexpr int kBusyTimeoutMs = 5'000;             // waited for another process before Errc::busy
inline constexpr std::int64_t kCacheKib = 8 << 10;       // of pages, a connection
inline constexpr std::size_t kValueBytesMax = 16 << 20;  // one text or blob; a longer one is a bug (asserted)

// An argument of a statement. Text and bytes are looked at until the call returns.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view, runtime::ByteView>;

// The row a statement stands at. Columns count from 0. A value of another type reads as 0 or empty: the tables are
// STRICT, so that is a wrong column.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;    // valid until the next row
  runtime::ByteView bytes(int column) const;  // valid until the next row
  bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_;
};

struct OpenOptions {
  std::string path;
  std::string vfs = {};  // SQLite's name of the file layer; empty: the system's. Tests give a simulated disk's
};

class Database {
 public:
  // Opens, creating it when there is none; the folder must be there. The file is readable by its owner only.
  static runtime::Result<Database> open(const OpenOptions& options);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // One statement, to its end. Prepared once and kept: `sql` should be a literal.
  template <class... Arguments>
  runtime::Result<void> run(std::string_view sql, const Arguments&... arguments) {
    return visit(sql, {value_of(arguments)...}, [](const Row&) { return false; });
  }
  // What `read(row)` makes of the first row; nullopt when there is none.
  template <class Read, class... Arguments>
  auto find(std::string_view sql, Read read, const Arguments&... arguments)
      -> runtime::Result<std::optional<std::invoke_result_t<Read, const Row&>>> {
    std::optional<std::invoke_result_t<Read, const Row&>> found;
    const auto take = [&](const Row& row) {
      found.emplace(read(row));
      return false;
    };
    if (auto visited = visit(sql, {value_of(arguments)...}, take); !visited) {
      return std::unexpected(std::move(visited).error());
    }
    return found;
  }
  // Calls `take(row)` with each row until it returns false. `take` must not use the same statement.
  template <class Take, class... Arguments>
  runtime::Result<void> each(std::string_view sql, Take take, const Arguments&... arguments) {
    return visit(sql, {value_of(arguments)...}, take);
  }
  // Statements without arguments, separated by ';': schemas. Not kept.
  runtime::Result<void> execute(const std::string& script);

  // Of the last INSERT into a table with an integer key.
  std::int64_t last_insert_id() const;
  // Whether a transaction is open. SQLite ends it by itself when the disk is full or fails.
  bool in_transaction() const;
  // Reads the whole file. Errc::corrupt: the first thing found wrong.
  runtime::Result<void> check();

 private:
  struct Connection;
  explicit Database(std::unique_ptr<Connection> connection);
  runtime::Result<void> visit(std::string_view sql, std::initializer_list<Value> arguments,
                              const std::function<bool(const Row&)>& take);

  template <class T>
  static Value value_of(const T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      return static_cast<std::int64_t>(value);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      return std::string_view(value);
    } else if constexpr (std::is_convertible_v<const T&, runtime::ByteView>) {
      return runtime::ByteView(value);
    } else {
      return value ? value_of(*value) : Value(nullptr);  // an optional
    }
  }

  std::unique_ptr<Connection> connection_;
};

// One transaction. Rolled back unless committed. They do not nest.
class Transaction {
 public:
  // Writes: no other connection can until it is over.
  static runtime::Result<Transaction> begin(Database& database);
  // Only reads, and sees the database as it is at its first read, whatever other connections write meanwhile.
  static runtime::Result<Transaction> begin_reading(Database& database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Durable once this has returned well. Otherwise rolled back, and over.
  runtime::Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // null once over
};

}  // namespace quern::store
