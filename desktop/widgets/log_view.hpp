// A log that may grow as fast as it likes: lines are taken at once, shown in batches, and the oldest are forgotten.
#pragma once
#include <QPlainTextEdit>
#include <QString>
#include <QTimer>
#include <QVector>
#include <deque>

namespace quern::desktop::widgets {

enum class LogLevel { debug, info, warning, error };

struct LogLine {
  QString time;  // shown faint before the text; may be empty
  LogLevel level = LogLevel::info;
  QString text;  // plain; control characters are made visible, a line break starts no new line
};

class LogView : public QPlainTextEdit {
  Q_OBJECT
 public:
  static constexpr int kLinesMax = 5000;
  static constexpr int kBatchMilliseconds = 60;
  static constexpr int kLineCharacters = 2000;  // of one line

  explicit LogView(const QString& accessible_name, QWidget* parent = nullptr);
  void append_lines(const QVector<LogLine>& lines);
  void clear_lines();
  // What stands there, and is read out, while there is no line: why not.
  void set_placeholder(const QString& text);
  QString shown_placeholder() const;  // empty while there are lines
  // Stays at the end while lines come. Scrolling up by hand ends it, scrolling to the end begins it again.
  bool follows() const { return follows_; }
  void set_follow(bool follow);
  qint64 forgotten() const { return forgotten_; }  // lines that fell out at the front since clear_lines()
  QString all_text() const;                        // of the lines that are kept, also those not shown yet

 Q_SIGNALS:
  void follow_changed(bool follow);

 protected:
  void changeEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void flush();
  void write(qsizetype first);

  void describe();

  std::deque<LogLine> lines_;
  QString placeholder_;
  qsizetype unshown_ = 0;  // how many of the last are not in the document
  qint64 forgotten_ = 0;
  bool follows_ = true;
  bool writing_ = false;
  QTimer batch_;
};

}  // namespace quern::desktop::widgets
