#include "desktop/pages/stray_wheel.hpp"

#include <QEvent>
#include <QWidget>

namespace quern::desktop::pages {

namespace {

class WheelFilter : public QObject {
 public:
  explicit WheelFilter(QWidget* control) : QObject(control), control_(control) {}

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() != QEvent::Wheel || control_->hasFocus()) return QObject::eventFilter(watched, event);
    event->ignore();  // goes on to what scrolls
    return true;
  }

 private:
  QWidget* control_;
};

}  // namespace

void ignore_stray_wheel(QWidget* control) {
  control->setFocusPolicy(Qt::StrongFocus);
  control->installEventFilter(new WheelFilter(control));
}

}  // namespace quern::desktop::pages
