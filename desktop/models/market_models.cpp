#include "desktop/models/market_models.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

QVariant number(std::int64_t value) {
  return QVariant::fromValue(static_cast<qlonglong>(value));
}

// 0 is "not known" for measures.
QVariant measure(std::uint64_t value) {
  return value == 0 ? QVariant() : number(static_cast<std::int64_t>(std::min(value, std::uint64_t{1} << 62)));
}

// Of the column of what a job is likely to cost. Its bounds stand in another, and take no room from it.
int decimals_of(const std::vector<QuoteRow>& quotes) {
  int decimals = QuantityText::kCreditDecimals;
  for (const QuoteRow& quote : quotes) {
    if (quote.priced()) decimals = QuantityText::credits_decimals(quote.cost_micro.likely, decimals);
  }
  return decimals;
}

const json::array* offer_list(const json::value& value) {
  const json::object* const object = value.if_object();
  const json::value* const list = object ? object->if_contains("offers") : nullptr;
  return list ? list->if_array() : nullptr;
}

}  // namespace

QString device_type_text(DeviceType type) {
  switch (type) {
    case DeviceType::cpu:
      return OfferModel::tr("CPU");
    case DeviceType::gpu:
      return OfferModel::tr("GPU");
    case DeviceType::accelerator:
      return OfferModel::tr("Accelerator");
    case DeviceType::other:
      break;
  }
  return OfferModel::tr("Other");
}

QString job_kind_text(const QString& kind) {
  if (kind == QStringLiteral("OpenCLKernel")) return OfferModel::tr("OpenCL kernel");
  if (kind == QStringLiteral("Command")) return OfferModel::tr("Command");
  if (kind == QStringLiteral("Inference")) return OfferModel::tr("Inference");
  return kind;
}

OfferModel::OfferModel(QuantityText text, QObject* parent) : RowTable(parent), text_(std::move(text)) {}

void OfferModel::take(const boost::json::value& value) {
  OfferList list = offer_list_from(value);
  ids_.clear();
  ids_.reserve(list.rows.size());
  for (const OfferRow& row : list.rows) ids_.push_back(row.id);
  ends_ = std::move(list.ends);
  replace(std::move(list.rows));
  // Of rows with one id the first counts: which element has it is not kept.
  if (static_cast<std::size_t>(rowCount()) != ids_.size()) ends_.clear();
  align_prices();
}

void OfferModel::take(const json::value& value, const TouchedElements& touched) {
  const json::array* const elements = offer_list(value);
  if (touched.everything() || !elements || elements->size() != ends_.size()) {
    take(value);
    return;
  }
  std::vector<OfferRow> rows;
  for (const std::size_t at : touched.elements()) {
    std::vector<OfferRow> devices = at < elements->size() ? offer_from((*elements)[at]) : std::vector<OfferRow>();
    if (at >= elements->size() || !same_devices(at, devices)) {
      take(value);
      return;
    }
    std::ranges::move(devices, std::back_inserter(rows));
  }
  update(std::move(rows));
  align_prices();
}

void OfferModel::align_prices() {
  int price = QuantityText::kCreditDecimals;
  int setup = QuantityText::kCreditDecimals;
  for (const OfferRow& offer : rows()) {
    price = QuantityText::credits_decimals(offer.per_hour_micro.value_or(0), price);
    setup = QuantityText::credits_decimals(offer.setup_micro, setup);
  }
  if (std::exchange(price_decimals_, price) != price) tell_columns(kPrice, kPrice);
  if (std::exchange(setup_decimals_, setup) != setup) tell_columns(kSetup, kSetup);
}

bool OfferModel::same_devices(std::size_t element, const std::vector<OfferRow>& rows) const {
  const std::size_t begin = element == 0 ? 0 : ends_[element - 1];
  return std::ranges::equal(rows, std::span(ids_).subspan(begin, ends_[element] - begin), {}, &OfferRow::id);
}

void OfferModel::set_round_trips(QHash<QString, std::uint64_t> round_trips) {
  if (round_trips_ == round_trips) return;
  round_trips_ = std::move(round_trips);
  tell_columns(kRoundTrip, kRoundTrip);
}

