// Controls that Qt has not, or not in this look. All are buttons of Qt underneath: keyboard, focus and screen readers
// work.
#pragma once
#include <QCheckBox>
#include <QProgressBar>
#include <QRadioButton>
#include <QString>
#include <QStringList>
#include <QVector>
#include <QWidget>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/card.hpp"

class QVBoxLayout;

namespace quern::desktop::widgets {

class KeyValueList;
struct KeyValue;

// A switch. Its text, when it has one, stands at the leading side; one without text needs an accessible name.
class Toggle : public QCheckBox {
  Q_OBJECT
 public:
  explicit Toggle(const QString& text = {}, QWidget* parent = nullptr);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool hitButton(const QPoint& position) const override;
};

// Of radio buttons that exclude each other Tab stops at the one that is on; at all while none is.
void stop_tab_at_chosen(const QVector<QRadioButton*>& group);

// One of a few, side by side.
class SegmentedControl : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kSegmentsMax = 16;

  explicit SegmentedControl(const QString& accessible_name, QWidget* parent = nullptr);
  void set_segments(const QStringList& texts);  // selects the first
  int current() const;                          // -1: there is none
  void set_current(int index);                  // silently; an index out of range changes nothing
  int count() const;

 Q_SIGNALS:
  void current_changed(int index);  // by the user

 private:
  QVector<QRadioButton*> segments_;
};

// A bar with a text beside it where asked. The range is permille.
class ProgressBar : public QProgressBar {
  Q_OBJECT
 public:
  explicit ProgressBar(QWidget* parent = nullptr);
  void set_permille(int permille);  // clamped to [0, 1000]
  void set_open_ended();            // hatched: runs until it is stopped
  void set_tone(theme::Tone tone);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  theme::Tone tone_ = theme::Tone::accent;
};

struct NavigationItem {
  QString text;
  theme::Glyph glyph = theme::Glyph::machine;
};

// The list at the leading edge of the window. What lies below the items (a StatusCard) is put into foot().
class SideNavigation : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kWidth = 212;  // at a 13-pixel body

  SideNavigation(const QString& app_name, const QIcon& app_icon, QWidget* parent = nullptr);
  void set_items(const QVector<NavigationItem>& items);
  void set_badge(int index, const QString& badge);  // a short text, "3"; empty takes it away
  int current() const;
  void set_current(int index);  // silently; -1: none, as what is shown is not in the list
  int count() const;
  QVBoxLayout* foot() const { return foot_; }

  QSize sizeHint() const override;

 Q_SIGNALS:
  void current_changed(int index);  // by the user

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  QVector<QRadioButton*> items_;
  QVBoxLayout* list_;
  QVBoxLayout* foot_;
};

// The card below the navigation: how the node is, a few numbers, the switch of the look, and the way to another daemon.
class StatusCard : public Card {
  Q_OBJECT
 public:
  explicit StatusCard(QWidget* parent = nullptr);
  void set_state(const QString& state, theme::Tone tone);
  void set_rows(const QVector<KeyValue>& rows);

 Q_SIGNALS:
  void mode_requested(theme::Mode mode);  // the button was pressed: light when it is dark now, and the other way round
  void daemon_choice_wanted();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void show_mode();

  Pill* state_;
  QToolButton* mode_;
  QToolButton* choose_;
  KeyValueList* rows_;
};

}  // namespace quern::desktop::widgets
