// What stands around the pages of MainWindow: navigation, the card of the state, banners and the veil.
#include <QApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QResizeEvent>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <utility>

#include "desktop/app/donation_text.hpp"
#include "desktop/app/main_window.hpp"
#include "desktop/models/failure_text.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::app {
namespace {

constexpr double kVeil = 0.55;        // of the window's ground
constexpr qsizetype kNameShown = 64;  // the longest name of a Linux host
constexpr qsizetype kWhyShown = 90;   // of a reason; the tip has all of it

// Ends between words where there are any near the end.
QString shortened(const QString& text, qsizetype most) {
  if (text.size() <= most) return text;
  const qsizetype blank = text.lastIndexOf(u' ', most);
  return text.left(blank > most * 2 / 3 ? blank : most) + QChar(0x2026);
}

// Greys what lies below it, and lets everything through.
class Veil : public QWidget {
 public:
  explicit Veil(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("veil"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    QColor ground = theme::tokens().window;
    ground.setAlphaF(static_cast<float>(kVeil));
    painter.fillRect(rect(), ground);
  }
};

// As wide as the side; where its words need all of that, without its icon.
class SideButton : public QPushButton {
 public:
  SideButton(const QString& text, QIcon icon) : QPushButton(text), icon_(std::move(icon)) { setIcon(icon_); }

 protected:
  void resizeEvent(QResizeEvent* event) override {
    QPushButton::resizeEvent(event);
    const int words = fontMetrics().horizontalAdvance(text()) + 2 * theme::kSpaceS;
    const bool room = words + iconSize().width() + theme::kSpaceXs <= width();
    if (room == icon().isNull()) setIcon(room ? icon_ : QIcon());
  }

