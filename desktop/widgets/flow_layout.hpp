// Widgets in lines, like words: what does not fit goes to the next line. In a right-to-left window from the right.
#pragma once
#include <QLayout>
#include <QVector>

namespace quern::desktop::widgets {

class FlowLayout : public QLayout {
  Q_OBJECT
 public:
  explicit FlowLayout(QWidget* parent = nullptr, int spacing = 8);
  ~FlowLayout() override;
  FlowLayout(const FlowLayout&) = delete;
  FlowLayout& operator=(const FlowLayout&) = delete;

  // The last of all ends where the line does; else it follows the one before.
  void set_last_trails(bool trails) { last_trails_ = trails; }

  void addItem(QLayoutItem* item) override;
  int count() const override;
  QLayoutItem* itemAt(int index) const override;
  QLayoutItem* takeAt(int index) override;
  Qt::Orientations expandingDirections() const override { return {}; }
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;
  QSize minimumSize() const override;
  void setGeometry(const QRect& rect) override;

 private:
  // Returns the height that it takes; moves the items only when `move` is set.
  int place(const QRect& rect, bool move) const;

  QVector<QLayoutItem*> items_;
  bool last_trails_ = false;
};

}  // namespace quern::desktop::widgets
