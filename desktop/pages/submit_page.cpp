#include "desktop/pages/submit_page.hpp"

#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/array.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/background.hpp"
#include "desktop/pages/drop_zone.hpp"
#include "desktop/pages/kernel_form.hpp"
#include "desktop/pages/submit_parts.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "desktop/widgets/table.hpp"

namespace quern::desktop::pages {

using widgets::Ink;

namespace {

constexpr int kLeftShare = 5, kRightShare = 6;
constexpr int kClockMs = 1'000;
constexpr int kRightWidth = 330;

// Scrolls up and down only, so it is as wide as what is in it needs: in large text that is more than its share.
class ScrolledColumn : public QScrollArea {
 public:
  QSize minimumSizeHint() const override {
    const int bar = verticalScrollBar()->sizeHint().width();
    return {widget() ? widget()->minimumSizeHint().width() + bar : 0, QScrollArea::minimumSizeHint().height()};
  }
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
    return QScrollArea::eventFilter(watched, event);
  }
};

struct ReadSource {
  QByteArray source;
  FileDigest digest;
};

std::expected<ReadSource, QString> read_source(const QString& file) {
  auto source = read_whole(file, kSourceBytesMax);
  if (!source) return std::unexpected(std::move(source).error());
  auto digest = digest_of(file);
  if (!digest) return std::unexpected(std::move(digest).error());
  return ReadSource{*std::move(source), *std::move(digest)};
}

}  // namespace

SubmitPage::SubmitPage(models::DaemonModels& models, QWidget* parent)
    : PageFrame(tr("New job"), parent),
      models_(models),
      quotes_(models.connection()),
      upload_(models.connection()),
      quote_rows_(models.text()) {
  choose_file_ = [this] {
    return QFileDialog::getOpenFileName(this, tr("Choose a job"), QString(),
                                        tr("Jobs and kernels (*.json *.cl);;All files (*)"));
  };
  set_subtitle(tr("A job.json, a folder with one, or an OpenCL kernel"));
  auto* across = new QHBoxLayout;
  across->setSpacing(theme::kSpaceL);
  across->addWidget(make_left(), kLeftShare);
  across->addWidget(make_right(), kRightShare);
  body()->addLayout(across, 1);
  banner()->set_closable(true);
  connect(&quotes_, &QuoteFeed::changed, this, &SubmitPage::show_quotes);
  connect(&models_, &models::DaemonModels::offers_changed, &quotes_, &QuoteFeed::market_changed);
  connect(&models_, &models::DaemonModels::preferences_changed, this, &SubmitPage::show_quotes);
  connect(&models_.connection(), &client::Connection::state_changed, this, [this] {
    if (!models_.connection().live() && starting_) lose_start();
    show_start();
  });
  connect(&upload_, &InputUpload::progressed, this, [this](int permille, const QString& path) {
    progress_->set_permille(permille);
    progress_text_->set_text(tr("Sending %1").arg(models::plain_text(path)));
  });
  connect(&upload_, &InputUpload::finished, this, &SubmitPage::submit);
  connect(&upload_, &InputUpload::failed, this, [this](const QString& why) {
    stop_start();
    banner()->show_message(theme::Tone::bad, why);
  });
  clock_.setInterval(kClockMs);
  connect(&clock_, &QTimer::timeout, this, [this] {
    if (isVisible()) show_quotes();
  });
  clock_.start();
  clear({});
}

QWidget* SubmitPage::make_left() {
  auto* area = new ScrolledColumn;
  area->setWidgetResizable(true);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setFocusPolicy(Qt::NoFocus);
  area->viewport()->setAutoFillBackground(false);
  auto* page = new QWidget;
  page->setAutoFillBackground(false);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceL);
  drop_ = new DropZone(tr("Drop a job.json, a folder with one, or a .cl file here"));
  job_card_ = new widgets::Card;
  job_title_ = new widgets::SectionTitle({});
  summary_ = new widgets::KeyValueList;
  form_ = new KernelForm;
  fault_label_ = new widgets::TextLabel({}, theme::FontRole::body, Ink::bad);
  job_card_->body()->addWidget(job_title_);
  job_card_->body()->addWidget(form_);
  job_card_->body()->addWidget(summary_);
  job_card_->body()->addWidget(fault_label_);
  column->addWidget(drop_);
  column->addWidget(job_card_);
  column->addWidget(make_terms());
  column->addStretch(1);
  area->setWidget(page);
  connect(drop_, &DropZone::dropped, this, &SubmitPage::open_files);
  connect(drop_, &DropZone::choose_clicked, this, [this] {
    if (const QString file = choose_file_(); !file.isEmpty()) open_files({file});
  });
  connect(form_, &KernelForm::changed, this, &SubmitPage::take_form);
  return area;
}

