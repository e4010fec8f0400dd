#include "desktop/app/tray.hpp"

#include <QAction>
#include <QApplication>
#include <QIcon>
#include <QMenu>
#include <QPainter>
#include <QStringList>
#include <QSystemTrayIcon>

namespace quern::desktop::app {
namespace {

constexpr int kSides[] = {16, 22, 24, 32, 48, 64};

// The app's icon with a dot that says how it is.
QIcon state_icon(theme::Tone tone) {
  const QColor color = theme::tone_colors(theme::light_tokens(), tone).ink;
  QIcon icon;
  for (const int side : kSides) {
    QPixmap picture = QApplication::windowIcon().pixmap(QSize(side, side));
    if (picture.isNull()) continue;
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    const double dot = side * 0.42;
    painter.setPen(QPen(Qt::white, side / 16.0));
    painter.setBrush(color);
    painter.drawEllipse(QRectF(side - dot - side / 32.0, side - dot - side / 32.0, dot, dot));
    painter.end();
    icon.addPixmap(picture);
  }
  return icon;
}

}  // namespace

Tray::Tray(models::DaemonModels& models, DonationControl& donation, const QDBusConnection& bus, QObject* parent)
    : QObject(parent), models_(models), donation_(donation), menu_(std::make_unique<QMenu>()), host_(bus) {
  make_menu();
  connect(&donation_, &DonationControl::changed, this, &Tray::refresh);
  connect(&models_, &models::DaemonModels::earnings_changed, this, &Tray::refresh);
  connect(&models_, &models::DaemonModels::jobs_changed, this, &Tray::refresh);
  connect(&models_, &models::DaemonModels::status_changed, this, &Tray::refresh);
  // A countdown is right when it is looked at.
  connect(menu_.get(), &QMenu::aboutToShow, this, [this] {
    refresh();
    device_pauses_->refresh();
  });
  absence_.setSingleShot(true);
  absence_.setInterval(kRestart);
  connect(&absence_, &QTimer::timeout, this, &Tray::gone);
  connect(&host_, &TrayHost::changed, this, &Tray::follow_host);
  refresh();
}

Tray::~Tray() = default;

void Tray::make_menu() {
  state_ = menu_->addAction(QString());
  state_->setEnabled(false);
  menu_->addSeparator();
  connect(menu_->addAction(tr("Open Quern")), &QAction::triggered, this, &Tray::open_wanted);
  pause_ = menu_->addMenu(tr("Pause donating"));
  donation_.add_lengths(*pause_);
  device_pauses_ = std::make_unique<DevicePauses>(models_, donation_, *menu_);
  resume_ = menu_->addAction(tr("Resume donating"));
  connect(resume_, &QAction::triggered, &donation_, [this] { donation_.resume(); });
  new_job_ = menu_->addAction(tr("New job…"));
  connect(new_job_, &QAction::triggered, this, &Tray::new_job_wanted);
  menu_->addSeparator();
  connect(menu_->addAction(tr("Preferences…")), &QAction::triggered, this, &Tray::preferences_wanted);
  connect(menu_->addAction(tr("Quit window (service keeps running)")), &QAction::triggered, this, &Tray::quit_wanted);
}

void Tray::follow_host() {
  const bool there = host_.there();
  if (there == (icon_ != nullptr)) return;
  if (!there) {
    icon_.reset();
    absence_.start();
    return;
  }
  absence_.stop();
  make_icon();
  refresh();
}

void Tray::make_icon() {
  icon_ = std::make_unique<QSystemTrayIcon>(state_icon(shown_tone_));
  icon_->setContextMenu(menu_.get());
  icon_->setToolTip(tool_tip_);
  connect(icon_.get(), &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
    if (reason == QSystemTrayIcon::Trigger || reason == QSystemTrayIcon::DoubleClick) Q_EMIT open_wanted();
  });
  connect(icon_.get(), &QSystemTrayIcon::messageClicked, this, &Tray::open_wanted);
  icon_->show();
}

void Tray::refresh() {
  const models::QuantityText& text = models_.text();
  const DonationText said = donation_text(models_.connection().state(), models_.status(), text, models_.now_unix_ms());
  QStringList parts{said.state};
  if (!said.resumes.isEmpty()) parts << said.resumes;
  if (const int running = models_.jobs_running(); running > 0) parts << tr("%n jobs", nullptr, running);
  const auto& earnings = models_.earnings();
  if (earnings) parts << tr("%1 earned today").arg(text.credits(earnings->today_earned_micro));
  state_->setText(parts.join(QStringLiteral(" · ")));
  tool_tip_ = tr("Quern: %1").arg(state_->text());
  pause_->menuAction()->setVisible(donation_.possible() && donation_.donating());
  resume_->setVisible(donation_.possible() && donation_.paused());
  new_job_->setVisible(takes_jobs_);
  if (!icon_) return;
  icon_->setToolTip(tool_tip_);
  if (said.tone == shown_tone_) return;
  shown_tone_ = said.tone;
  icon_->setIcon(state_icon(shown_tone_));
}

void Tray::tell(const QString& title, const QString& body) {
  if (icon_) icon_->showMessage(title, body, QApplication::windowIcon());
}

}  // namespace quern::desktop::app
