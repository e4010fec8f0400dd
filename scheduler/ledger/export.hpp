// The ledger as text, for other programs: CSV (RFC 4180, a line a posting) and JSON (an array of transactions, a
// transaction a line).
//
// CSV columns: transaction, time (RFC 3339, UTC), kind, peer, job, key, receipt, reverses, posting, account, amount,
// balance, job_id; amounts in credits. JSON: amounts are integers of micro-credits, `amount_micro`, `balance_micro`;
// key and receipt are hexadecimal; what a transaction does not have is left out. `job` is the ledger's own name of the
// job, a digest; `job_id` the one by which its owner knows it, where somebody tells.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/ledger/ledger.hpp"

namespace quern::ledger {

enum class Format : std::uint8_t { csv, json };

inline constexpr std::size_t kExportTransactions = 64;  // of one piece

// Gives the text piece by piece, so that neither memory nor the database is held for long: other entries can be made
// between two pieces. It holds the transactions that there were at the first piece.
class Export {
 public:
  // The job_id of a transaction; empty where it has none.
  using JobIdOf = std::function<runtime::Result<std::string>(const Transaction&)>;
  // `ledger` must outlive this. `peer`: only what was with that peer.
  Export(const Ledger& ledger, Format format, std::optional<std::string> peer = std::nullopt, JobIdOf job_id_of = {});

  // The next piece; nullopt after the last. After an error there is no more.
  runtime::Result<std::optional<std::string>> next();

 private:
  const Ledger& ledger_;
  Format format_;
  std::optional<std::string> peer_;
  JobIdOf job_id_of_;
  std::optional<TransactionId> last_;  // none before the first piece
  TransactionId done_ = 0;
  bool any_ = false;  // a transaction was written
  bool ended_ = false;
};

std::string csv_head();                                                       // the line of column names
std::string to_csv(const Transaction& entry, std::string_view job_id = {});   // a line a posting
std::string to_json(const Transaction& entry, std::string_view job_id = {});  // one line, without its end
std::string to_json(const Reservation& reserved);                             // likewise

}  // namespace quern::ledger
