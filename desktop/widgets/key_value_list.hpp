// Rows of "what" and "how much". A value that does not fit beside its key goes below it and wraps.
#pragma once
#include <QString>
#include <QVector>
#include <QWidget>

#include "desktop/theme/theme.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::widgets {

struct KeyValue {
  QString key;
  QString value;
  Ink ink = Ink::text;  // of the value
  bool strong = true;
  bool operator==(const KeyValue&) const = default;
};

class KeyValueList : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kRowsMax = 256;  // the rest is not shown

  explicit KeyValueList(QWidget* parent = nullptr, theme::FontRole role = theme::FontRole::body);
  // Rows that exist are written over, so a live list does not flicker and keeps a selection.
  void set_rows(const QVector<KeyValue>& rows);
  const QVector<KeyValue>& rows() const { return rows_; }

 private:
  QVector<KeyValue> rows_;
  theme::FontRole role_;
};

}  // namespace quern::desktop::widgets
