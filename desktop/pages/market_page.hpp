// What others charge, and where a job of one's own would cost least.
#pragma once
#include <QHash>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "desktop/models/daemon_models.hpp"
#include "desktop/models/steady_proxy.hpp"
#include "desktop/pages/market_detail.hpp"
#include "desktop/pages/newest_receipts.hpp"
#include "desktop/pages/offer_compare.hpp"
#include "desktop/pages/quote_feed.hpp"
#include "desktop/widgets/card.hpp"

class QMenu;
class QPushButton;
class QStackedWidget;

namespace quern::desktop::widgets {
class Table;
}

namespace quern::desktop::pages {

class MarketFilters;

class MarketPage : public widgets::PageFrame {
  Q_OBJECT
 public:
  static constexpr int kSavedMax = 32;  // filters that are kept
  static constexpr int kRecentMax = 8;  // jobs that were quoted
  static constexpr int kReceiptsAsked = 500;

  explicit MarketPage(models::DaemonModels& models, QWidget* parent = nullptr);

  // Only the offers of that peer.
  void show_peer(const QString& peer);
  // Quotes the job of this manifest, or of the folder with a job.json in it; empty: none any more.
  void quote_job(const QString& path);
  const QuoteFeed& quotes() const { return quotes_; }

  // What the app keeps between two starts: lines of the query's grammar, and columns that were hidden.
  const QStringList& saved_filters() const { return saved_; }
  void set_saved_filters(const QStringList& lines);
  QSet<int> hidden_columns() const;
  void set_hidden_columns(const QSet<int>& columns);
  // Asks a person for a manifest; given by tests. Empty: none was chosen.
  using ChooseFile = std::function<QString()>;
  void set_choose_file(ChooseFile choose) { choose_file_ = std::move(choose); }

 Q_SIGNALS:
  // `job`: where the job that is quoted was read, as quote_job() took it; empty: none is.
  void run_here(const QString& provider, const QString& device, const QString& job);
  void kept_changed();  // saved_filters() or hidden_columns()

 private:
  QWidget* make_list();
  void make_actions();
  void fill_saved_menu();
  void fill_job_menu();
  void apply_filters();
  void show_counts();
  void show_selected();
  void keep_selection();
  void drop_job();
  void show_quotes();
  std::optional<PeerHistory> history_of(const QString& provider) const;
  QStringList marked() const;
  void show_marked();
  void compare();
  void show_compared();
  void leave_compared();
  void take_receipts();

  models::DaemonModels& models_;
  models::OfferFilter filter_;
  QuoteFeed quotes_;
  NewestReceipts* receipts_;
  MarketFilters* filters_;
  widgets::Table* table_;
  MarketDetail* detail_;
  OfferCompare* compare_;
  QStackedWidget* forms_;  // the list, or what is compared
  QPushButton* job_;
  QMenu* job_menu_;
  QMenu* saved_menu_;
  QStringList saved_;
  QStringList recent_;  // paths, the newest first
  QString job_path_;    // of the job that is quoted, and its name
  QString job_name_;
  bool job_is_new_ = false;                             // its quotes have not been shown yet
  QString selected_;                                    // OfferRow::id
  QStringList compared_;                                // likewise; empty: the list is shown
  std::optional<QHash<QString, PeerHistory>> history_;  // by provider
  QTimer count_timer_;
  ChooseFile choose_file_;
  int reading_ = 0;  // which reading of a manifest counts
};

}  // namespace quern::desktop::pages
