#include "scheduler/cli/statement_text.hpp"

#include <boost/json/array.hpp>

#include "overlay/runtime/hex.hpp"
#include "scheduler/cli/quantity_text.hpp"

namespace quern::scheduler::cli {
namespace {

namespace json = boost::json;
using agreement::Statement;
using agreement::TrailFault;
using model::Credits;
using model::Dimension;

std::string credits_text(Credits amount) {
  return model::to_text(amount) + (amount.micro == model::kMicroPerCredit ? " credit" : " credits");
}

std::string quantity_text(const model::DimensionText& text, std::uint64_t quantity) {
  if (text.unit == "us") return milliseconds_text((quantity + 500) / 1000);
  if (text.unit == "B") return bytes_text(quantity);
  if (text.unit == "jobs") return count_text(quantity, "job");
  return std::to_string(quantity) + " " + std::string(text.unit);
}

void write_usage(Page& page, const Statement& statement) {
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    const std::uint64_t quantity = statement.usage[dimension];
    const std::int64_t rate = statement.rates[dimension];
    if (quantity == 0) continue;
    const model::DimensionText& text = model::text_of(dimension);
    const std::string price = rate == 0 ? "free" : "at " + credits_text({rate}) + " per " + std::string(text.rate_name);
    page.row(text.name, quantity_text(text, quantity) + ", " + price, 2);
  }
}

// Of several tasks each has a row of its own.
void write_tasks(Page& page, const Statement& statement) {
  const bool several = statement.tasks.size() > 1;
  for (std::size_t i = 0; i < statement.tasks.size(); ++i) {
    const agreement::StatementTask& task = statement.tasks[i];
    if (several)
      page.row("Task " + std::to_string(i + 1), model::to_text({task.reason, ""}) + ", " + credits_text(task.amount));
    const std::size_t indent = several ? 2 : 1;
    page.row("Job", runtime::to_hex(task.job), indent);
    page.row("Shard", std::to_string(task.shard + 1) + " of " + std::to_string(task.shards), indent);
    for (std::size_t output = 0; output < task.outputs.size(); ++output) {
      page.row("Output " + std::to_string(output + 1),
               runtime::to_hex(task.outputs[output].digest) + ", " + bytes_text(task.outputs[output].bytes), indent);
    }
  }
}

void write_statement(Page& page, const Statement& statement) {
  page.row("Submitter", statement.submitter);
  page.row("Provider", statement.provider);
  page.row("Device", visible(statement.device) + " of offer " + std::to_string(statement.offer_sequence));
  page.row("Agreed", utc_text(statement.accepted_unix_ms));
  const std::int64_t span = statement.ended_unix_ms - statement.accepted_unix_ms;
  page.row("Ended", utc_text(statement.ended_unix_ms) +
                        (span < 0 ? "" : ", after " + milliseconds_text(static_cast<std::uint64_t>(span))));
  page.row("Reason", model::to_text({statement.reason, ""}));
  page.row("Expected", model::to_text(statement.cost_low) + " to " + credits_text(statement.cost_high) + ", likely " +
                           model::to_text(statement.cost_likely) + ", at most " + model::to_text(statement.max_total));
  page.row("Used", count_text(statement.notes, "usage note") + ", " + count_text(statement.vouchers, "voucher"));
  write_usage(page, statement);
  write_tasks(page, statement);
  page.row("Amount", page.paint(Tone::good, credits_text(statement.amount)));
}

json::object object_of(const model::Usage& usage) {
  json::object object;
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    object.emplace(model::text_of(dimension).name, usage[dimension]);
  }
  return object;
}

json::object object_of(const agreement::StatementTask& task) {
  json::array outputs;
  outputs.reserve(task.outputs.size());
  for (const agreement::OutputDigest& output : task.outputs)
    outputs.push_back(json::object{{"sha256", runtime::to_hex(output.digest)}, {"bytes", output.bytes}});
  return {{"job", runtime::to_hex(task.job)},
          {"shard", task.shard},
          {"shards", task.shards},
          {"reason", model::text_of(task.reason).name},
          {"usage", object_of(task.usage)},
          {"amount", task.amount.micro},
          {"outputs", std::move(outputs)}};
}

json::object object_of(const Statement& statement) {
  json::object rates;
  for (std::size_t i = 0; i < model::kDimensions; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    rates.emplace(model::text_of(dimension).rate_name, statement.rates[dimension]);
  }
  json::array tasks;
  tasks.reserve(statement.tasks.size());
  for (const agreement::StatementTask& task : statement.tasks) tasks.push_back(object_of(task));
  return {{"submitter", statement.submitter},
          {"provider", statement.provider},
          {"demand", runtime::to_hex(statement.demand_id)},
          {"tasks", std::move(tasks)},
          {"device", statement.device},
          {"offer_sequence", statement.offer_sequence},
          {"rates", std::move(rates)},
          {"cost_low", statement.cost_low.micro},
          {"cost_likely", statement.cost_likely.micro},
          {"cost_high", statement.cost_high.micro},
          {"max_total", statement.max_total.micro},
          {"usage", object_of(statement.usage)},
          {"amount", statement.amount.micro},
          {"authorised", statement.authorised.micro},
          {"reason", model::text_of(statement.reason).name},
          {"notes", statement.notes},
          {"vouchers", statement.vouchers},
          {"receipt", runtime::to_hex(statement.receipt)},
          {"demanded_unix_ms", statement.demanded_unix_ms},
          {"accepted_unix_ms", statement.accepted_unix_ms},
          {"ended_unix_ms", statement.ended_unix_ms},
          {"closed_unix_ms", statement.closed_unix_ms}};
}

}  // namespace

void write_verdict(Page& page, const std::string& file, const Verdict& verdict) {
  page.section(visible(file));
  if (verdict) {
    page.row("Verdict", page.paint(Tone::good, "holds"));
    return write_statement(page, *verdict);
  }
  const TrailFault& fault = verdict.error();
  page.row("Verdict", page.paint(Tone::bad, "does not hold"));
  page.row("Record", std::to_string(fault.record + 1) + ", at byte " + std::to_string(fault.offset));
  page.row("Fault", visible(model::to_text(fault.why)));
}

json::object to_json(const std::string& file, const Verdict& verdict) {
  // Names of files are bytes; JSON is UTF-8.
  json::object object{{"file", visible(file)}, {"holds", verdict.has_value()}};
  if (verdict) {
    object.emplace("statement", object_of(*verdict));
    return object;
  }
  const TrailFault& fault = verdict.error();
  object.emplace("fault", json::object{{"record", fault.record + 1},
                                       {"offset", fault.offset},
                                       {"reason", model::text_of(fault.why.reason).name},
                                       {"text", visible(model::to_text(fault.why))}});
  return object;
}

}  // namespace quern::scheduler::cli
