// Words at the leading side and actions at the trailing one; the actions go below the words where these would be cut.
#pragma once
#include <QWidget>

class QBoxLayout;
class QHBoxLayout;

namespace quern::desktop::widgets {

class HeadRow : public QWidget {
  Q_OBJECT
 public:
  // Of long words, what they keep before the actions go below, in pixels of a 13-pixel body.
  static constexpr int kWordsMax = 200;

  // Takes `words`.
  explicit HeadRow(QWidget* words, int spacing, QWidget* parent = nullptr);
  // The caption stands below the title.
  HeadRow(QWidget* title, QWidget* caption, int spacing, QWidget* parent = nullptr);
  void add_action(QWidget* widget);

 protected:
  bool event(QEvent* event) override;

 private:
  void arrange();

  QWidget* words_;
  QBoxLayout* row_;
  QHBoxLayout* actions_;
  int spacing_;
};

}  // namespace quern::desktop::widgets
