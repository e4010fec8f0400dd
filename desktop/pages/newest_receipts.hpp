// The newest receipts of the daemon, for a widget that reckons with them: read while it can be seen, anew with each
// change of the earnings, and again later where that failed. Of one daemon at a time.
#pragma once
#include <QObject>
#include <QTimer>
#include <QWidget>
#include <chrono>
#include <cstdint>
#include <vector>

#include "desktop/models/daemon_models.hpp"

namespace quern::desktop::pages {

class NewestReceipts : public QObject {
  Q_OBJECT
 public:
  static constexpr std::chrono::milliseconds kRetry{10'000};

  // At most `most` of them. `models` outlives it; `reader` owns it.
  NewestReceipts(models::DaemonModels& models, std::int64_t most, QWidget* reader,
                 std::chrono::milliseconds retry = kRetry);

  // Whether the rows are the daemon's, also where there are none.
  bool known() const { return known_; }
  const std::vector<models::ReceiptRow>& rows() const { return rows_; }

 Q_SIGNALS:
  void changed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void follow_status();
  void fetch();
  void take(const client::Outcome& outcome);

  models::DaemonModels& models_;
  QWidget& reader_;
  std::int64_t most_;
  QString peer_;        // whose they are
  bool fresh_ = false;  // or on their way
  bool known_ = false;
  std::vector<models::ReceiptRow> rows_;
  client::Reply reply_;
  QTimer again_;
};

}  // namespace quern::desktop::pages
