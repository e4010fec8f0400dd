#include "desktop/pages/service_card.hpp"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "desktop/widgets/controls.hpp"

namespace quern::desktop::pages {

using State = ServiceUnit::State;
using widgets::Ink;
using widgets::TextLabel;

namespace {

QHBoxLayout* make_buttons(std::initializer_list<QPushButton*> buttons) {
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceS);
  for (QPushButton* const each : buttons) row->addWidget(each);
  row->addStretch(1);
  return row;
}

}  // namespace

ServiceCard::ServiceCard(models::DaemonModels& models, ServiceUnit& service, QWidget* parent)
    : Card(parent),
      models_(models),
      service_(service),
      state_(new widgets::Pill),
      text_(new TextLabel({}, theme::FontRole::caption, Ink::muted)),
      at_login_(new widgets::Toggle),
      start_(new QPushButton(tr("Start the service"))),
      stop_(new QPushButton(tr("Stop the service"))),
      ends_(new TextLabel({}, theme::FontRole::caption, Ink::warn)),
      sure_(new QPushButton(tr("Stop it"))),
      question_(make_question()) {
  auto* title = new widgets::SectionTitle(tr("Service"));
  title->add_action(state_);
  start_->setProperty("kind", QStringLiteral("primary"));
  body()->setSpacing(theme::kSpaceM);
  body()->addWidget(title);
  body()->addWidget(text_);
  // Words that wrap: the card is half as wide as the page.
  const QString login = tr("Start the service when I log in");
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceM);
  row->addWidget(new TextLabel(login, theme::FontRole::body_strong), 1);
  row->addWidget(at_login_, 0, Qt::AlignVCenter);
  at_login_->setAccessibleName(login);
  body()->addLayout(row);
  body()->addLayout(make_buttons({start_, stop_}));
  body()->addWidget(question_);
  connect(start_, &QPushButton::clicked, &service_, &ServiceUnit::start);
  connect(stop_, &QPushButton::clicked, this, &ServiceCard::stop);
  connect(at_login_, &widgets::Toggle::clicked, &service_, &ServiceUnit::set_enabled);
  connect(&service_, &ServiceUnit::changed, this, &ServiceCard::refresh);
  connect(&service_, &ServiceUnit::refused, this, &ServiceCard::refresh);
  connect(&models_.connection(), &client::Connection::state_changed, this, &ServiceCard::refresh);
  refresh();
}

QWidget* ServiceCard::make_question() {
  auto* box = new QWidget;
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  auto* keep = new QPushButton(tr("Keep it running"));
  sure_->setProperty("kind", QStringLiteral("danger"));
  column->addWidget(ends_);
  column->addLayout(make_buttons({sure_, keep}));
  connect(sure_, &QPushButton::clicked, &service_, &ServiceUnit::stop);
  connect(keep, &QPushButton::clicked, this, [this] { ask(0); });
  box->hide();
  return box;
}

void ServiceCard::refresh() {
  const State state = service_.state();
  setVisible(state != State::absent && service_.runs(models_.connection().place()));
  const auto show = [this](const QString& name, theme::Tone tone, const QString& text) {
    state_->set_state(name, tone);
    text_->set_text(text);
  };
  switch (state) {
    case State::running:
      show(tr("Running"), theme::Tone::ok, tr("It goes on when this window is closed."));
      break;
    case State::starting:
      show(tr("Starting"), theme::Tone::neutral, tr("It goes on when this window is closed."));
      break;
    case State::stopping:
      show(tr("Stopping"), theme::Tone::neutral, tr("What runs is ended in good order."));
      break;
    case State::failed:
      show(tr("Failed"), theme::Tone::bad, tr("Its log says why: journalctl --user -u quernd"));
      break;
    case State::stopped:
    case State::absent:
      show(tr("Stopped"), theme::Tone::warn, tr("While it is stopped nothing is shared, and no job of yours goes on."));
      break;
  }
  const bool runs = state == State::running || state == State::starting;
  start_->setVisible(!runs);
  start_->setEnabled(state != State::stopping);
  stop_->setVisible(runs && question_->isHidden());
  at_login_->setChecked(service_.enabled());
  if (!runs) question_->hide();
}

void ServiceCard::stop() {
  const bool known = models_.connection().live();
  const int running = known ? models_.jobs_running() + models_.work().rowCount() : 0;
  running > 0 ? ask(running) : service_.stop();
}

void ServiceCard::ask(int running) {
  ends_->set_text(tr("%Ln jobs run now and would not go on.", nullptr, running));
  question_->setVisible(running > 0);
  refresh();
}

}  // namespace quern::desktop::pages