QWidget* SubmitPage::make_terms() {
  const TermsCard terms = make_terms_card();
  strategy_ = terms.strategy;
  budget_ = terms.budget;
  budget_note_ = terms.note;
  preferred_ = terms.preferred;
  anywhere_ = terms.anywhere;
  budget_->set_range(0, kBudgetMaxMicro);
  connect(budget_, &widgets::PriceSpin::value_changed, this, [this] {
    budget_chosen_ = true;
    show_quotes();
  });
  connect(strategy_, &QComboBox::currentIndexChanged, this, &SubmitPage::show_quotes);
  connect(anywhere_, &QPushButton::clicked, this, [this] { prefer({}, {}); });
  return terms.card;
}

QWidget* SubmitPage::make_right() {
  auto* card = new widgets::Card;
  card->setMinimumWidth(kRightWidth);
  quote_title_ = new widgets::SectionTitle({});
  quote_text_ = new widgets::TextLabel({}, theme::FontRole::body, Ink::muted);
  best_ = new widgets::KeyValueList;
  quote_order_.setSourceModel(&quote_rows_);
  quote_table_ = make_quote_table(quote_order_);
  connect(quote_table_, &widgets::Table::hover_changed, this, [this](bool inside) { quote_order_.set_frozen(inside); });
  progress_ = new widgets::ProgressBar;
  progress_->setAccessibleName(tr("Files that were sent"));
  progress_text_ = new widgets::TextLabel({}, theme::FontRole::caption, Ink::muted);
  cancel_ = new QPushButton(tr("Cancel"));
  start_ = new QPushButton(theme::icon(theme::Glyph::play, theme::Tint::on_accent), tr("Start job"));
  start_->setProperty("kind", QStringLiteral("primary"));
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceS);
  row->addStretch(1);
  row->addWidget(cancel_);
  row->addWidget(start_);
  card->body()->addWidget(quote_title_);
  card->body()->addWidget(quote_text_);
  card->body()->addWidget(best_);
  card->body()->addWidget(quote_table_, 1);
  card->body()->addStretch();  // where there are no quotes yet
  card->body()->addWidget(new widgets::TextLabel(tr("The provider can read the files you send. Do not send secrets."),
                                                 theme::FontRole::caption, Ink::warn));
  card->body()->addWidget(progress_text_);
  card->body()->addWidget(progress_);
  card->body()->addLayout(row);
  connect(start_, &QPushButton::clicked, this, &SubmitPage::start);
  connect(cancel_, &QPushButton::clicked, this, &SubmitPage::stop_start);
  return card;
}

void SubmitPage::open_files(const QStringList& paths) {
  if (paths.isEmpty()) return;
  if (starting_) {
    next_file_ = paths.front();
    return;
  }
  banner()->hide();
  read_file(paths.front());
}

void SubmitPage::read_file(const QString& path) {
  const int reading = ++reading_;
  if (path.endsWith(QStringLiteral(".cl"), Qt::CaseInsensitive)) {
    in_background(
        this, [path] { return read_source(path); },
        [this, reading, path](const std::expected<ReadSource, QString>& read) {
          if (reading != reading_) return;
          read ? take_source(path, read->source, read->digest) : clear(read.error());
        });
    return;
  }
  in_background(
      this, [path] { return read_job(path); },
      [this, reading](const std::expected<JobFolder, QString>& job) {
        if (reading != reading_) return;
        form_used_ = false;
        job ? take_job(*job) : clear(job.error());
      });
}

