#include "desktop/models/steady_proxy.hpp"

#include <utility>

namespace quern::desktop::models {

SteadyProxy::SteadyProxy(QObject* parent, std::chrono::milliseconds pace) : QSortFilterProxyModel(parent) {
  setDynamicSortFilter(false);
  setSortRole(kSortRole);
  timer_.setSingleShot(true);
  timer_.setInterval(pace);
  connect(&timer_, &QTimer::timeout, this, [this] {
    if (stale_ && !frozen_) put_in_order();
  });
}

void SteadyProxy::setSourceModel(QAbstractItemModel* model) {
  if (sourceModel()) disconnect(sourceModel(), nullptr, this, nullptr);
  QSortFilterProxyModel::setSourceModel(model);
  if (!model) return;
  connect(model, &QAbstractItemModel::dataChanged, this, &SteadyProxy::on_source_changed);
  connect(model, &QAbstractItemModel::rowsInserted, this, &SteadyProxy::on_source_changed);
}

void SteadyProxy::on_source_changed() {
  stale_ = true;
  if (!timer_.isActive()) timer_.start();
}

void SteadyProxy::set_frozen(bool frozen) {
  frozen_ = frozen;
  if (!frozen_ && stale_ && !timer_.isActive()) put_in_order();
}

void SteadyProxy::put_in_order() {
  stale_ = false;
  invalidate();
}

bool SteadyProxy::before(const QVariant& left, const QVariant& right) const {
  if (!left.isValid() || !right.isValid()) {
    // Last in both directions: the view of a descending order asks the other way round.
    if (left.isValid() == right.isValid()) return false;
    return left.isValid() == (sortOrder() == Qt::AscendingOrder);
  }
  const bool numbers = left.metaType().id() == QMetaType::LongLong && right.metaType().id() == QMetaType::LongLong;
  if (numbers) return left.toLongLong() < right.toLongLong();
  return left.toString().compare(right.toString(), Qt::CaseInsensitive) < 0;
}

bool SteadyProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  return before(left.data(sortRole()), right.data(sortRole()));
}

OfferFilter::OfferFilter(OfferModel& offers, QObject* parent) : SteadyProxy(parent), offers_(offers) {
  SteadyProxy::setSourceModel(&offers);
}

std::optional<QueryFault> OfferFilter::set_line(const QString& line) {
  auto query = OfferQuery::parse(line);
  if (!query) return query.error();
  line_ = line;
  set_query(*std::move(query));
  return std::nullopt;
}

void OfferFilter::set_query(OfferQuery query) {
  if (query == query_) return;
  query_ = std::move(query);
  put_in_order();
}

const OfferRow& OfferFilter::offer(const QModelIndex& index) const {
  return offers_.row(mapToSource(index).row());
}

bool OfferFilter::filterAcceptsRow(int source_row, const QModelIndex& /*source_parent*/) const {
  const OfferRow& offer = offers_.row(source_row);
  return query_.fits(offer, query_.asks_for_round_trip() ? offers_.round_trip_us(offer.provider) : std::nullopt);
}

bool OfferFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  return before(offers_.sort_key(offers_.row(left.row()), left.column()),
                offers_.sort_key(offers_.row(right.row()), right.column()));
}

}  // namespace quern::desktop::models
