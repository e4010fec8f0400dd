#include "desktop/app/profiles_dialog.hpp"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::app {
namespace {

constexpr int kSocket = 0, kAddress = 1;  // of the segments
constexpr int kWidth = 720, kHeight = 420, kListWidth = 210;

}  // namespace

ProfilesDialog::ProfilesDialog(client::Profiles& profiles, QWidget* parent) : QDialog(parent), profiles_(profiles) {
  setWindowTitle(tr("Daemons"));
  resize(theme::scaled(kWidth), theme::scaled(kHeight));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(theme::kSpaceXl, theme::kSpaceL, theme::kSpaceXl, theme::kSpaceL);
  column->setSpacing(theme::kSpaceL);
  column->addWidget(new widgets::TextLabel(tr("Which daemon this app shows"), theme::FontRole::detail));
  if (!profiles_.faults().empty()) column->addWidget(make_faults());
  auto* parts = new QHBoxLayout;
  parts->setSpacing(theme::kSpaceL);
  parts->addWidget(make_list());
  parts->addWidget(make_form(), 1);
  column->addLayout(parts, 1);
  column->addWidget(make_foot());
  fill();
  connect(&profiles_, &client::Profiles::changed, this, &ProfilesDialog::fill);
}

// Nothing but the file of settings leads to them.
QWidget* ProfilesDialog::make_faults() {
  auto* faults = new QWidget;
  auto* row = new QHBoxLayout(faults);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceM);
  const auto count = static_cast<int>(profiles_.faults().size());
  const QString first = profiles_.faults().front();
  row->addWidget(
      new widgets::TextLabel(count == 1 ? tr("Saved, but of no use: %1").arg(first)
                                        : tr("%n are saved, but of no use; the first: %1", nullptr, count).arg(first),
                             theme::FontRole::caption, widgets::Ink::warn),
      1);
  auto* forget = new QPushButton(tr("Forget"));
  forget->setAutoDefault(false);
  row->addWidget(forget, 0, Qt::AlignTop);
  connect(forget, &QPushButton::clicked, this, [this, faults] {
    faults->hide();
    profiles_.forget_faulty();
  });
  return faults;
}

QWidget* ProfilesDialog::make_list() {
  auto* side = new QWidget;
  side->setFixedWidth(theme::scaled(kListWidth));
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  list_ = new QListWidget;
  list_->setProperty("kind", QStringLiteral("choice"));
  list_->setAccessibleName(tr("Daemons"));
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setTextElideMode(Qt::ElideRight);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(theme::kSpaceS);
  auto* add = new QPushButton(tr("Add"));
  remove_ = new QPushButton(tr("Remove"));
  remove_->setProperty("kind", QStringLiteral("danger"));
  buttons->addWidget(add);
  buttons->addWidget(remove_);
  column->addWidget(list_, 1);
  column->addLayout(buttons);
  connect(list_, &QListWidget::currentRowChanged, this, &ProfilesDialog::show_selected);
  connect(list_, &QListWidget::itemActivated, this, &ProfilesDialog::connect_to);
  connect(add, &QPushButton::clicked, this, &ProfilesDialog::add);
  connect(remove_, &QPushButton::clicked, this, &ProfilesDialog::remove);
  return side;
}

QWidget* ProfilesDialog::make_form() {
  auto* side = new QWidget;
  // Not a QFormLayout: it puts labels above the middle of taller fields.
  auto* form = new QGridLayout(side);
  form->setContentsMargins(0, 0, 0, 0);
  form->setSpacing(theme::kSpaceM);
  form->setColumnStretch(1, 1);
  const auto add_row = [form](QLabel* label, QWidget* field) {
    const int row = form->rowCount();
    form->addWidget(label, row, 0);
    form->addWidget(field, row, 1);
  };
  const auto line = [add_row](const QString& text, QLabel*& label) {
    auto* edit = new QLineEdit;
    edit->setMaxLength(static_cast<int>(client::kProfileTextMax));
    edit->setAccessibleName(text);
    label = new QLabel(text);
    label->setBuddy(edit);
    add_row(label, edit);
    return edit;
  };
  QLabel* name_label = nullptr;
  name_ = line(tr("Name"), name_label);
  name_->setMaxLength(static_cast<int>(client::kProfileNameMax));
  place_ = new widgets::SegmentedControl(tr("Where it is"));
  place_->set_segments({tr("Socket"), tr("Address")});
  add_row(new QLabel(tr("Reached by")), place_);
  socket_ = line(tr("Socket"), socket_label_);
  socket_->setPlaceholderText(client::own_daemon().socket_path);
  url_ = line(tr("Address"), url_label_);
  url_->setPlaceholderText(QStringLiteral("wss://host:7646/"));
  token_ = line(tr("Token file"), token_label_);
  token_->setPlaceholderText(tr("a copy of the daemon's rpc.token"));
  ca_ = line(tr("CA file"), ca_label_);
  ca_->setPlaceholderText(tr("none: the system's authorities"));
  fault_ = new widgets::TextLabel({}, theme::FontRole::caption, widgets::Ink::bad);
  form->addWidget(fault_, form->rowCount(), 0, 1, 2);
  form->setRowStretch(form->rowCount(), 1);
  connect(place_, &widgets::SegmentedControl::current_changed, this, &ProfilesDialog::show_place);
  return side;
}

