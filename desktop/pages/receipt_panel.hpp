// One receipt with its paper trail: what was owed, by whom each record was signed, and whether the trail holds.
#pragma once
#include <QByteArray>
#include <QString>
#include <functional>

#include "desktop/models/daemon_models.hpp"
#include "desktop/widgets/card.hpp"

class QPushButton;

namespace quern::desktop::widgets {
class KeyValueList;
}

namespace quern::desktop::pages {

// Asks for the file to be written; empty: none. `proposed`: a name.
using ChooseFile = std::function<QString(QWidget* parent, const QString& proposed)>;
ChooseFile choose_by_dialog(const QString& title, const QString& filter);

// Writes all of it or nothing; the fault, for people, when it was not written.
QString write_file(const QString& path, const QByteArray& bytes);
// That it was not, for people. `why`: of the system.
QString not_written(const QString& path, const QString& why);

class ReceiptPanel : public widgets::DetailPanel {
  Q_OBJECT
 public:
  static constexpr int kRecordsShown = 50;

  // What it shows is kept up to date with `receipts`. Both outlive it.
  ReceiptPanel(models::DaemonModels& models, const models::ReceiptModel& receipts, QWidget* parent = nullptr);
  void set_choose_file(ChooseFile choose) { choose_ = std::move(choose); }

  // At once what the row says, and the trail when the daemon has told it.
  void show_receipt(const models::ReceiptRow& receipt);
  // Another daemon begins: what the last one says of this receipt is not shown any more.
  void forget();
  const QString& receipt() const { return shown_.id; }

 Q_SIGNALS:
  void closed();

 private:
  void follow(const models::ReceiptModel& receipts);
  void show_row(const models::ReceiptRow& receipt, const QString& device_name);
  void ask_job(const models::ReceiptRow& receipt);
  void show_trail(const models::ReceiptDetail& detail);
  void save();

  models::DaemonModels& models_;
  models::ReceiptRow shown_;  // without an id: none
  bool unchecked_ = false;    // for the daemon did not answer
  QByteArray file_;
  ChooseFile choose_;
  widgets::Pill* verdict_;
  widgets::TextLabel* why_;
  widgets::KeyValueList* rows_;
  QWidget* trail_;
  widgets::KeyValueList* records_;
  QPushButton* save_;
  widgets::TextLabel* said_;
};

}  // namespace quern::desktop::pages
