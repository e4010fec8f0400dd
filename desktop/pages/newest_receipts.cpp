#include "desktop/pages/newest_receipts.hpp"

#include <QEvent>

namespace quern::desktop::pages {

using client::Connection;

NewestReceipts::NewestReceipts(models::DaemonModels& models, std::int64_t most, QWidget* reader,
                               std::chrono::milliseconds retry)
    : QObject(reader), models_(models), reader_(*reader), most_(most) {
  again_.setSingleShot(true);
  again_.setInterval(retry);
  connect(&again_, &QTimer::timeout, this, &NewestReceipts::fetch);
  connect(&models_, &models::DaemonModels::status_changed, this, &NewestReceipts::follow_status);
  connect(&models_, &models::DaemonModels::earnings_changed, this, [this] {
    fresh_ = false;
    fetch();
  });
  connect(&models_.connection(), &Connection::state_changed, this, [this] {
    if (models_.connection().live()) fetch();
  });
  reader->installEventFilter(this);
  peer_ = models_.status().peer;
}

bool NewestReceipts::eventFilter(QObject* watched, QEvent* event) {
  if (watched == &reader_ && event->type() == QEvent::Show) fetch();
  return QObject::eventFilter(watched, event);
}

void NewestReceipts::follow_status() {
  const QString& peer = models_.status().peer;
  if (peer != peer_) {
    peer_ = peer;
    reply_.cancel();
    again_.stop();
    rows_.clear();
    known_ = fresh_ = false;
    Q_EMIT changed();
  }
  fetch();
}

void NewestReceipts::fetch() {
  if (fresh_ || reply_.pending() || !reader_.isVisible()) return;
  if (peer_.isEmpty() || !models_.status().can("receipts") || !models_.connection().live()) return;
  fresh_ = true;
  reply_ = models_.connection().call("receipt.list", {{"limit", most_}}, this,
                                     [this](const client::Outcome& outcome) { take(outcome); });
}

void NewestReceipts::take(const client::Outcome& outcome) {
  if (!outcome) {
    fresh_ = false;
    again_.start();
    return;
  }
  rows_ = models::receipts_from(*outcome).rows;
  known_ = true;
  Q_EMIT changed();
  fetch();  // where the earnings have changed meanwhile
}

}  // namespace quern::desktop::pages
