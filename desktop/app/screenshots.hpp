// Pictures of all pages, light and dark, in two sizes: for the manual and for people who look them over.
#pragma once
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <chrono>
#include <vector>

#include "desktop/app/main_window.hpp"

namespace quern::desktop::app {

class Screenshots : public QObject {
  Q_OBJECT
 public:
  static constexpr std::chrono::milliseconds kDataTime{20'000};   // until the daemon must have said what it is
  static constexpr std::chrono::milliseconds kSettleTime{1'500};  // after that, for topics and charts to fill
  static constexpr std::chrono::milliseconds kPictureTime{400};   // for a page to show what it asked the daemon for

  // Files are called PAGE-light-1440x900.png. `folder` is made when it is not there.
  Screenshots(MainWindow& window, models::DaemonModels& models, const QString& folder, QObject* parent = nullptr);

 Q_SIGNALS:
  // Once; empty: all pictures are there.
  void ended(const QString& fault);

 private:
  struct Picture {
    QString page;
    bool dark;
    QSize size;
  };

  void begin();
  void pose();
  void take();

  MainWindow& window_;
  models::DaemonModels& models_;
  QString folder_;
  QTimer patience_;
  bool begun_ = false;
  std::vector<Picture> pictures_;  // that are to be taken, the next one at the end
};

}  // namespace quern::desktop::app