void SubmitPage::take_source(const QString& file, const QByteArray& source, const FileDigest& digest) {
  form_used_ = true;
  job_ = JobFolder{.file = file, .folder = QFileInfo(file).absolutePath(), .manifest = {}, .data = {}};
  form_->set_source(QFileInfo(file).fileName(), QString::fromUtf8(source), digest.digest, digest.bytes);
  take_form();
}

void SubmitPage::take_form() {
  if (!job_ || starting_) return;
  JobFolder job = *job_;
  auto manifest = form_->manifest();
  auto data = manifest ? models::manifest_from(*manifest)
                       : std::expected<models::ManifestData, QString>(std::unexpected(manifest.error()));
  if (data) {
    job.manifest = *manifest;
    job.data = *std::move(data);
    take_job(job);
    return;
  }
  fault_ = data.error();
  quotes_.set_manifest({});
  show_summary();
  show_start();
}

void SubmitPage::take_job(const JobFolder& job) {
  job_ = job;
  fault_.clear();
  quotes_.set_manifest(job.manifest);
  show_summary();
  show_quotes();
}

void SubmitPage::clear(const QString& fault) {
  job_.reset();
  form_used_ = false;
  fault_ = fault;
  quotes_.set_manifest({});
  show_summary();
  show_quotes();
}

void SubmitPage::prefer(const QString& provider, const QString& device) {
  if (starting_) return;  // what is on its way goes where it was to go
  provider_ = provider;
  device_ = device;
  show_quotes();
}

void SubmitPage::propose_budget(std::optional<std::int64_t> micro) {
  proposal_ = micro;
  show_start();
}

void SubmitPage::show_summary() {
  const bool any = job_ || !fault_.isEmpty();
  job_card_->setVisible(any);
  form_->setVisible(form_used_);
  summary_->setVisible(job_.has_value() && !form_used_);
  if (job_) {
    const QString file = QFileInfo(job_->file).fileName();
    job_title_->set_title(job_->data.name.isEmpty() || form_used_ ? file : job_->data.name);
    job_title_->set_caption(form_used_ ? tr("OpenCL kernel") : models::job_kind_text(job_->data.kind));
    summary_->set_rows(summary_rows(*job_, models_.text()));
  } else {
    job_title_->set_title(tr("This is no job"));
    job_title_->set_caption({});
  }
}

const models::QuoteRow* SubmitPage::chosen() const {
  const auto& rows = quotes_.rows();
  if (!rows) return nullptr;
  if (provider_.isEmpty()) return best_match(*rows, strategy(), budget_->value());
  const auto found =
      std::ranges::find_if(*rows, [this](const models::QuoteRow& row) { return row.priced() && may_go_to(row); });
  return found == rows->end() ? nullptr : &*found;
}

// The name of the one that counts; empty: nobody has said.
QString SubmitPage::strategy() const {
  const QString chosen = strategy_->currentData().toString();
  const auto& preferences = models_.preferences();
  return chosen.isEmpty() && preferences ? preferences->strategy.value_or(QString()) : chosen;
}

QString SubmitPage::match_title() const {
  if (!provider_.isEmpty()) return tr("On the device you chose");
  if (strategy() == QStringLiteral("fastest")) return tr("Fastest match");
  if (strategy() == QStringLiteral("balanced")) return tr("Best balance of cost and time");
  return tr("Cheapest match");
}

// A quote is good for as long as the offer that it was made from.
std::optional<std::int64_t> SubmitPage::expiry_unix_ms(const models::QuoteRow& quote) const {
  const models::OfferRow* const offer = models_.offers().find(quote.id);
  return offer ? offer->until_unix_ms : std::nullopt;
}