void OfferModel::set_now(std::int64_t unix_ms) {
  now_unix_ms_ = unix_ms;
  tell_columns(kUntil, kUntil);
}

std::optional<std::uint64_t> OfferModel::round_trip_us(const QString& provider) const {
  const auto found = round_trips_.constFind(provider);
  return found == round_trips_.cend() ? std::nullopt : std::optional(*found);
}

void OfferModel::set_quotes(const std::optional<std::vector<QuoteRow>>& quotes) {
  std::optional<QHash<QString, QuoteRow>> by_id;
  if (quotes) {
    by_id.emplace().reserve(static_cast<qsizetype>(quotes->size()));
    for (const QuoteRow& each : *quotes) by_id->insert(each.id, each);
  }
  if (by_id == quotes_) return;
  const int before = columnCount();
  const bool all_fit = !quotes || std::ranges::all_of(*quotes, &QuoteRow::fits);
  const int after = !quotes ? int{kCost} : all_fit ? int{kWhyNot} : int{kColumns};
  if (after < before) beginRemoveColumns({}, after, before - 1);
  if (after > before) beginInsertColumns({}, before, after - 1);
  quotes_ = std::move(by_id);
  columns_ = after;
  cost_decimals_ = quotes ? decimals_of(*quotes) : QuantityText::kCreditDecimals;
  if (after < before) endRemoveColumns();
  if (after > before) endInsertColumns();
  if (const int kept = std::min(before, after); kept > kCost) tell_columns(kCost, kept - 1);
}

const QuoteRow* OfferModel::quote(const QString& id) const {
  if (!quotes_) return nullptr;
  const auto found = quotes_->constFind(id);
  return found == quotes_->cend() ? nullptr : &*found;
}

bool OfferModel::fades(const OfferRow& offer) const {
  return offer.until_unix_ms && now_unix_ms_ > 0 && *offer.until_unix_ms - now_unix_ms_ < kFadeMs;
}

int OfferModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : columns_;
}

QString OfferModel::title(int column) {
  switch (column) {
    case kDevice:
      return tr("Device");
    case kType:
      return tr("Type");
    case kMemory:
      return tr("Memory");
    case kPrice:
      return tr("Price/h");
    case kSpeed:
      return tr("Speed");
    case kSpeedPerCredit:
      return tr("Work/credit");
    case kRoundTrip:
      return tr("Round trip");
    case kLink:
      return tr("Link");
    case kSetup:
      return tr("Set-up");
    case kUntil:
      return tr("Holds");
    case kProvider:
      return tr("Provider");
    case kCost:
      return tr("Likely cost");
    case kCostRange:
      return tr("From – to");
    case kWhyNot:
      return tr("Why not");
    default:
      return {};
  }
}

QString OfferModel::quote_text(const OfferRow& offer, int column) const {
  const QuoteRow* const found = quote(offer.id);
  if (!found) return QuantityText::none();
  if (column == kWhyNot) return found->fits ? QString() : found->why.sentence();
  if (!found->fits) return QuantityText::none();
  if (column == kCost) return found->trial ? tr("Trial") : text_.credits(found->cost_micro.likely, cost_decimals_);
  return tr("%1 – %2").arg(text_.credits_number(found->cost_micro.low), text_.credits_number(found->cost_micro.high));
}

