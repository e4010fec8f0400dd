// A table in the app's look: tall rows, hairlines, no grid; the selected row has a soft ground and a bar at its leading
// edge; numbers right-aligned on equal digits; pills and bars in cells.
//
// It shows any QAbstractItemModel (a proxy, as a rule) whose DisplayRole is the text of the cell. set_column() says how
// a column looks and in which roles the model keeps the rest, so a model knows nothing of widgets. Sorting is the
// model's (sort() by the header, or by the menu). Ctrl+C copies the row's texts with tabs between.
#pragma once
#include <QSet>
#include <QTableView>
#include <QTimer>
#include <QVector>
#include <chrono>
#include <functional>
#include <optional>

#include "desktop/theme/theme.hpp"

class QMenu;
class QPainter;

namespace quern::desktop::widgets {

enum class Cell {
  text,    // the token text
  strong,  // 600
  muted,
  mono,    // ids: elided in the middle
  number,  // right-aligned, tabular
  pill,    // the text in a Pill of tone()
  bar,     // a short bar of permille_role, then the text: "98.2 %"
};

struct ColumnLook {
  Cell cell = Cell::text;
  int priority = 0;                          // where it is narrow, the column with the highest is hidden first; 0 stays
  int width = 100;                           // smallest, in pixels of a 13-pixel body; its title always fits
  int roomy = 0;                             // as wide as this where there is room, before others stretch
  bool stretch = false;                      // takes what is left; several share it
  bool strong = false;                       // also for numbers
  Qt::TextElideMode elide = Qt::ElideRight;  // in the middle where the end tells them apart: "GeForce RTX 4090 #2"
  // Roles of the model; -1: none.
  int second_line_role = -1;  // a muted line below the text, in rows that are tall enough (kTwoLines)
  int permille_role = -1;     // of Cell::bar: 0..1000; -1 is hatched, open-ended; invalid: no bar
  // Of a pill, a bar or a number; none: neutral for a pill, accent for a bar, text for a number.
  std::function<theme::Tone(const QModelIndex&)> tone;
};

class Table : public QTableView {
  Q_OBJECT
 public:
  static constexpr int kOneLine = 40;  // heights of rows at a 13-pixel body
  static constexpr int kTwoLines = 54;
  static constexpr int kNoteLines = 2;
  static constexpr int kNoted = 66;  // for a note of so many
  static constexpr int kDense = 36;
  static constexpr int kColumnsMax = 64;
  static constexpr std::chrono::milliseconds kRestTime{10'000};

  explicit Table(const QString& accessible_name, QWidget* parent = nullptr, int row_height = kOneLine);

  void set_column(int column, ColumnLook look);
  const ColumnLook& column_look(int column) const;
  // Silently does nothing for a row that is not there. QTableView::selectRow() fails in right-to-left windows.
  void select_row(int row);
  // How long the mouse may lie still before it counts as left there.
  void set_rest_time(std::chrono::milliseconds time) { rest_.setInterval(time); }
  int hovered_row() const { return hovered_row_; }  // -1: the mouse is elsewhere

  // What the user hid by the column chooser (menu of the header); columns of priority 0 cannot be. Kept by the app.
  const QSet<int>& hidden_columns() const { return hidden_by_user_; }
  void set_hidden_columns(const QSet<int>& columns);
  // With one checkable entry a column that may be hidden; the caller owns it.
  QMenu* make_column_menu(QWidget* parent);
  // What the mouse does to the header, for the keyboard: the column that is sorted by and its direction, and the
  // columns that are shown. The table's own menu, by the menu key, Shift+F10 or the right button; the caller owns it.
  QMenu* make_menu(QWidget* parent);

  // Shown in the middle while there are no rows; the parts are elided.
  void set_placeholder(const QString& text);
  const QString& placeholder() const { return placeholder_; }
  // Below its cells a row says, across its whole width and on at most kNoteLines lines, what the model answers in this
  // role for its first column and for those that there is no room to show; with dots between. The second line of its
  // first cell stands before the note then; those of others stay while the note ends before them, else they are in it.
  // -1: rows say nothing.
  void set_note_role(int role);
  // Of a note, by an index of its row; none: muted, as neutral is.
  void set_note_tone(std::function<theme::Tone(const QModelIndex&)> tone);
  QString note(int row) const;
  QString note_lead(int row) const;        // muted, whatever the tone
  bool keeps_second_lines(int row) const;  // in its cells, beside the note
  QStringList note_lines(int row) const;   // the last is elided where it is painted
  // Where the words of a cell of that row stand: above the note, if there is one.
  QRect words_rect(const QRect& cell, int row) const;
  // Rows whose texts are faint: what is old, or about to go. Asked at every paint; none when empty.
  void set_faded(std::function<bool(const QModelIndex&)> faded);
  bool is_faded(const QModelIndex& index) const { return faded_ && faded_(index); }
  // Texts of the row in the order of the visible columns, with their second lines, and its note, with tabs between.
  QString row_text(int row) const;

  void setModel(QAbstractItemModel* model) override;

 Q_SIGNALS:
  void current_row_changed(int row);  // of the model that is shown; -1: none
  void row_activated(int row);        // double click or Enter
  // For a page that freezes the order meanwhile. A mouse that was only left lying over it is outside after a while.
  void hover_changed(bool inside);
  void hidden_columns_changed();  // by the user

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  void arrange();
  int least_width(int column) const;
  void dress();
  void add_sorting(QMenu& menu);
  QString title_of(int column) const;
  QString second_line(int row, int column) const;
  QString said(int row) const;     // the note without second lines
  qsizetype toned(int row) const;  // as many characters of the note are of its tone: what the first column says
  void paint_notes();
  void paint_note(QPainter& painter, int row, QRect line) const;
  void set_hovered_row(int row);
  void set_inside(bool inside);

  QVector<ColumnLook> looks_;
  QSet<int> hidden_by_user_;
  QVector<int> without_room_;  // columns
  int note_role_ = -1;
  std::function<theme::Tone(const QModelIndex&)> note_tone_;
  QString placeholder_;
  std::function<bool(const QModelIndex&)> faded_;
  int row_height_;
  int hovered_row_ = -1;
  bool inside_ = false;  // as hover_changed() told
  QTimer rest_;
  bool arranging_ = false;
};

}  // namespace quern::desktop::widgets
