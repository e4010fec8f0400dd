// A table whose rows come as whole lists and are told apart by their ids: what every model of a topic is.
#pragma once
#include <QAbstractTableModel>
#include <QHash>
#include <QString>
#include <QVariant>
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <utility>
#include <vector>

#include "desktop/models/roles.hpp"

namespace quern::desktop::models {

inline constexpr std::size_t kRemovalsMax = 64;  // ranges; above, the model is reset

// Row: copyable, with operator==. Rows keep their places: new ones come at the end, whatever the order of the list;
// sorting is a proxy's. `Derived` has, beside an enum of columns that ends with kColumns:
//   static QString id_of(const Row&)
//   static QString title(int column)                         head of a column
//   QString display(const Row&, int column) const            a cell
//   QVariant sort_key(const Row&, int column) const          numbers are right-aligned
//   QVariant other(const Row&, int column, int role) const   any further role, or nothing
template <class Row, class Derived>
class RowTable : public QAbstractTableModel {
 public:
  int rowCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
  }
  int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : Derived::kColumns; }
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  const std::vector<Row>& rows() const { return rows_; }
  const Row& row(int at) const { return rows_[static_cast<std::size_t>(at)]; }
  // Nullptr: none of that id.
  const Row* find(const QString& id) const {
    const auto at = places_.constFind(id);
    return at == places_.cend() ? nullptr : &rows_[static_cast<std::size_t>(*at)];
  }
  int row_of(const QString& id) const { return places_.value(id, -1); }

  // What is gone goes, what is new comes at the end, what changed is told as ranges, or as one where more than half
  // did. Of rows with one id the first counts.
  void replace(std::vector<Row> rows);
  // Those rows alone; what is not among the rows is left out.
  void update(std::vector<Row> rows);

 protected:
  // Rows told as changed: all of them, in these columns.
  void tell_columns(int first, int last) {
    if (!rows_.empty()) Q_EMIT this->dataChanged(this->index(0, first), this->index(rowCount() - 1, last));
  }

 private:
  friend Derived;
  explicit RowTable(QObject* parent) : QAbstractTableModel(parent) {}

  // All that a cell shows: its two lines, and of the first the note of its row.
  QString said(const Row& at, int column) const {
    const auto& derived = static_cast<const Derived&>(*this);
    QString text = derived.display(at, column);
    for (const int role : {kSubTextRole, kNoteRole}) {
      const QString more = role == kNoteRole && column > 0 ? QString() : derived.other(at, column, role).toString();
      if (!more.isEmpty()) text += QStringLiteral(", ") + more;
    }
    return text;
  }
  static bool is_number(const QVariant& key) { return key.isValid() && key.metaType().id() == QMetaType::LongLong; }
  bool take_in_place(std::vector<Row>& rows);
  bool put(int at, Row& row);
  void remove_missing(const QHash<QString, int>& wanted);
  void remove_range(int first, int last);
  void tell_changes(std::vector<int> changed);
  void index_from(int first);

  std::vector<Row> rows_;
  QHash<QString, int> places_;
};

template <class Row, class Derived>
QVariant RowTable<Row, Derived>::data(const QModelIndex& index, int role) const {
  if (!this->checkIndex(index, QAbstractItemModel::CheckIndexOption::IndexIsValid)) return {};
  const auto& derived = static_cast<const Derived&>(*this);
  const Row& at = row(index.row());
  const int column = index.column();
  QVariant special = derived.other(at, column, role);
  if (special.isValid()) return special;
  switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case kWholeTextRole:
      return derived.display(at, column);
    case Qt::AccessibleTextRole:
      return QStringLiteral("%1: %2").arg(Derived::title(column), said(at, column));
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::AlignVCenter |
                                 (is_number(derived.sort_key(at, column)) ? Qt::AlignRight : Qt::AlignLeft));
    case kSortRole:
      return derived.sort_key(at, column);
    case kIdRole:
      return Derived::id_of(at);
    default:
      return {};
  }
}

template <class Row, class Derived>
QVariant RowTable<Row, Derived>::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= Derived::kColumns) return {};
  return role == Qt::DisplayRole || role == Qt::AccessibleTextRole ? Derived::title(section) : QVariant();
}