void SubmitPage::show_quotes() {
  const models::QuantityText& text = models_.text();
  const auto& rows = quotes_.rows();
  quote_rows_.take_rows(rows.value_or(std::vector<models::QuoteRow>()));
  const models::QuoteRow* const best = chosen();
  best_->setVisible(best != nullptr);
  quote_table_->setVisible(rows.has_value());
  quote_title_->set_title(match_title());
  quote_title_->set_caption({});
  QString words;
  if (!job_) {
    words = tr("What it costs is shown here as soon as there is a job.");
  } else if (!quotes_.fault().isEmpty()) {
    words.clear();
  } else if (!rows) {
    words = !fault_.isEmpty()             ? tr("Correct the job to see what it costs.")
            : models_.connection().live() ? tr("Asking the market…")
                                          : tr("The daemon is not there; it is asked as soon as it is.");
  } else if (!best && may_start()) {
    words =
        tr("The job states no work, so nobody can say what it costs. A trial runs first, and costs at most the "
           "budget, or without one its longest time.");
  } else if (!best) {
    words = provider_.isEmpty() ? tr("No device can run it now. Each says why, below.")
                                : tr("The device that you chose cannot run it now. Each says why, below.");
  }
  quote_text_->set_text(words);
  quote_text_->setVisible(!words.isEmpty());
  if (best) show_best(*best);
  if (rows) {
    const auto fitting = std::ranges::count_if(*rows, &models::QuoteRow::fits);
    quote_title_->set_caption(
        tr("%1 of %2 can").arg(text.count(fitting), text.count(static_cast<std::int64_t>(rows->size()))));
  }
  show_start();
}

void SubmitPage::show_best(const models::QuoteRow& best) {
  const models::QuantityText& text = models_.text();
  QVector<widgets::KeyValue> rows{
      {.key = best.device_name.isEmpty() ? models::short_id(best.device) : best.device_name,
       .value = models::short_id(best.provider)},
      {.key = tr("Price"),
       .value = best.per_hour_micro ? text.credits_per_hour(*best.per_hour_micro) : models::QuantityText::none()},
      {.key = tr("Likely cost"), .value = text.credits(best.cost_micro.likely), .ink = Ink::ok},
      {.key = tr("At least, at most"),
       .value = tr("%1 – %2").arg(text.credits(best.cost_micro.low), text.credits(best.cost_micro.high))}};
  if (best.total_ms) rows.append({.key = tr("Time"), .value = text.duration(best.total_ms->likely)});
  if (const auto until = expiry_unix_ms(best)) {
    const bool over = *until <= models_.now_unix_ms();
    rows.append({.key = tr("The quote holds"),
                 .value = over ? tr("no more") : text.duration(*until - models_.now_unix_ms()),
                 .ink = over ? Ink::warn : Ink::text});
  }
  best_->set_rows(rows);
}

bool SubmitPage::may_go_to(const models::QuoteRow& row) const {
  return provider_.isEmpty() || (row.provider == provider_ && row.device == device_);
}

// There is a quote that still holds, or a trial may find out.
bool SubmitPage::may_start() const {
  if (const models::QuoteRow* const best = chosen()) {
    const auto until = expiry_unix_ms(*best);
    return !until || *until > models_.now_unix_ms();
  }
  const auto& rows = quotes_.rows();
  return rows &&
         std::ranges::any_of(*rows, [this](const models::QuoteRow& row) { return row.trial && may_go_to(row); });
}

// Why Start waits; empty when it does not.
QString SubmitPage::start_fault() const {
  if (!job_) return fault_;
  if (!fault_.isEmpty()) return fault_;
  if (!quotes_.fault().isEmpty()) return quotes_.fault();
  const models::QuoteRow* const best = chosen();
  if (best && budget_->value() > 0 && budget_->value() < best->cost_micro.likely) {
    return tr("Budget: %1 is below %2, which it is likely to cost there: no device takes it. Raise it, or ask for "
              "less.")
        .arg(models_.text().credits(budget_->value()), models_.text().credits(best->cost_micro.likely));
  }
  return {};
}

