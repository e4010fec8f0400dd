// What is told of an offer, line by line: beside the list of the market, and where offers are compared.
#pragma once
#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "desktop/models/daemon_models.hpp"

namespace quern::desktop::pages {

// Of the receipts with one peer as the provider.
struct PeerHistory {
  std::uint64_t tasks = 0;
  std::uint64_t completed = 0;
  std::int64_t paid_micro = 0;
};

struct OfferFact {
  enum class Better { neither, less, more };
  QString key;
  QString value;                        // empty: not known, or not there
  std::optional<std::int64_t> measure;  // by which values are better than others
  Better better = Better::neither;
};

// The same keys for every offer, in the same order.
std::vector<OfferFact> device_facts(models::DaemonModels& models, const models::OfferRow& offer);
std::vector<OfferFact> limit_facts(const models::OfferRow& offer, const models::QuantityText& text);
std::vector<OfferFact> history_facts(const std::optional<PeerHistory>& history, const models::QuantityText& text);
// Of the job that is quoted; none while none is.
std::vector<OfferFact> quote_facts(const models::QuoteRow* quote, const models::QuantityText& text);
// "A second of the device"
QString rate_text(const QString& name);

}  // namespace quern::desktop::pages
