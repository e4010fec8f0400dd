// What is asked before a machine is shared that has devices without a price: what they should cost, or that they are
// free on purpose.
#pragma once
#include <QHash>
#include <QString>
#include <QWidget>
#include <cstdint>
#include <vector>

#include "desktop/models/daemon_models.hpp"
#include "desktop/widgets/labels.hpp"

class QPushButton;

namespace quern::desktop::pages {

class ShareQuestion : public QWidget {
  Q_OBJECT
 public:
  // `models` outlives it.
  explicit ShareQuestion(models::DaemonModels& models, QWidget* parent = nullptr);
  // False: nothing would be given away, or this daemon sets no prices. True: it has been asked, and answered() follows
  // unless a person lets it be.
  bool asks();

 Q_SIGNALS:
  // All devices have a price now, or are free because a person wants it so.
  void answered();

 private:
  std::vector<const models::DeviceData*> unpriced() const;
  // True: there is a device that was not asked about, and now it is.
  bool asks_again();
  void settle(bool priced);
  void finish();

  models::DaemonModels& models_;
  widgets::TextLabel* prices_;
  widgets::TextLabel* fault_;
  QPushButton* priced_;
  QPushButton* free_;
  QHash<QString, std::int64_t> shown_;  // an hour, by device: what is set is what a person has seen
  std::uint64_t asked_ = 0;             // answers to calls of an earlier question do not count
  int pending_ = 0;
  QString failure_;  // the first of the calls under way
};

}  // namespace quern::desktop::pages
