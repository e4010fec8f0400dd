// Keeps the wheel from changing spin boxes, sliders and lists that it only passes over while a page is scrolled.
#pragma once
#include <QObject>

class QWidget;

namespace quern::desktop::pages {

// From now on `control` takes the wheel only while it has the focus.
void ignore_stray_wheel(QWidget* control);

}  // namespace quern::desktop::pages
