#include "desktop/app/screenshots.hpp"

#include <QDir>
#include <QPixmap>
#include <algorithm>

#include "desktop/app/few_colors.hpp"

namespace quern::desktop::app {

namespace {

constexpr int kSmallest = 0;  // what QImage::save() calls the quality of a PNG

}  // namespace

Screenshots::Screenshots(MainWindow& window, models::DaemonModels& models, const QString& folder, QObject* parent)
    : QObject(parent), window_(window), models_(models), folder_(folder) {
  patience_.setSingleShot(true);
  connect(&patience_, &QTimer::timeout, this, [this] {
    if (begun_) return;
    const client::LossText& loss = models_.connection().loss();
    const QString why = loss.reason.isEmpty() ? tr("the daemon has not said what it is") : loss.reason;
    Q_EMIT ended(loss.remedy.isEmpty() ? why : why + QStringLiteral(": ") + loss.remedy);
  });
  patience_.start(kDataTime);
  connect(&models_, &models::DaemonModels::status_changed, this, &Screenshots::begin);
  if (models_.has_status()) begin();
}

void Screenshots::begin() {
  if (begun_) return;
  begun_ = true;
  if (!QDir().mkpath(folder_)) {
    Q_EMIT ended(tr("the folder \"%1\" cannot be made").arg(folder_));
    return;
  }
  QTimer::singleShot(kSettleTime, this, [this] {
    const QSize sizes[] = {{MainWindow::kFirstWidth, MainWindow::kFirstHeight},
                           {MainWindow::kLeastWidth, MainWindow::kLeastHeight}};
    const QStringList pages = window_.open_pages();
    pictures_.reserve(static_cast<std::size_t>(pages.size()) * 4);
    for (const QSize& size : sizes) {
      for (const bool dark : {false, true}) {
        for (const QString& page : pages) pictures_.push_back({page, dark, size});
      }
    }
    std::ranges::reverse(pictures_);
    pose();
  });
}

void Screenshots::pose() {
  if (pictures_.empty()) {
    Q_EMIT ended({});
    return;
  }
  const Picture& next = pictures_.back();
  window_.resize(next.size);
  theme::Theme::instance().set_mode(next.dark ? theme::Mode::dark : theme::Mode::light);
  window_.open(next.page);
  QTimer::singleShot(kPictureTime, this, &Screenshots::take);
}

void Screenshots::take() {
  const Picture& now = pictures_.back();
  const QString file = QStringLiteral("%1/%2-%3-%4x%5.png")
                           .arg(folder_, now.page, now.dark ? QStringLiteral("dark") : QStringLiteral("light"))
                           .arg(now.size.width())
                           .arg(now.size.height());
  if (!few_colors(window_.grab().toImage()).save(file, "PNG", kSmallest)) {
    Q_EMIT ended(tr("the picture \"%1\" cannot be written").arg(file));
    return;
  }
  pictures_.pop_back();
  pose();
}

}  // namespace quern::desktop::app
