#include "scheduler/ledger/export.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "overlay/runtime/hex.hpp"
#include "scheduler/ledger/rows.hpp"

namespace quern::ledger {

namespace json = boost::json;
using runtime::Result;

namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string time_text(std::int64_t at_unix_ms) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> at{chrono::milliseconds(at_unix_ms)};
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const std::int64_t ms = (at - day).count();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(ms / 3600000),
                static_cast<int>(ms / 60000 % 60), static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
  return text.data();
}

// The fields of a ledger need no quotes (Ledger takes no such names), but a file may hold what no program wrote.
void add_field(std::string& line, std::string_view field) {
  if (!line.empty()) line += ',';
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += field;
    return;
  }
  line += '"';
  for (const char c : field) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

template <class... Fields>
std::string csv_line(std::string_view first, const Fields&... fields) {
  std::string line(first);
  (add_field(line, fields), ...);
  return line.append(kLineEnd);
}

}  // namespace

std::string csv_head() {
  return csv_line("transaction", "time", "kind", "peer", "job", "key", "receipt", "reverses", "posting", "account",
                  "amount", "balance", "job_id");
}

std::string to_csv(const Transaction& entry, std::string_view job_id) {
  std::string lines;
  for (std::size_t number = 0; number < entry.postings.size(); ++number) {
    const Posting& posting = entry.postings[number];
    lines += csv_line(std::to_string(entry.id), time_text(entry.at_unix_ms), name_of(entry.kind), entry.peer, entry.job,
                      runtime::to_hex(entry.key), entry.receipt ? runtime::to_hex(*entry.receipt) : std::string(),
                      entry.reverses ? std::to_string(*entry.reverses) : std::string(), std::to_string(number),
                      to_text(posting.account), to_text(posting.amount), to_text(posting.balance), job_id);
  }
  return lines;
}

std::string to_json(const Transaction& entry, std::string_view job_id) {
  json::object object;
  object["transaction"] = entry.id;
  object["time"] = time_text(entry.at_unix_ms);
  object["kind"] = name_of(entry.kind);
  object["peer"] = entry.peer;
  if (!entry.job.empty()) object["job"] = entry.job;
  if (!job_id.empty()) object["job_id"] = job_id;
  object["key"] = runtime::to_hex(entry.key);
  if (entry.receipt) object["receipt"] = runtime::to_hex(*entry.receipt);
  if (entry.reverses) object["reverses"] = *entry.reverses;
  object["amount_micro"] = entry.amount.micro;
  json::array postings;
  postings.reserve(entry.postings.size());
  for (const Posting& posting : entry.postings) {
    postings.push_back(json::object{{"account", to_text(posting.account)},
                                    {"amount_micro", posting.amount.micro},
                                    {"balance_micro", posting.balance.micro}});
  }
  object["postings"] = std::move(postings);
  return json::serialize(object);
}

std::string to_json(const Reservation& reserved) {
  return json::serialize(json::object{{"agreement", runtime::to_hex(reserved.agreement)},
                                      {"peer", reserved.peer},
                                      {"job", reserved.job},
                                      {"amount_micro", reserved.amount.micro},
                                      {"state", name_of(reserved.state)},
                                      {"time", time_text(reserved.at_unix_ms)}});
}

Export::Export(const Ledger& ledger, Format format, std::optional<std::string> peer, JobIdOf job_id_of)
    : ledger_(ledger), format_(format), peer_(std::move(peer)), job_id_of_(std::move(job_id_of)) {}

Result<std::optional<std::string>> Export::next() {
  if (ended_) return std::nullopt;
  std::string piece;
  if (!last_) {
    const auto last = ledger_.last_transaction();
    ended_ = !last;
    if (!last) return std::unexpected(last.error());
    last_ = *last;
    piece = format_ == Format::csv ? csv_head() : "[\n";
  }
  const TransactionId until = std::min<TransactionId>(done_ + kExportTransactions, *last_);
  Result<std::string> job_id;
  const auto take = [&](const Transaction& entry) {
    if (peer_ && entry.peer != *peer_) return true;
    if (job_id_of_) job_id = job_id_of_(entry);
    if (!job_id) return false;
    if (format_ == Format::json && std::exchange(any_, true)) piece += ",\n";
    piece += format_ == Format::csv ? to_csv(entry, *job_id) : to_json(entry, *job_id);
    return true;
  };
  if (auto read = each_transaction(ledger_.database(), done_ + 1, until, take); !read) {
    ended_ = true;
    return std::unexpected(std::move(read).error());
  }
  if (!job_id) {
    ended_ = true;
    return std::unexpected(std::move(job_id).error());
  }
  done_ = until;
  ended_ = done_ == *last_;
  if (ended_ && format_ == Format::json) piece += any_ ? "\n]\n" : "]\n";
  return piece;
}

}  // namespace quern::ledger
