#include "desktop/models/steady_proxy.hpp"

#include <algorithm>
#include <utility>

namespace quern::desktop::models {

SteadyProxy::SteadyProxy(QObject* parent, std::chrono::milliseconds pace)
    : QSortFilterProxyModel(parent), turn_([this] {
        if (stale_ && !frozen_) put_in_order();
      }) {
  setDynamicSortFilter(false);
  setSortRole(kSortRole);
  timer_.setSingleShot(true);
  timer_.setInterval(pace);
  connect(&timer_, &QTimer::timeout, this, [this] {
    if (stale_ && !frozen_) turn_.ask();
  });
}

void SteadyProxy::setSourceModel(QAbstractItemModel* model) {
  for (const auto& each : std::exchange(watched_, {})) disconnect(each);
  ranked_column_ = -1;
  // Connected first: the ranks must be forgotten before the proxy sorts what has changed.
  if (model) {
    const auto forget = [this] { ranked_column_ = -1; };
    watched_ = {connect(model, &QAbstractItemModel::dataChanged, this, &SteadyProxy::on_source_changed),
                connect(model, &QAbstractItemModel::rowsInserted, this, &SteadyProxy::on_source_changed),
                connect(model, &QAbstractItemModel::rowsRemoved, this, forget),
                connect(model, &QAbstractItemModel::modelReset, this, forget),
                connect(model, &QAbstractItemModel::layoutChanged, this, forget)};
  }
  QSortFilterProxyModel::setSourceModel(model);
}

void SteadyProxy::on_source_changed() {
  ranked_column_ = -1;
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

QVariant SteadyProxy::sort_key(int source_row, int source_column) const {
  return sourceModel()->index(source_row, source_column).data(sortRole());
}

void SteadyProxy::rank(int column) const {
  struct Key {
    QString name;
    qint64 number = 0;
    bool numeric = false;
    int row = 0;
  };
  std::vector<Key> keys;
  const int rows = sourceModel()->rowCount();
  keys.reserve(static_cast<std::size_t>(rows));
  ranks_.assign(static_cast<std::size_t>(rows), kUnknown);
  for (int row = 0; row < rows; ++row) {
    const QVariant value = sort_key(row, column);
    if (!value.isValid()) continue;
    const bool numeric = value.metaType().id() == QMetaType::LongLong;
    keys.push_back({.name = numeric ? QString() : value.toString().toCaseFolded(),
                    .number = numeric ? value.toLongLong() : 0,
                    .numeric = numeric,
                    .row = row});
  }
  // Numbers before names, should a column have both.
  const auto compare = [](const Key& a, const Key& b) {
    if (a.numeric != b.numeric) return a.numeric ? -1 : 1;
    if (a.numeric) return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
    return a.name.compare(b.name);
  };
  std::ranges::sort(keys, [&](const Key& a, const Key& b) { return compare(a, b) < 0; });
  int at = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && compare(keys[i - 1], keys[i]) != 0) ++at;
    ranks_[static_cast<std::size_t>(keys[i].row)] = at;
  }
  ranked_column_ = column;
}

bool SteadyProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  if (ranked_column_ != left.column()) rank(left.column());
  const int a = ranks_[static_cast<std::size_t>(left.row())];
  const int b = ranks_[static_cast<std::size_t>(right.row())];
  if (a != kUnknown && b != kUnknown) return a < b;
  // Last in both directions: a descending order asks the other way round.
  if (a == b) return false;
  return (a != kUnknown) == (sortOrder() == Qt::AscendingOrder);
}

OfferFilter::OfferFilter(OfferModel& offers, QObject* parent, std::chrono::milliseconds pace)
    : SteadyProxy(parent, pace), offers_(offers) {
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

QVariant OfferFilter::sort_key(int source_row, int source_column) const {
  return offers_.sort_key(offers_.row(source_row), source_column);
}

}  // namespace quern::desktop::models
