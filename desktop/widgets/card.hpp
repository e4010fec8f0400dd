// What a page is built of: cards, heads, tiles, banners, panels. Fill them through their layouts; widgets that are
// added become their children.
#pragma once
#include <QFrame>
#include <QString>
#include <QVector>
#include <QWidget>
#include <functional>
#include <optional>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/labels.hpp"

class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace quern::desktop::widgets {

class HeadRow;
class Sparkline;

// A rounded surface with a hairline. `margin`: around the body, in logical pixels; 0 for a table.
class Card : public QWidget {
  Q_OBJECT
 public:
  explicit Card(QWidget* parent = nullptr, int margin = theme::kSpaceL);
  QVBoxLayout* body() const { return body_; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QVBoxLayout* body_;
};

// Head of a card: title at the leading side; caption and actions at the other.
class SectionTitle : public QWidget {
  Q_OBJECT
 public:
  explicit SectionTitle(const QString& title, QWidget* parent = nullptr);
  void set_title(const QString& title);
  void set_caption(const QString& caption);
  void add_action(QWidget* widget);  // a button, a segmented control

 private:
  ElidedLabel* title_;
  ElidedLabel* caption_;
  HeadRow* row_;
};

// A hairline across.
class Separator : public QWidget {
  Q_OBJECT
 public:
  explicit Separator(QWidget* parent = nullptr);

 protected:
  void paintEvent(QPaintEvent* event) override;
};

// One number of the page: label, figure with its unit, a note, and a line of its past.
class KpiTile : public Card {
  Q_OBJECT
 public:
  explicit KpiTile(const QString& label, QWidget* parent = nullptr);
  void set_label(const QString& label);
  // `figure` is formatted text ("1,284.60"), `unit` stands small behind it ("cr").
  void set_figure(const QString& figure, const QString& unit = {});
  void set_note(const QString& note, Ink ink = Ink::muted);  // wraps; the whole of a long one is its tip
  // Empty hides the line. Values that are not finite are gaps.
  void set_past(const QVector<qreal>& values);

 private:
  void rename();

  ElidedLabel* label_;
  ElidedLabel* figure_;
  ElidedLabel* unit_;
  TextLabel* note_;
  QString noted_;
  Sparkline* past_;
};

// A line across the page that says what is wrong and offers a way out. Never modal. Hidden when made.
class Banner : public QWidget {
  Q_OBJECT
 public:
  explicit Banner(QWidget* parent = nullptr);
  // Shows it. `action` and `second_action` are texts of buttons; empty: no button.
  void show_message(theme::Tone tone, const QString& message, const QString& action = {},
                    const QString& second_action = {});
  void set_closable(bool closable);
  theme::Tone tone() const { return tone_; }
  QString message() const;

 Q_SIGNALS:
  void action_triggered();
  void second_action_triggered();
  void closed();  // by the user

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  theme::Tone tone_ = theme::Tone::neutral;
  TextLabel* message_;
  QPushButton* action_;
  QPushButton* second_action_;
  QToolButton* close_;
};

// What a page shows when there is nothing: a drawing, a sentence, what to do.
class EmptyState : public QWidget {
  Q_OBJECT
 public:
  EmptyState(theme::Glyph glyph, const QString& title, const QString& text, QWidget* parent = nullptr);
  void set_text(const QString& title, const QString& text);
  void set_action(const QString& action);  // empty: no button

 Q_SIGNALS:
  void action_triggered();

 private:
  TextLabel* title_;
  TextLabel* text_;
  QPushButton* action_;
};

// One page: title, a line with the counts, actions, body. The body's stretch is the page's to give.
class PageFrame : public QWidget {
  Q_OBJECT
 public:
  explicit PageFrame(const QString& title, QWidget* parent = nullptr);
  void set_title(const QString& title);
  void set_subtitle(const QString& subtitle);
  void add_action(QWidget* widget);
  Banner* banner() const { return banner_; }  // between head and body
  QVBoxLayout* body() const { return body_; }

 private:
  ElidedLabel* title_;
  ElidedLabel* subtitle_;
  HeadRow* head_;
  Banner* banner_;
  QVBoxLayout* body_;
};

// The card at the trailing side that says all about what is selected; scrolls when it must.
class DetailPanel : public Card {
  Q_OBJECT
 public:
  static constexpr int kWidth = 296;  // at a 13-pixel body

  explicit DetailPanel(QWidget* parent = nullptr);
  void set_heading(const QString& title, const QString& subtitle, std::optional<theme::Glyph> glyph = std::nullopt);
  QVBoxLayout* content() const { return content_; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QLabel* icon_;
  TextLabel* title_;
  TextLabel* subtitle_;
  QVBoxLayout* content_;
};

}  // namespace quern::desktop::widgets