 private:
  QIcon icon_;
};

QPushButton* side_button(const QString& text, theme::Glyph glyph, const char* kind) {
  const auto tint = kind == std::string_view("primary") ? theme::Tint::on_accent : theme::Tint::muted;
  auto* button = new SideButton(text, theme::icon(glyph, tint));
  button->setProperty("kind", QString::fromLatin1(kind));
  button->setProperty("room", QStringLiteral("narrow"));  // or the card cuts longer words than the English
  button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
  return button;
}

}  // namespace

void MainWindow::make_side() {
  navigation_ = new widgets::SideNavigation(tr("Quern"), QApplication::windowIcon());
  navigation_->setAccessibleName(tr("Pages"));
  status_ = new widgets::StatusCard;
  new_job_ = side_button(tr("New job"), theme::Glyph::plus, "primary");
  pause_ = side_button(tr("Pause donating"), theme::Glyph::pause, "control");
  auto* lengths = new QMenu(pause_);
  donation_.add_lengths(*lengths);
  pause_->setMenu(lengths);
  resume_ = side_button(tr("Resume donating"), theme::Glyph::play, "control");
  new_job_->hide();
  status_->body()->addWidget(pause_);
  status_->body()->addWidget(resume_);
  navigation_->foot()->setSpacing(theme::kSpaceM);
  navigation_->foot()->addWidget(new_job_);
  navigation_->foot()->addWidget(status_);
  connect(navigation_, &widgets::SideNavigation::current_changed, this,
          [this](int index) { open(listed_.value(index)); });
  connect(new_job_, &QPushButton::clicked, this, [this] { new_job(); });
  connect(resume_, &QPushButton::clicked, &donation_, [this] { donation_.resume(); });
  connect(status_, &widgets::StatusCard::daemon_choice_wanted, this, &MainWindow::choose_daemon);
  connect(status_, &widgets::StatusCard::mode_requested, this, [this](theme::Mode mode) {
    settings_.set_mode(mode);
    // What is shown may come from the command line, and the settings be no change.
    theme::Theme::instance().set_mode(mode);
  });
}

void MainWindow::make_main() {
  main_ = new QWidget;
  offline_banner_ = new widgets::Banner;
  problems_ = new widgets::Banner;
  told_ = new widgets::Banner;
  told_->set_closable(true);
  stack_ = new QStackedWidget;
  veil_ = new Veil(main_);
  banners_ = new QWidget;
  banners_->hide();
  auto* banners = new QVBoxLayout(banners_);
  banners->setContentsMargins(theme::kSpaceXl, theme::kSpaceM, theme::kSpaceXl, 0);
  banners->setSpacing(theme::kSpaceS);
  banners->addWidget(offline_banner_);
  banners->addWidget(problems_);
  banners->addWidget(told_);
  auto* column = new QVBoxLayout(main_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(banners_);
  column->addWidget(stack_, 1);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addWidget(navigation_);
  row->addWidget(main_, 1);
  // A switch of the theme leaves hidden pages alone.
  for (QWidget* const holder : std::initializer_list<QWidget*>{this, main_, stack_}) theme::dress_in_parts(holder);
  // Where the focus is before a person has used the keyboard: no ring is shown.
  main_->setFocusPolicy(Qt::ClickFocus);
  main_->setFocus(Qt::OtherFocusReason);
  stack_->installEventFilter(this);
  connect(told_, &widgets::Banner::closed, this, &MainWindow::show_banners);
  connect(offline_banner_, &widgets::Banner::action_triggered, this, &MainWindow::follow_offline_way);
  connect(offline_banner_, &widgets::Banner::second_action_triggered, this, &MainWindow::choose_daemon);
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
  if (watched == stack_ && (event->type() == QEvent::Resize || event->type() == QEvent::Move)) {
    veil_->setGeometry(stack_->geometry());
  }
  return QWidget::eventFilter(watched, event);
}

QString MainWindow::daemon_name() const {
  const auto& machine = models_.machine();
  if (machine && !machine->host.isEmpty()) return machine->host;
  return settings_.profiles().name_of(models_.connection().place());
}

void MainWindow::show_status() {
  const client::Connection& connection = models_.connection();
  const models::QuantityText& text = models_.text();
  const DonationText said = donation_text(connection.state(), models_.status(), text, models_.now_unix_ms());
  status_->set_state(said.state, said.tone);
  status_->setToolTip(widgets::tool_tip(said.why));
  QVector<widgets::KeyValue> rows;
  if (!said.resumes.isEmpty()) rows.append({tr("Resumes"), said.resumes});
  if (!said.why.isEmpty()) rows.append({tr("Why"), shortened(said.why, kWhyShown), widgets::Ink::muted, false});
  const auto& earnings = models_.earnings();
  if (earnings) rows.append({tr("Earned today"), text.credits(earnings->today_earned_micro)});
  if (models_.has_status()) {
    rows.append({tr("Peers"), text.count(static_cast<std::int64_t>(models_.status().peers_connected))});
  }
  const QString name = daemon_name();
  rows.append({connection.live() ? tr("Connected to") : tr("Daemon"), shortened(name, kNameShown)});
  status_->set_rows(rows);
  pause_->setVisible(donation_.possible() && donation_.donating());
  resume_->setVisible(donation_.possible() && donation_.paused());
  const bool counts = connection.live() && models_.status().donation.until_unix_ms.has_value();
  if (counts != countdown_.isActive()) counts ? countdown_.start() : countdown_.stop();
}

void MainWindow::show_connection() {
  const client::Connection& connection = models_.connection();
  offline_ = offline_text(connection.state(), connection.loss(), service_.runs(connection.place()), service_.state());
  if (offline_.message.isEmpty()) {
    offline_banner_->hide();
  } else {
    offline_banner_->show_message(offline_.tone, offline_.message, offline_.action, tr("Choose daemon…"));
  }
  show_banners();
  show_veil();
  show_pages();
}

// The preferences have this app's own, which hold without a daemon; those of the daemon are disabled one by one.
void MainWindow::show_veil() {
  const bool stale = !models_.connection().live() && models_.has_status();
  veil_->setGeometry(stack_->geometry());
  veil_->setVisible(stale && current_ != kWelcomePage && current_ != kPreferencesPage);
  veil_->raise();
}

void MainWindow::show_problems() {
  QStringList problems;
  if (models_.connection().live()) {
    for (const models::WhyData& problem : models_.status().problems) {
      problems.append(models::as_sentence(problem.advice()));
    }
  }
  if (problems.isEmpty()) {
    problems_->hide();
  } else {
    // Lines are wrapped: where there are several a dot says where each begins.
    const QString begin = problems.size() > 1 ? QStringLiteral("• ") : QString();
    problems_->show_message(theme::Tone::warn, begin + problems.join(QChar(0x0a) + begin));
  }
  show_banners();
}

void MainWindow::follow_offline_way() {
  if (offline_.way == OfflineText::Way::start_service) {
    service_.start();
  } else {
    models_.connection().retry();
  }
}

void MainWindow::tell(theme::Tone tone, const QString& message) {
  told_is_refusal_ = false;
  told_->show_message(tone, message);
  show_banners();
}

void MainWindow::tell_refusal(const QString& why) {
  tell(theme::Tone::bad, why);
  told_is_refusal_ = true;
}

// Without a banner nothing of their box is left, not even its margin.
void MainWindow::show_banners() {
  banners_->setVisible(!offline_banner_->isHidden() || !problems_->isHidden() || !told_->isHidden());
}

}  // namespace quern::desktop::app