void SubmitPage::show_start() {
  const auto& preferences = models_.preferences();
  const auto own = preferences && preferences->job_budget ? preferences->job_budget->micro : std::nullopt;
  const std::int64_t proposed = proposal_.value_or(own.value_or(0));
  // Once, so that it does not come over what is being typed.
  if (!budget_chosen_ && proposed != proposed_micro_) {
    proposed_micro_ = proposed;
    budget_->set_value(proposed_micro_);
  }
  budget_note_->set_text(
      own ? tr("The job stops when it is reached. Your preferences allow %1 a job.").arg(models_.text().credits(*own))
          : tr("The job stops when it is reached; 0 sets no limit."));
  preferred_->setVisible(!provider_.isEmpty());
  anywhere_->setVisible(!provider_.isEmpty());
  if (!provider_.isEmpty()) {
    const models::OfferRow* const offer = models_.offers().find(models::offer_id(provider_, device_));
    const QString name = offer && !offer->name.isEmpty() ? offer->name : models::short_id(device_);
    preferred_->set_text(tr("Only on %1 at %2").arg(name, models::short_id(provider_)));
  }
  const QString fault = start_fault();
  fault_label_->set_text(fault);
  fault_label_->setVisible(!fault.isEmpty());
  start_->setEnabled(!starting_ && job_ && fault.isEmpty() && may_start() && models_.connection().live());
  for (QWidget* const each : std::initializer_list<QWidget*>{drop_, form_, strategy_, budget_, anywhere_}) {
    each->setEnabled(!starting_);
  }
  progress_->setVisible(starting_);
  progress_text_->setVisible(starting_);
  cancel_->setVisible(starting_);
}

void SubmitPage::start() {
  if (!job_ || starting_) return;
  starting_ = true;
  ++reading_;  // a job that is still being read comes too late: this one was seen, and its quote
  banner()->hide();
  progress_->set_permille(0);
  progress_text_->set_text(tr("Reading the files"));
  upload_.start(*job_);
  show_start();
}

void SubmitPage::submit() {
  if (!starting_ || !job_) return;
  progress_->set_permille(1'000);
  progress_text_->set_text(tr("Submitting"));
  boost::json::object params{
      {"manifest", std::string_view(job_->manifest.data(), static_cast<std::size_t>(job_->manifest.size()))}};
  if (const QString strategy = strategy_->currentData().toString(); !strategy.isEmpty()) {
    params["strategy"] = strategy.toStdString();
  }
  if (budget_->value() > 0) params["max_price_micro"] = budget_->value();
  if (!provider_.isEmpty()) {
    params["only"] = boost::json::array{
        boost::json::object{{"provider", provider_.toStdString()}, {"device", device_.toStdString()}}};
  }
  submitted_to_ = models_.connection().place();
  submit_ = models_.connection().call("job.submit", std::move(params), this,
                                      [this](const client::Outcome& outcome) { finish_start(outcome); });
}

void SubmitPage::finish_start(const client::Outcome& outcome) {
  end_start();
  const auto id = outcome ? models::Reading(*outcome).id("id") : std::nullopt;
  if (!outcome && models::may_be_done(outcome.error())) {
    tell_unknown();
    return;
  }
  if (!id) {
    banner()->show_message(theme::Tone::bad,
                           outcome ? tr("The daemon's answer names no job.") : models::failure_text(outcome.error()));
    return;
  }
  prefer({}, {});  // that was for this job
  Q_EMIT submitted(*id);
}

// A submission that is on its way cannot be taken back, only no longer waited for.
void SubmitPage::stop_start() {
  const bool submitted = submit_.pending();
  submit_.cancel();
  upload_.cancel();
  end_start();
  if (submitted) tell_unknown();
}

// What came meanwhile is next. What is told of this job stays to be read.
void SubmitPage::end_start() {
  starting_ = false;
  show_start();
  const QString file = std::exchange(next_file_, {});
  if (file.isEmpty()) return;
  prefer({}, {});
  read_file(file);
}

void SubmitPage::lose_start() {
  const bool submitted = submit_.pending();  // stop_start() tells of it
  stop_start();
  if (submitted) return;
  banner()->show_message(theme::Tone::bad, tr("The connection was lost before the job was submitted: it has not "
                                              "started. Start it again once the daemon is there."));
}

// The daemon may have the job. Whoever starts it again then pays twice.
void SubmitPage::tell_unknown() {
  banner()->show_message(theme::Tone::warn,
                         tr("No answer has come from %1: the job may have started there. Look at its "
                            "Jobs, where it can be stopped, before you start it again.")
                             .arg(submitted_to_));
}

}  // namespace quern::desktop::pages
