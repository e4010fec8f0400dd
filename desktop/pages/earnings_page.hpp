// What this node has earned and spent: in all, by day, by device, peer or kind, and receipt by receipt.
#pragma once
#include <QHash>
#include <QTimer>
#include <QWidget>
#include <chrono>
#include <cstdint>
#include <optional>

#include "desktop/models/daemon_models.hpp"
#include "desktop/models/node_models.hpp"
#include "desktop/models/steady_proxy.hpp"
#include "desktop/pages/earnings_view.hpp"
#include "desktop/pages/receipt_export.hpp"
#include "desktop/pages/receipt_feed.hpp"
#include "desktop/pages/receipt_panel.hpp"
#include "desktop/widgets/card.hpp"

class QGridLayout;
class QPushButton;
class QStackedWidget;

namespace quern::desktop::widgets {
class Legend;
class SegmentedControl;
class ShareBars;
class StackedBars;
class Table;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

// Receipts of one side.
class ReceiptSide : public models::SteadyProxy {
  Q_OBJECT
 public:
  explicit ReceiptSide(QObject* parent = nullptr) : SteadyProxy(parent) {}
  void set_money(Money money);

 protected:
  bool filterAcceptsRow(int source_row, const QModelIndex& source_parent) const override;

 private:
  Money money_ = Money::earned;
};

class EarningsPage : public widgets::PageFrame {
  Q_OBJECT
 public:
  static constexpr int kComparedDays = 30;

  // `models` outlives it.
  explicit EarningsPage(models::DaemonModels& models, QWidget* parent = nullptr);
  // Where the table and trails are written to: a dialog, unless a test says otherwise.
  void set_choose_file(ChooseFile choose);
  // After which what was not told is asked for again while it is looked at: half a minute, unless a test says
  // otherwise.
  void set_retry_pause(std::chrono::milliseconds pause) { again_.setInterval(pause); }

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* make_tiles();
  void arrange_tiles();
  QWidget* make_charts();
  QWidget* make_receipts();
  void dress_table();
  void size_parts();
  void fetch();
  void forget();
  void follow_status();
  void follow_faults();
  bool has_fault() const { return !(history_fault_.isEmpty() && compared_fault_.isEmpty() && feed_.fault().isEmpty()); }
  void follow_names();
  void fetch_history();
  void fetch_compared();
  void show_state();
  void show_tiles();
  void show_compared();
  void show_history();
  void show_receipt(int row);
  void export_csv();
  void finish_export(const QString& name, const QString& fault, qint64 rows);
  QString told_of_receipts() const;
  QString why_no_receipts() const;
  void look_back();
  void set_money(int side);
  QString named(const QString& part) const;
  QHash<QString, QString> names_of_others() const;
  void fail_history(const client::CallError& error, int days, int by);
  void show_per_kwh();
  int utc_offset_minutes() const;

  models::DaemonModels& models_;
  models::ReceiptModel receipts_;
  ReceiptFeed feed_;
  ReceiptExport writer_;
  ReceiptSide side_;
  Money money_ = Money::earned;
  models::EarningsHistory history_;
  DayRange range_;
  bool has_history_ = false;
  QString history_fault_;           // why it was not told the last time; empty: it was
  int shown_by_ = 0;                // of kByChoices: what the parts of the history are
  QHash<QString, QString> others_;  // names of devices of other machines, by their ids
  models::EarningsHistory compared_;
  DayRange compared_range_;
  bool has_compared_ = false;
  QString compared_fault_;
  QString peer_;        // whose money this is
  int era_ = 0;         // answers to what was asked of another daemon are of an earlier one
  bool asked_ = false;  // this daemon for its earnings
  QTimer soon_;
  QTimer again_;
  QTimer names_soon_;
  ChooseFile choose_;

  QStackedWidget* stack_;
  widgets::EmptyState* nothing_;
  widgets::SegmentedControl* money_switch_;
  QPushButton* export_;
  QGridLayout* tiles_;
  int tile_columns_ = 0;
  widgets::KpiTile* balance_;
  widgets::KpiTile* today_;
  widgets::KpiTile* month_;
  widgets::KpiTile* owed_;
  widgets::SegmentedControl* days_;
  widgets::SegmentedControl* by_;
  widgets::SectionTitle* bars_title_;
  widgets::SectionTitle* shares_title_;
  widgets::Legend* legend_;
  widgets::StackedBars* bars_;
  widgets::ShareBars* shares_;
  widgets::TextLabel* no_shares_;
  widgets::TextLabel* per_kwh_;
  widgets::SectionTitle* receipts_title_;
  widgets::Table* table_;
  ReceiptPanel* panel_;
};

}  // namespace quern::desktop::pages
