// The row above the market's table. What is chosen there becomes one line of the grammar of OfferQuery.
#pragma once
#include <QString>
#include <QWidget>
#include <optional>

#include "desktop/models/offer_query.hpp"

class QComboBox;
class QLineEdit;

namespace quern::desktop::widgets {
class ElidedLabel;
class FlowLayout;
class TextLabel;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class MarketFilters : public QWidget {
  Q_OBJECT
 public:
  explicit MarketFilters(QWidget* parent = nullptr);

  // All that is chosen; the part that cannot be read is left out and told below the row.
  QString line() const;
  bool at_fault() const;
  // Into the query line; the other controls are set back.
  void set_line(const QString& line);
  void set_count(const QString& count);  // "294 of 320"
  // What is wrong with all of it together; until the next change.
  void tell_fault(const QString& fault);

 Q_SIGNALS:
  void changed();

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QString price_limit() const;  // a number of the grammar; empty: none, or not to be read
  void tell_faults();
  void dress();
  void share_room();

  widgets::FlowLayout* row_;
  QLineEdit* search_;
  QComboBox* type_;
  QComboBox* memory_;
  QLineEdit* price_;
  QLineEdit* query_;
  widgets::ElidedLabel* count_;
  widgets::TextLabel* fault_;
};

}  // namespace quern::desktop::pages
