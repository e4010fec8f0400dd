#include "desktop/pages/offer_facts.hpp"

#include <QStringList>
#include <algorithm>
#include <map>

#include "desktop/pages/market_detail.hpp"

namespace quern::desktop::pages {

using Better = OfferFact::Better;

namespace {

// 0 is "not known" for measures.
OfferFact measured(const QString& key, std::uint64_t value, const QString& text, Better better = Better::more) {
  if (value == 0) return {.key = key, .value = {}, .measure = {}, .better = better};
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  return {.key = key, .value = text, .measure = static_cast<std::int64_t>(std::min(value, kMost)), .better = better};
}

OfferFact said(const QString& key, const QString& value) {
  return {.key = key, .value = value, .measure = {}, .better = Better::neither};
}

}  // namespace

std::vector<OfferFact> device_facts(models::DaemonModels& models, const models::OfferRow& offer) {
  const models::QuantityText& text = models.text();
  QStringList kinds;
  for (const QString& kind : offer.kinds) kinds.append(models::job_kind_text(kind));
  const auto trip = models.offers().round_trip_us(offer.provider);
  const auto units = static_cast<std::int64_t>(offer.compute_units);
  return {said(MarketDetail::tr("Type"), models::device_type_text(offer.type)),
          measured(MarketDetail::tr("Memory"), offer.memory_bytes, text.bytes(offer.memory_bytes)),
          measured(MarketDetail::tr("Measured fp32"), offer.fp32_flops, text.flops(offer.fp32_flops)),
          measured(MarketDetail::tr("Measured fp64"), offer.fp64_flops, text.flops(offer.fp64_flops)),
          measured(MarketDetail::tr("Measured memory"), offer.memory_bytes_per_second,
                   text.bytes_per_second(offer.memory_bytes_per_second)),
          measured(MarketDetail::tr("Compute units"), offer.compute_units, text.count(units), Better::neither),
          said(MarketDetail::tr("OpenCL"), offer.opencl_version),
          measured(MarketDetail::tr("Round trip"), trip.value_or(0), text.round_trip(trip.value_or(0)), Better::less),
          measured(MarketDetail::tr("Link"), offer.link_bytes_per_second,
                   text.bytes_per_second(offer.link_bytes_per_second)),
          said(MarketDetail::tr("Runs"), kinds.join(QStringLiteral(", "))),
          // The tier of others is not announced.
          said(MarketDetail::tr("Sandbox"), offer.own ? models.status().sandbox_tier : QString())};
}

std::vector<OfferFact> limit_facts(const models::OfferRow& offer, const models::QuantityText& text) {
  return {
      measured(MarketDetail::tr("Longest task"), offer.walltime_ms,
               text.duration(static_cast<std::int64_t>(offer.walltime_ms))),
      measured(MarketDetail::tr("CPU cores"), offer.cpu_cores, text.count(static_cast<std::int64_t>(offer.cpu_cores))),
      measured(MarketDetail::tr("Host memory"), offer.host_memory_bytes, text.bytes(offer.host_memory_bytes)),
      measured(MarketDetail::tr("Disk"), offer.scratch_bytes, text.bytes(offer.scratch_bytes))};
}

std::vector<OfferFact> history_facts(const std::optional<PeerHistory>& history, const models::QuantityText& text) {
  OfferFact tasks = said(MarketDetail::tr("Your tasks there"), {});
  OfferFact completed{.key = MarketDetail::tr("Completed"), .value = {}, .measure = {}, .better = Better::more};
  if (history) tasks.value = text.count(static_cast<std::int64_t>(history->tasks));
  if (history && history->tasks > 0) {
    completed.measure = static_cast<std::int64_t>(history->completed * 1'000 / history->tasks);
    completed.value = text.percent(*completed.measure);
  }
  return {std::move(tasks), std::move(completed)};
}

std::vector<OfferFact> quote_facts(const models::QuoteRow* quote, const models::QuantityText& text) {
  OfferFact likely{.key = MarketDetail::tr("Likely"), .value = {}, .measure = {}, .better = Better::less};
  OfferFact most{.key = MarketDetail::tr("At most"), .value = {}, .measure = {}, .better = Better::less};
  OfferFact time{.key = MarketDetail::tr("Time"), .value = {}, .measure = {}, .better = Better::less};
  OfferFact why = said(MarketDetail::tr("Why"), {});
  if (quote && quote->fits) {
    if (!quote->trial) {
      likely.value = text.credits(quote->cost_micro.likely);
      likely.measure = quote->cost_micro.likely;
    }
    most.value = text.credits(quote->cost_micro.high);
    most.measure = quote->cost_micro.high;
    if (quote->total_ms && !quote->trial) {
      time.value = text.duration(quote->total_ms->likely);
      time.measure = quote->total_ms->likely;
    }
    if (quote->trial) why.value = MarketDetail::tr("A trial tells");
  } else if (quote) {
    why.value = quote->why.sentence();
  }
  return {std::move(likely), std::move(most), std::move(time), std::move(why)};
}

QString rate_text(const QString& name) {
  static const std::map<QString, const char*> kTexts{
      {QStringLiteral("setup"), QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "Set-up, once a task")},
      {QStringLiteral("device_second"),
       QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A second of the device")},
      {QStringLiteral("cpu_core_second"),
       QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A second of a CPU core")},
      {QStringLiteral("memory_gib_second"),
       QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A second of a GiB of memory")},
      {QStringLiteral("gib_in"), QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A GiB sent there")},
      {QStringLiteral("gib_out"), QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A GiB fetched from there")},
      {QStringLiteral("million_tokens_in"),
       QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A million tokens in")},
      {QStringLiteral("million_tokens_cached"),
       QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A million cached tokens")},
      {QStringLiteral("million_tokens_out"),
       QT_TRANSLATE_NOOP("quern::desktop::pages::MarketDetail", "A million tokens out")}};
  const auto found = kTexts.find(name);
  return found == kTexts.end() ? name : MarketDetail::tr(found->second);
}

}  // namespace quern::desktop::pages
