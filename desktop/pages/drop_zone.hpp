// Where files are dropped, or chosen by a click.
#pragma once
#include <QStringList>
#include <QWidget>

class QPushButton;

namespace quern::desktop::widgets {
class TextLabel;
}

namespace quern::desktop::pages {

class DropZone : public QWidget {
  Q_OBJECT
 public:
  explicit DropZone(const QString& text, QWidget* parent = nullptr);
  void set_text(const QString& text);

 Q_SIGNALS:
  void dropped(const QStringList& paths);  // of this computer, at most 64
  void choose_clicked();

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  widgets::TextLabel* text_;
  QPushButton* choose_;
  bool over_ = false;
};

}  // namespace quern::desktop::pages
