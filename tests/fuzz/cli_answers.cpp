// What quernd answers, read and shown: any JSON is a fault that is named or a page that is safe to print.
#include <cstdlib>

#include <boost/json/parse.hpp>

#include "scheduler/cli/base64.hpp"
#include "scheduler/cli/job_text.hpp"
#include "scheduler/cli/job_transfer.hpp"
#include "scheduler/cli/node_text.hpp"
#include "scheduler/cli/progress_lines.hpp"

namespace {

namespace cli = quern::scheduler::cli;

void expect_safe(const std::string& text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) std::abort();
  }
}

template <class T, class Write>
void read_and_show(const boost::json::value& value, Write write) {
  const auto read = cli::read_answer<T>(value);
  if (!read) {
    if (read.error().empty()) std::abort();
    return;
  }
  cli::Page page({.columns = 60});
  write(page, *read);
  expect_safe(page.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto bytes = cli::from_base64(text);
  if (bytes && cli::to_base64(*bytes) != text) std::abort();
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (error) return 0;
  constexpr std::int64_t kNow = 1'790'000'000'000;
  read_and_show<cli::StatusAnswer>(value, [](auto& page, const auto& read) { write_status(page, read, kNow); });
  read_and_show<cli::PeersAnswer>(value, [](auto& page, const auto& read) { write_peers(page, read); });
  read_and_show<cli::OffersAnswer>(value, [](auto& page, const auto& read) { write_offers(page, read, kNow); });
  read_and_show<cli::QuotesAnswer>(value, [](auto& page, const auto& read) { write_quotes(page, read); });
  read_and_show<cli::JobsAnswer>(value, [](auto& page, const auto& read) { write_jobs(page, read); });
  read_and_show<cli::BalancesAnswer>(value, [](auto& page, const auto& read) { write_balances(page, read); });
  read_and_show<cli::TrailsAnswer>(value, [](auto&, const auto&) {});
  read_and_show<cli::JobDetail>(value, [](auto& page, const auto& read) {
    write_job(page, read, kNow);
    expect_safe(cli::progress_block({.columns = 40}, read, kNow));
    cli::ProgressLines lines;
    for (const std::string& line : lines.take(read)) expect_safe(line);
  });
  return 0;
}