QString OfferModel::display(const OfferRow& offer, int column) const {
  const auto known = [](std::uint64_t value, const QString& text) { return value == 0 ? QuantityText::none() : text; };
  switch (column) {
    case kDevice:
      return offer.name.isEmpty() ? short_id(offer.device) : offer.name;
    case kType:
      return device_type_text(offer.type);
    case kMemory:
      return known(offer.memory_bytes, text_.bytes(offer.memory_bytes));
    case kPrice:
      return offer.per_hour_micro ? text_.credits_number(*offer.per_hour_micro, price_decimals_) : QuantityText::none();
    case kSpeed:
      return known(offer.fp32_flops, text_.flops(offer.fp32_flops));
    case kSpeedPerCredit: {
      const auto flops = offer.flops_per_micro();
      return flops ? text_.flop_per_credit(*flops) : QuantityText::none();
    }
    case kRoundTrip: {
      if (offer.own) return tr("here");
      const auto trip = round_trip_us(offer.provider);
      return trip ? text_.round_trip(*trip) : QuantityText::none();
    }
    case kLink:
      return known(offer.link_bytes_per_second, text_.bytes_per_second(offer.link_bytes_per_second));
    case kSetup:
      return text_.credits_number(offer.setup_micro, setup_decimals_);
    case kUntil:
      return offer.until_unix_ms && now_unix_ms_ > 0 ? text_.until(*offer.until_unix_ms, now_unix_ms_)
                                                     : QuantityText::none();
    case kProvider:
      return offer.own ? tr("this node") : short_id(offer.provider);
    case kCost:
    case kCostRange:
    case kWhyNot:
      return quote_text(offer, column);
    default:
      return {};
  }
}

QVariant OfferModel::sort_key(const OfferRow& offer, int column) const {
  switch (column) {
    case kMemory:
      return measure(offer.memory_bytes);
    case kPrice:
      return offer.per_hour_micro ? number(*offer.per_hour_micro) : QVariant();
    case kSpeed:
      return measure(offer.fp32_flops);
    case kSpeedPerCredit:
      return measure(offer.flops_per_micro().value_or(0));
    case kRoundTrip: {
      if (offer.own) return number(0);
      const auto trip = round_trip_us(offer.provider);
      return trip ? number(static_cast<std::int64_t>(*trip)) : QVariant();
    }
    case kLink:
      return measure(offer.link_bytes_per_second);
    case kSetup:
      return number(offer.setup_micro);
    case kUntil:
      return offer.until_unix_ms ? number(*offer.until_unix_ms) : QVariant();
    case kProvider:
      return offer.provider;
    case kCost:
    case kCostRange: {
      const QuoteRow* const found = quote(offer.id);
      return found && found->fits ? number(found->cost_micro.likely) : QVariant();
    }
    default:
      return display(offer, column);
  }
}

QVariant OfferModel::other(const OfferRow& offer, int column, int role) const {
  switch (role) {
    case kProviderRole:
      return offer.provider;
    case kDeviceRole:
      return offer.device;
    case kOwnRole:
      return offer.own;
    case kPerHourMicroRole:
      return offer.per_hour_micro ? number(*offer.per_hour_micro) : QVariant();
    case kLikelyMicroRole: {
      const QuoteRow* const found = quote(offer.id);
      return found && found->fits ? number(found->cost_micro.likely) : QVariant();
    }
    // A column of numbers may have none at all.
    case Qt::TextAlignmentRole:
      return column == kCost || column == kCostRange ? QVariant::fromValue(Qt::AlignVCenter | Qt::AlignRight)
                                                     : QVariant();
    case kWholeTextRole:
    case Qt::ToolTipRole:
      if (column == kProvider) return offer.provider;
      if (column == kWhyNot) return quote_text(offer, column);
      return column == kPrice && offer.per_hour_micro ? QVariant(text_.credits_exact(*offer.per_hour_micro))
                                                      : QVariant();
    default:
      return {};
  }
}

QuoteModel::QuoteModel(QuantityText text, QObject* parent) : RowTable(parent), text_(std::move(text)) {}

// A row keeps its place in the model: quotes are of one job and come once, so they are put in anew.
void QuoteModel::take(const boost::json::value& value) {
  replace({});
  take_rows(quotes_from(value));
}

void QuoteModel::take_rows(std::vector<QuoteRow> rows) {
  if (rows == this->rows()) return;
  const bool same_job = !rows.empty() && rows.size() == this->rows().size();
  if (!same_job) replace({});
  replace(std::move(rows));
  const int cost = std::exchange(cost_decimals_, decimals_of(this->rows()));
  int price = QuantityText::kCreditDecimals;
  for (const QuoteRow& row : this->rows()) {
    price = QuantityText::credits_decimals(row.per_hour_micro.value_or(0), price);
  }
  if (cost != cost_decimals_) tell_columns(kCost, kCost);
  if (std::exchange(price_decimals_, price) != price) tell_columns(kPrice, kPrice);
}

