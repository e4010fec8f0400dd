// A new job: what it is, what it will cost, and Start.
#pragma once
#include <QString>
#include <QStringList>
#include <QTimer>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "desktop/models/daemon_models.hpp"
#include "desktop/models/steady_proxy.hpp"
#include "desktop/pages/input_upload.hpp"
#include "desktop/pages/job_folder.hpp"
#include "desktop/pages/quote_feed.hpp"
#include "desktop/widgets/card.hpp"

class QComboBox;
class QPushButton;
class QScrollArea;

namespace quern::desktop::widgets {
class ElidedLabel;
class KeyValueList;
class PriceSpin;
class ProgressBar;
class Table;
class TextLabel;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class DropZone;
class KernelForm;

class SubmitPage : public widgets::PageFrame {
  Q_OBJECT
 public:
  static constexpr std::int64_t kBudgetMaxMicro = 1'000'000'000'000;  // of job.submit

  explicit SubmitPage(models::DaemonModels& models, QWidget* parent = nullptr);

  // A job.json, a folder that holds one, or a .cl file; of several the first counts. While a job is being sent they
  // wait for its end.
  void open_files(const QStringList& paths);
  // Only on that device: the offer that Run here was pressed on. Empty: anywhere. Not while a job is being sent.
  void prefer(const QString& provider, const QString& device);
  // What the budget is until a person has chosen one; absent: the daemon's own bound of a job.
  void propose_budget(std::optional<std::int64_t> micro);
  const QuoteFeed& quotes() const { return quotes_; }
  // Asks a person for a file; given by tests. Empty: none was chosen.
  using ChooseFile = std::function<QString()>;
  void set_choose_file(ChooseFile choose) { choose_file_ = std::move(choose); }

 Q_SIGNALS:
  void submitted(const QString& job);

 private:
  QWidget* make_left();
  QWidget* make_terms();
  QWidget* make_right();
  void read_file(const QString& path);
  void take_job(const JobFolder& job);
  void take_source(const QString& file, const QByteArray& source, const FileDigest& digest);
  void take_form();
  void clear(const QString& fault);
  void show_summary();
  void show_quotes();
  void show_best(const models::QuoteRow& best);
  void show_start();
  QString start_fault() const;
  void start();
  void submit();
  void finish_start(const client::Outcome& outcome);
  void stop_start();
  void end_start();
  void lose_start();
  void tell_unknown();
  std::optional<std::int64_t> expiry_unix_ms(const models::QuoteRow& quote) const;
  const models::QuoteRow* chosen() const;
  QString strategy() const;
  QString match_title() const;
  bool may_go_to(const models::QuoteRow& row) const;
  bool may_start() const;

  models::DaemonModels& models_;
  QuoteFeed quotes_;
  InputUpload upload_;
  models::QuoteModel quote_rows_;
  models::SteadyProxy quote_order_;
  ChooseFile choose_file_;
  std::optional<JobFolder> job_;
  QString fault_;     // of the job as it stands
  QString provider_;  // with device_ the only place that it may go to; empty: anywhere
  QString device_;
  client::Reply submit_;
  QString submitted_to_;
  QTimer clock_;
  int reading_ = 0;
  bool starting_ = false;
  QString next_file_;           // came while starting_
  bool budget_chosen_ = false;  // by the user: the preferences' default does not come over it
  std::optional<std::int64_t> proposal_;
  std::int64_t proposed_micro_ = 0;  // what the budget shows
  bool form_used_ = false;

  DropZone* drop_;
  widgets::Card* job_card_;
  widgets::SectionTitle* job_title_;
  widgets::KeyValueList* summary_;
  KernelForm* form_;
  widgets::TextLabel* fault_label_;
  QComboBox* strategy_;
  widgets::PriceSpin* budget_;
  widgets::TextLabel* budget_note_;
  widgets::SectionTitle* quote_title_;
  widgets::TextLabel* quote_text_;
  widgets::KeyValueList* best_;
  widgets::Table* quote_table_;
  widgets::ElidedLabel* preferred_;
  QPushButton* anywhere_;
  widgets::ProgressBar* progress_;
  widgets::TextLabel* progress_text_;
  QPushButton* cancel_;
  QPushButton* start_;
};

}  // namespace quern::desktop::pages
