// Words at the leading side and actions at the trailing one; the actions go below the words where these would be cut,
// and those that have no room on one line go to a second.
#pragma once
#include <QWidget>
#include <array>
#include <cstddef>
#include <vector>

class QBoxLayout;
class QHBoxLayout;
class QVBoxLayout;

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
  // With its actions on two lines below the words.
  QSize minimumSizeHint() const override;

 protected:
  bool event(QEvent* event) override;

 private:
  void arrange();
  int width_of(std::size_t first, std::size_t end) const;
  std::size_t actions_within(int width) const;
  void break_actions(std::size_t on_first);

  QWidget* words_;
  QBoxLayout* row_;
  std::vector<QWidget*> actions_;
  std::size_t on_first_ = 0;  // of the actions
  QVBoxLayout* lines_;
  std::array<QHBoxLayout*, 2> line_;
  int spacing_;
};

}  // namespace quern::desktop::widgets