const QuoteRow* QuoteModel::best() const {
  const auto found = std::ranges::find_if(rows(), &QuoteRow::priced);  // the cheapest comes first
  return found == rows().end() ? nullptr : &*found;
}

QString QuoteModel::title(int column) {
  switch (column) {
    case kDevice:
      return tr("Device");
    case kCost:
      return tr("Cost, cr");  // a small window has no room for the unit in each row
    case kCostRange:
      return tr("From – to");
    case kTime:
      return tr("Time");
    case kPrice:
      return tr("Price/h");
    case kProvider:
      return tr("Provider");
    default:
      return {};
  }
}

QString QuoteModel::display(const QuoteRow& quote, int column) const {
  switch (column) {
    case kDevice:
      return quote.device_name.isEmpty() ? short_id(quote.device) : quote.device_name;
    case kProvider:
      return short_id(quote.provider);
    default:
      break;
  }
  if (!quote.fits) return QuantityText::none();
  switch (column) {
    case kCost:
      return quote.trial ? tr("Trial") : text_.credits_number(quote.cost_micro.likely, cost_decimals_);
    case kCostRange:
      return tr("%1 – %2").arg(text_.credits_number(quote.cost_micro.low), text_.credits_number(quote.cost_micro.high));
    case kTime:
      return quote.total_ms && !quote.trial ? text_.duration(quote.total_ms->likely) : QuantityText::none();
    case kPrice:
      return quote.per_hour_micro ? text_.credits_number(*quote.per_hour_micro, price_decimals_) : QuantityText::none();
    default:
      return {};
  }
}

QString QuoteModel::note(const QuoteRow& quote, int column) const {
  if (!quote.fits) {  // the room is the reason's
    return column == kDevice ? quote.why.advice() : QString();
  }
  switch (column) {
    case kProvider:
      return tr("by %1").arg(short_id(quote.provider));
    case kCostRange:
      return tr("%1 – %2").arg(text_.credits_number(quote.cost_micro.low), text_.credits(quote.cost_micro.high));
    case kTime:
      return quote.total_ms && !quote.trial ? text_.duration(quote.total_ms->likely) : QString();
    case kPrice:
      return quote.per_hour_micro ? text_.credits_per_hour(*quote.per_hour_micro) : QString();
    default:
      return {};
  }
}

QVariant QuoteModel::sort_key(const QuoteRow& quote, int column) const {
  switch (column) {
    case kCost:
    case kCostRange:
      return quote.fits ? number(quote.cost_micro.likely) : QVariant();
    case kTime:
      return quote.total_ms ? number(quote.total_ms->likely) : QVariant();
    case kPrice:
      return quote.per_hour_micro ? number(*quote.per_hour_micro) : QVariant();
    case kProvider:
      return quote.provider;
    default:
      return display(quote, column);
  }
}

QVariant QuoteModel::other(const QuoteRow& quote, int column, int role) const {
  switch (role) {
    case kProviderRole:
      return quote.provider;
    case kDeviceRole:
      return quote.device;
    case kFitsRole:
      return quote.fits;
    case kLikelyMicroRole:
      return quote.fits ? number(quote.cost_micro.likely) : QVariant();
    case kNoteRole:
      return note(quote, column);
    case kToneRole:
      return quote.fits ? QVariant() : QVariant(static_cast<int>(Tone::muted));
    case kWholeTextRole:
    case Qt::ToolTipRole:
      if (column == kProvider) return quote.provider;
      if (!quote.fits) return note(quote, kDevice);
      return column == kCost && quote.priced() ? QVariant(text_.credits_exact(quote.cost_micro.likely)) : QVariant();
    default:
      return {};
  }
}

}  // namespace quern::desktop::models
