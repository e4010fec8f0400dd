#include "desktop/widgets/key_value_list.hpp"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kGap = 12;

// Key and value, placed by hand: beside each other, or the value below and wrapped.
class Row : public QWidget {
 public:
  Row(theme::FontRole role, bool strong)
      : key_(new TextLabel({}, role, Ink::muted, this)),
        value_(new TextLabel({}, role_of(role, strong), Ink::text, this)) {
    for (TextLabel* label : {key_, value_}) label->set_takes_room(false);
    // Not Fixed: the layout would hold it at the height of one line.
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy = new QAction(KeyValueList::tr("Copy"), this);
    connect(copy, &QAction::triggered, this, [this] { QGuiApplication::clipboard()->setText(whole_); });
    addAction(copy);
  }

  void set(const KeyValue& row) {
    key_->set_text(one_line(row.key));
    whole_ = many_lines(row.value);
    value_->setTextInteractionFlags(Qt::NoTextInteraction);
    value_->set_text(row.value);
    // A word that was broken is copied by the menu, as it is.
    if (value_->text() == whole_) value_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value_->setFocusPolicy(Qt::NoFocus);
    value_->set_ink(row.ink);
    setAccessibleName(key_->text() + QStringLiteral(": ") + whole_);
    updateGeometry();
    place();
  }

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override {
    const int key = key_->heightForWidth(width);
    return fits(width) ? std::max(key, line_height(value_)) : key + value_->heightForWidth(width);
  }
  QSize sizeHint() const override {
    return {std::min(key_width() + value_width() + kGap, theme::scaled(280)), line_height(value_)};
  }
  QSize minimumSizeHint() const override { return {theme::scaled(60), line_height(value_)}; }

 protected:
  void resizeEvent(QResizeEvent* event) override {
    place();
    QWidget::resizeEvent(event);
  }
  void changeEvent(QEvent* event) override {
    if (event->type() == QEvent::LayoutDirectionChange) place();
    QWidget::changeEvent(event);
  }

 private:
  static theme::FontRole role_of(theme::FontRole role, bool strong) {
    if (!strong) return role;
    return theme::FontRole::body_strong;
  }
  static int natural_width(const QLabel* label) {
    const QString first = label->text().left(kLineCharacters);
    return label->fontMetrics().horizontalAdvance(first) + 2;
  }
  static int line_height(const QLabel* label) { return label->fontMetrics().height() + 1; }
  int key_width() const { return natural_width(key_); }
  int value_width() const { return natural_width(value_); }
  bool fits(int width) const { return !value_->text().contains(u'\n') && key_width() + kGap + value_width() <= width; }

  void place() {
    const bool beside = fits(width());
    const int key_height = key_->heightForWidth(width());
    const QRect key(0, 0, beside ? key_width() : width(), key_height);
    const QRect value = beside ? QRect(width() - value_width(), 0, value_width(), height())
                               : QRect(0, key_height, width(), std::max(0, height() - key_height));
    key_->setGeometry(QStyle::visualRect(layoutDirection(), rect(), key));
    value_->setGeometry(QStyle::visualRect(layoutDirection(), rect(), value));
    // On one line it ends where those beside their keys do, so that figures stand in a column.
    const bool one_line_below = !value_->text().contains(u'\n') && value_width() <= width();
    value_->set_alignment((beside || one_line_below ? Qt::AlignTrailing : Qt::AlignLeading) | Qt::AlignTop);
  }

  QString whole_;  // value, as it is copied
  TextLabel* key_;
  TextLabel* value_;
};

}  // namespace

KeyValueList::KeyValueList(QWidget* parent, theme::FontRole role) : QWidget(parent), role_(role) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  column->addStretch(1);
}

void KeyValueList::set_rows(const QVector<KeyValue>& rows) {
  const QVector<KeyValue> wanted = rows.mid(0, kRowsMax);
  if (wanted == rows_) return;
  auto* column = static_cast<QVBoxLayout*>(layout());
  for (qsizetype at = 0; at < wanted.size(); ++at) {
    const bool exists = at < rows_.size() && rows_[at].strong == wanted[at].strong;
    if (!exists) {
      if (at < rows_.size()) delete column->itemAt(static_cast<int>(at))->widget();  // takes itself out of the layout
      column->insertWidget(static_cast<int>(at), new Row(role_, wanted[at].strong));
    }
    if (!exists || rows_[at] != wanted[at]) {
      static_cast<Row*>(column->itemAt(static_cast<int>(at))->widget())->set(wanted[at]);
    }
  }
  while (column->count() - 1 > wanted.size()) {  // the last is the stretch
    QLayoutItem* item = column->takeAt(column->count() - 2);
    delete item->widget();
    delete item;
  }
  rows_ = wanted;
}

}  // namespace quern::desktop::widgets
