// A sorted and filtered view whose rows do not jump: it is put in order at a steady pace and not on every change, and
// not at all while it is frozen, as under a mouse pointer. And the one of offers, with its query line.
#pragma once
#include <QObject>
#include <QSortFilterProxyModel>
#include <QString>
#include <QTimer>
#include <chrono>
#include <optional>
#include <vector>

#include "desktop/models/market_models.hpp"
#include "desktop/models/offer_query.hpp"
#include "desktop/models/roles.hpp"
#include "desktop/models/turn.hpp"

namespace quern::desktop::models {

inline constexpr std::chrono::milliseconds kOrderPace{1'000};

// Sorts by kSortRole: numbers by value, names without regard to case, and what is not known last in both directions.
class SteadyProxy : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  explicit SteadyProxy(QObject* parent = nullptr, std::chrono::milliseconds pace = kOrderPace);

  void setSourceModel(QAbstractItemModel* model) override;
  // While frozen, values change in their rows and new rows come at the end.
  void set_frozen(bool frozen);
  bool frozen() const { return frozen_; }
  // Filters and sorts now.
  void put_in_order();

 protected:
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
  // The sort key of a row of the source, in the column that is sorted by.
  virtual QVariant sort_key(int source_row, int source_column) const;

 private:
  void on_source_changed();
  void rank(int column) const;

  QTimer timer_;
  Turn turn_;
  std::vector<QMetaObject::Connection> watched_;
  bool frozen_ = false;
  bool stale_ = false;
  // Where each row of the source stands in ascending order; found once for all filters and both directions. kUnknown:
  // it has no key.
  static constexpr int kUnknown = -1;
  mutable std::vector<int> ranks_;
  mutable int ranked_column_ = -1;  // -1: the source has changed since
};

class OfferFilter : public SteadyProxy {
  Q_OBJECT
 public:
  // `offers` outlives it.
  explicit OfferFilter(OfferModel& offers, QObject* parent = nullptr, std::chrono::milliseconds pace = kOrderPace);

  // The fault, and then the query stays as it was.
  std::optional<QueryFault> set_line(const QString& line);
  const QString& line() const { return line_; }
  void set_query(OfferQuery query);
  const OfferRow& offer(const QModelIndex& index) const;

 protected:
  bool filterAcceptsRow(int source_row, const QModelIndex& source_parent) const override;
  QVariant sort_key(int source_row, int source_column) const override;

 private:
  OfferModel& offers_;
  OfferQuery query_;
  QString line_;
};

}  // namespace quern::desktop::models