template <class Row, class Derived>
void RowTable<Row, Derived>::replace(std::vector<Row> rows) {
  if (take_in_place(rows)) return;
  QHash<QString, int> wanted;
  wanted.reserve(static_cast<qsizetype>(rows.size()));
  std::erase_if(rows, [&wanted](const Row& each) {
    const QString id = Derived::id_of(each);
    const bool repeated = wanted.contains(id);
    if (!repeated) wanted.insert(id, static_cast<int>(wanted.size()));
    return repeated;
  });
  remove_missing(wanted);
  std::vector<int> changed;
  std::vector<Row> added;
  for (Row& each : rows) {
    const auto place = places_.constFind(Derived::id_of(each));
    if (place == places_.cend()) {
      added.push_back(std::move(each));
    } else if (put(*place, each)) {
      changed.push_back(*place);
    }
  }
  tell_changes(std::move(changed));
  if (added.empty()) return;
  const int first = rowCount();
  this->beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
  rows_.insert(rows_.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
  index_from(first);
  this->endInsertRows();
}

template <class Row, class Derived>
void RowTable<Row, Derived>::update(std::vector<Row> rows) {
  std::vector<int> changed;
  for (Row& each : rows) {
    const auto place = places_.constFind(Derived::id_of(each));
    if (place != places_.cend() && put(*place, each)) changed.push_back(*place);
  }
  std::ranges::sort(changed);
  const auto [least_repeated, end] = std::ranges::unique(changed);
  changed.erase(least_repeated, end);
  tell_changes(std::move(changed));
}

// Most lists have the rows of the last one at the same places: then nothing has to be looked up.
template <class Row, class Derived>
bool RowTable<Row, Derived>::take_in_place(std::vector<Row>& rows) {
  if (!std::ranges::equal(rows, rows_, {}, Derived::id_of, Derived::id_of)) return false;
  std::vector<int> changed;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (put(static_cast<int>(at), rows[at])) changed.push_back(static_cast<int>(at));
  }
  tell_changes(std::move(changed));
  return true;
}

// Whether it was another.
template <class Row, class Derived>
bool RowTable<Row, Derived>::put(int at, Row& row) {
  Row& old = rows_[static_cast<std::size_t>(at)];
  if (old == row) return false;
  old = std::move(row);
  return true;
}

template <class Row, class Derived>
void RowTable<Row, Derived>::remove_missing(const QHash<QString, int>& wanted) {
  std::vector<std::pair<int, int>> ranges;  // of rows that go, from the front
  for (int at = 0; at < rowCount(); ++at) {
    if (wanted.contains(Derived::id_of(row(at)))) continue;
    if (!ranges.empty() && ranges.back().second == at - 1) {
      ranges.back().second = at;
    } else {
      ranges.emplace_back(at, at);
    }
  }
  if (ranges.size() > kRemovalsMax) {
    this->beginResetModel();
    std::erase_if(rows_, [&](const Row& each) { return !wanted.contains(Derived::id_of(each)); });
    index_from(0);
    this->endResetModel();
    return;
  }
  for (const auto& [first, last] : std::views::reverse(ranges)) remove_range(first, last);
}

template <class Row, class Derived>
void RowTable<Row, Derived>::remove_range(int first, int last) {
  this->beginRemoveRows({}, first, last);
  rows_.erase(rows_.begin() + first, rows_.begin() + last + 1);
  index_from(first);
  this->endRemoveRows();
}

template <class Row, class Derived>
void RowTable<Row, Derived>::tell_changes(std::vector<int> changed) {
  if (changed.empty()) return;
  const int last_column = this->columnCount() - 1;
  if (2 * changed.size() > rows_.size()) {
    const auto [least, most] = std::ranges::minmax(changed);
    Q_EMIT this->dataChanged(this->index(least, 0), this->index(most, last_column));
    return;
  }
  std::ranges::sort(changed);
  for (std::size_t i = 0; i < changed.size();) {
    std::size_t end = i + 1;
    while (end < changed.size() && changed[end] == changed[end - 1] + 1) ++end;
    Q_EMIT this->dataChanged(this->index(changed[i], 0), this->index(changed[end - 1], last_column));
    i = end;
  }
}

template <class Row, class Derived>
void RowTable<Row, Derived>::index_from(int first) {
  // Ids of rows that went are found by their places, which none has any more.
  if (first == 0) {
    places_.clear();
    places_.reserve(static_cast<qsizetype>(rows_.size()));
  } else {
    places_.removeIf([&](const auto& entry) { return entry.value() >= first; });
  }
  for (int at = first; at < rowCount(); ++at) places_.insert(Derived::id_of(row(at)), at);
}

}  // namespace quern::desktop::models
