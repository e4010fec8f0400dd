// Any JSON as what a daemon says: read by every reader, and what is for people is harmless and short. And any bytes as
// a line that filters offers.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/json/parse.hpp>

#include "desktop/models/machine_data.hpp"
#include "desktop/models/market_data.hpp"
#include "desktop/models/node_data.hpp"
#include "desktop/models/offer_query.hpp"

namespace {

namespace models = quern::desktop::models;

void require(bool holds) {
  if (!holds) std::abort();
}

void expect_safe(const QString& text) {
  require(text.size() <= 4'096 && text.isValidUtf16());
  for (const QChar c : text) require(c.category() != QChar::Other_Control);
}

void check_query(std::string_view text, const std::vector<models::OfferRow>& offers) {
  const QString line = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
  const auto query = models::OfferQuery::parse(line);
  if (!query) {
    require(query.error().at >= 0 && query.error().at + query.error().length <= line.size());
    return;
  }
  for (const models::OfferRow& offer : offers) std::ignore = query->fits(offer, 5);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_query(text, {models::OfferRow{}});
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse({text.data(), text.size()}, error);
  if (error) return 0;
  for (const auto& offer : models::offers_from(value)) expect_safe(offer.name);
  for (const auto& peer : models::peers_from(value)) expect_safe(peer.agent);
  for (const auto& quote : models::quotes_from(value)) expect_safe(quote.why.text);
  for (const auto& job : models::jobs_from(value)) expect_safe(job.name);
  const auto detail = models::job_detail_from(value);
  for (const auto& output : detail.outputs) expect_safe(output.path);
  const auto status = models::status_from(value);
  expect_safe(status.sandbox_note);
  const auto machine = models::machine_from(value);
  for (const auto& core : machine.cores) {
    require(core.package < machine.packages.size() && core.numa_node < machine.numa_nodes.size());
  }
  for (const auto& cache : machine.caches) {
    for (const std::uint32_t core : cache.cores) require(core < machine.cores.size());
  }
  for (const auto& device : machine.devices)
    require(!device.numa_node || *device.numa_node < machine.numa_nodes.size());
  std::ignore = models::preferences_from(value);
  std::ignore = models::earnings_from(value);
  std::ignore = models::earnings_history_from(value).parts();
  std::ignore = models::receipts_from(value);
  std::ignore = models::receipt_detail_from(value);
  for (const auto& work : models::works_from(value)) expect_safe(work.name);
  return 0;
}
