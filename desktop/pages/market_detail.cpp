#include "desktop/pages/market_detail.hpp"

#include <QPushButton>
#include <QVBoxLayout>

#include "desktop/pages/quote_feed.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::pages {

using widgets::Ink;
using widgets::KeyValue;
using widgets::TextLabel;

namespace {

constexpr std::int64_t kHoursOfDay = 24;

theme::Glyph glyph_of(models::DeviceType type) {
  return type == models::DeviceType::cpu ? theme::Glyph::cpu : theme::Glyph::gpu;
}

}  // namespace

MarketDetail::MarketDetail(models::DaemonModels& models, QWidget* parent)
    : DetailPanel(parent),
      models_(models),
      body_(new QWidget),
      price_(new TextLabel({}, theme::FontRole::figure)),
      per_day_(new TextLabel({}, theme::FontRole::caption, Ink::muted)),
      quote_(new QWidget),
      quote_title_(new TextLabel({}, theme::FontRole::body_strong)),
      quote_rows_(new widgets::KeyValueList),
      quote_words_(new TextLabel({}, theme::FontRole::caption, Ink::muted)),
      facts_(new widgets::KeyValueList),
      history_(new widgets::KeyValueList),
      rates_(new widgets::KeyValueList(nullptr, theme::FontRole::caption)),
      nothing_(new TextLabel({}, theme::FontRole::body, Ink::muted)),
      run_(new QPushButton(theme::icon(theme::Glyph::play, theme::Tint::on_accent), tr("Run a job here"))),
      compare_(new QPushButton(theme::icon(theme::Glyph::columns), tr("Compare"))) {
  auto* column = new QVBoxLayout(body_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  auto* quote = new QVBoxLayout(quote_);
  quote->setContentsMargins(0, 0, 0, 0);
  quote->setSpacing(theme::kSpaceS);
  quote->addWidget(new widgets::Separator);
  quote->addWidget(quote_title_);
  quote->addWidget(quote_rows_);
  quote->addWidget(quote_words_);
  run_->setProperty("kind", QStringLiteral("primary"));
  connect(run_, &QPushButton::clicked, this, &MarketDetail::run_clicked);
  column->addWidget(price_);
  column->addWidget(per_day_);
  column->addWidget(run_);
  compare_->setProperty("kind", QStringLiteral("ghost"));
  column->addWidget(compare_);
  column->addWidget(quote_);
  column->addWidget(new widgets::Separator);
  column->addWidget(facts_);
  column->addWidget(new widgets::Separator);
  column->addWidget(history_);
  column->addWidget(new widgets::Separator);
  column->addWidget(new TextLabel(tr("What is charged"), theme::FontRole::body_strong));
  column->addWidget(rates_);
  content()->addWidget(nothing_);
  content()->addWidget(body_);
  content()->addStretch(1);
  show_nothing({});
}

void MarketDetail::show_nothing(const QString& text) {
  set_heading(tr("No offer is selected"), {});
  nothing_->set_text(text);
  nothing_->setVisible(!text.isEmpty());
  body_->hide();
}

void MarketDetail::show_offer(const models::OfferRow& offer, const std::optional<PeerHistory>& history) {
  const models::QuantityText& text = models_.text();
  set_heading(offer.name.isEmpty() ? models::short_id(offer.device) : offer.name,
              offer.own ? tr("this node") : tr("by %1").arg(models::short_id(offer.provider)), glyph_of(offer.type));
  nothing_->hide();
  body_->show();
  const auto& hourly = offer.per_hour_micro;
  price_->set_text(hourly ? text.credits_per_hour(*hourly) : models::QuantityText::none());
  const bool day_fits = hourly && *hourly <= models::kMicroMax / kHoursOfDay;
  per_day_->set_text(day_fits ? tr("%1 a day if it runs all day").arg(text.credits(*hourly * kHoursOfDay))
                              : tr("The price is not known."));
  facts_->set_rows(facts(offer));
  rates_->set_rows(rates(offer));
  show_quote(offer);
  show_history(history);
}

QVector<KeyValue> MarketDetail::facts(const models::OfferRow& offer) const {
  const models::QuantityText& text = models_.text();
  QVector<KeyValue> rows;
  const auto add = [&rows](const std::vector<OfferFact>& facts) {
    for (const OfferFact& fact : facts) {
      if (!fact.value.isEmpty()) rows.append({.key = fact.key, .value = fact.value});
    }
  };
  add(device_facts(models_, offer));
  add(limit_facts(offer, text));
  if (offer.until_unix_ms) {
    rows.append({.key = tr("Ends"), .value = text.until(*offer.until_unix_ms, models_.now_unix_ms())});
  }
  rows.append({.key = tr("Provider"), .value = offer.provider});
  return rows;
}

QVector<KeyValue> MarketDetail::rates(const models::OfferRow& offer) const {
  QVector<KeyValue> rows;
  for (const auto& [name, micro] : offer.rates) {
    rows.append({.key = rate_text(name), .value = models_.text().credits_exact(micro), .strong = false});
  }
  return rows;
}

void MarketDetail::show_quote(const models::OfferRow& offer) {
  const models::QuantityText& text = models_.text();
  const models::QuoteRow* const quote = models_.offers().quote(offer.id);
  quote_->setVisible(quote != nullptr);
  run_->setEnabled(quote == nullptr || quote->fits);
  if (!quote) return;
  QVector<KeyValue> rows;
  if (quote->fits) {
    quote_title_->set_text(quote->trial ? tr("Your job has no price yet") : tr("Your job here"));
    if (!quote->trial)
      rows.append({.key = tr("Likely"), .value = text.credits(quote->cost_micro.likely), .ink = Ink::ok});
    rows.append({.key = tr("At least"), .value = text.credits(quote->cost_micro.low)});
    rows.append({.key = tr("At most"), .value = text.credits(quote->cost_micro.high)});
    if (quote->total_ms && !quote->trial)
      rows.append({.key = tr("Time"), .value = text.duration(quote->total_ms->likely)});
    quote_words_->set_text(
        quote->trial      ? tr("Nothing tells what it takes there: a trial runs first, of some of it or all.")
        : quote->measured ? tr("Its time on the device was measured by earlier runs; the rates below make the "
                               "price.")
                          : tr("Its time on the device follows from the work that the job states and the "
                               "measured speeds; the rates below make the price."));
  } else {
    quote_title_->set_text(tr("Your job cannot run here"));
    rows.append({.key = tr("Why"), .value = quote->why.sentence(), .ink = Ink::bad, .strong = false});
    quote_words_->set_text(quote->why.remedy.isEmpty() ? QString()
                                                       : tr("What would have to change: %1").arg(quote->why.way_out()));
  }
  quote_rows_->set_rows(rows);
  quote_words_->setVisible(!quote_words_->text().isEmpty());
}

void MarketDetail::show_history(const std::optional<PeerHistory>& history) {
  const models::QuantityText& text = models_.text();
  QVector<KeyValue> rows;
  if (!history) {
    rows.append({.key = tr("Your tasks there"), .value = models::QuantityText::none()});
  } else {
    rows.append({.key = tr("Your tasks there"), .value = text.count(static_cast<std::int64_t>(history->tasks))});
    if (history->tasks > 0) {
      rows.append({.key = tr("Completed"),
                   .value = text.percent(static_cast<std::int64_t>(history->completed * 1'000 / history->tasks)),
                   .ink = history->completed == history->tasks ? Ink::ok : Ink::text});
      rows.append({.key = tr("Paid"), .value = text.credits(history->paid_micro)});
    }
  }
  history_->set_rows(rows);
}

}  // namespace quern::desktop::pages
