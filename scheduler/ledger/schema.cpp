#include "scheduler/ledger/schema.hpp"

#include <array>

namespace quern::ledger {
namespace {

// ledger_accounts.balance and ledger_totals are sums of what stands in the other tables, kept so that a spend check
// reads three rows: verify() recomputes them.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE ledger_accounts (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  peer TEXT NOT NULL,
  balance INTEGER NOT NULL,
  UNIQUE (kind, peer)
) STRICT;

CREATE TABLE ledger_transactions (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  key BLOB NOT NULL,
  peer TEXT NOT NULL,
  job TEXT NOT NULL,
  amount INTEGER NOT NULL,
  receipt BLOB,
  reverses INTEGER UNIQUE REFERENCES ledger_transactions (id),
  at_unix_ms INTEGER NOT NULL,
  UNIQUE (kind, key)
) STRICT;

CREATE TABLE ledger_postings (
  transaction_id INTEGER NOT NULL REFERENCES ledger_transactions (id),
  number INTEGER NOT NULL,
  account INTEGER NOT NULL REFERENCES ledger_accounts (id),
  amount INTEGER NOT NULL,
  balance INTEGER NOT NULL,
  PRIMARY KEY (transaction_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_reservations (
  agreement BLOB PRIMARY KEY,
  peer TEXT NOT NULL,
  job TEXT NOT NULL,
  amount INTEGER NOT NULL,
  state INTEGER NOT NULL,
  at_unix_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_reservations_open ON ledger_reservations (peer, amount) WHERE state = 1;

CREATE TABLE ledger_totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  reserved INTEGER NOT NULL,
  payable INTEGER NOT NULL,
  receivable INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_totals VALUES (1, 0, 0, 0);

CREATE TRIGGER ledger_transactions_stay BEFORE DELETE ON ledger_transactions
BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_transactions_do_not_change BEFORE UPDATE ON ledger_transactions
BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_postings_stay BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_postings_do_not_change BEFORE UPDATE ON ledger_postings
BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_reservations_stay BEFORE DELETE ON ledger_reservations
BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;
)sql";

// What people look at is asked for by time.
constexpr std::string_view kByTime = "CREATE INDEX ledger_transactions_time ON ledger_transactions (at_unix_ms);";

constexpr std::array kSteps = {
    store::SchemaStep{"accounts, transactions, reservations", kFirst},
    store::SchemaStep{"transactions by time", kByTime},
};

}  // namespace

std::span<const store::SchemaStep> schema_steps() {
  return kSteps;
}

}  // namespace quern::ledger