QWidget* ProfilesDialog::make_foot() {
  auto* foot = new QWidget;
  auto* row = new QHBoxLayout(foot);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceS);
  auto* close = new QPushButton(tr("Close"));
  close->setProperty("kind", QStringLiteral("ghost"));
  close->setAutoDefault(false);
  save_ = new QPushButton(tr("Save"));
  save_->setAutoDefault(false);
  connect_ = new QPushButton(tr("Connect"));
  connect_->setProperty("kind", QStringLiteral("primary"));
  connect_->setDefault(true);
  row->addStretch(1);
  row->addWidget(close);
  row->addWidget(save_);
  row->addWidget(connect_);
  connect(close, &QPushButton::clicked, this, &ProfilesDialog::reject);
  connect(save_, &QPushButton::clicked, this, &ProfilesDialog::save);
  connect(connect_, &QPushButton::clicked, this, &ProfilesDialog::connect_to);
  return foot;
}

void ProfilesDialog::fill() {
  const client::Profile* const connected = profiles_.connected();
  const QString first = connected ? connected->name : profiles_.current().name;
  const QString wanted = old_name_.isEmpty() ? first : old_name_;
  {
    const QSignalBlocker quiet(list_);
    list_->clear();
    for (const client::Profile& profile : profiles_.list()) list_->addItem(profile.name);
  }
  const auto found = list_->findItems(wanted, Qt::MatchExactly);
  list_->setCurrentItem(found.isEmpty() ? list_->item(0) : found.front());
  remove_->setEnabled(list_->count() > 1);
  show_selected();
}

void ProfilesDialog::show_selected() {
  const QListWidgetItem* const item = list_->currentItem();
  const client::Profile* const profile = item ? profiles_.find(item->text()) : nullptr;
  if (!profile) return;
  old_name_ = profile->name;
  name_->setText(profile->name);
  place_->set_current(profile->local() ? kSocket : kAddress);
  socket_->setText(profile->socket_path);
  url_->setText(profile->url);
  token_->setText(profile->token_file);
  ca_->setText(profile->ca_file);
  fault_->set_text({});
  show_place();
}

void ProfilesDialog::show_place() {
  const bool by_socket = place_->current() == kSocket;
  socket_label_->setVisible(by_socket);
  socket_->setVisible(by_socket);
  for (QWidget* part : std::initializer_list<QWidget*>{url_label_, url_, token_label_, token_, ca_label_, ca_}) {
    part->setVisible(!by_socket);
  }
}

client::Profile ProfilesDialog::edited() const {
  const bool by_socket = place_->current() == kSocket;
  return {.name = name_->text().trimmed(),
          .socket_path = by_socket ? socket_->text().trimmed() : QString(),
          .url = by_socket ? QString() : url_->text().trimmed(),
          .token_file = by_socket ? QString() : token_->text().trimmed(),
          .ca_file = by_socket ? QString() : ca_->text().trimmed()};
}

void ProfilesDialog::add() {
  const QSignalBlocker quiet(list_);
  list_->setCurrentItem(nullptr);
  old_name_.clear();
  name_->clear();
  place_->set_current(kAddress);
  for (QLineEdit* edit : {socket_, url_, token_, ca_}) edit->clear();
  fault_->set_text({});
  show_place();
  name_->setFocus(Qt::OtherFocusReason);
}

void ProfilesDialog::remove() {
  if (old_name_.isEmpty()) {
    fill();
    return;
  }
  const QString name = std::exchange(old_name_, {});
  if (!profiles_.remove(name)) fault_->set_text(tr("The last one stays: change it instead"));
}

bool ProfilesDialog::save() {
  const client::Profile profile = edited();
  const QString before = std::exchange(old_name_, profile.name);
  const auto put = profiles_.put(profile, before);
  if (put) {
    fault_->set_text({});
    return true;
  }
  old_name_ = before;
  fault_->set_text(put.error());
  return false;
}

void ProfilesDialog::connect_to() {
  if (!save()) return;
  profiles_.choose(old_name_);
  accept();
}

}  // namespace quern::desktop::app
