#include "desktop/pages/kernel_form.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>

#include "desktop/models/quantity_text.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::pages {

using models::KernelArgument;

namespace {

constexpr int kFixedRows = 5;  // before those of the arguments
constexpr int kSecondsMax = 604'800;
constexpr int kTextMax = 128;

widgets::ElidedLabel* label(const QString& text) {
  auto* made = new widgets::ElidedLabel(text, theme::FontRole::body, widgets::Ink::muted);
  made->setFixedSize(theme::scaled(112), theme::scaled(32));
  return made;
}

}  // namespace

KernelForm::KernelForm(QWidget* parent)
    : QWidget(parent),
      form_(new QFormLayout(this)),
      name_(new QLineEdit),
      kernel_(new QComboBox),
      size_(new QLineEdit(QStringLiteral("1024"))),
      options_(new QLineEdit),
      seconds_(new QSpinBox) {
  form_->setContentsMargins(0, 0, 0, 0);
  form_->setHorizontalSpacing(theme::kSpaceM);
  form_->setVerticalSpacing(theme::kSpaceS);
  form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  name_->setMaxLength(kTextMax);
  size_->setMaxLength(kTextMax);
  size_->setPlaceholderText(tr("as 1024 or 640 x 360"));
  options_->setMaxLength(4'096);
  options_->setPlaceholderText(tr("as -D WIDTH=640"));
  seconds_->setRange(1, kSecondsMax);
  seconds_->setValue(60);
  seconds_->setSuffix(tr(" s"));
  const auto add = [this](const QString& text, QWidget* field) {
    field->setAccessibleName(text);
    form_->addRow(label(text), field);
  };
  add(tr("Name"), name_);
  add(tr("Kernel"), kernel_);
  add(tr("Global size"), size_);
  add(tr("Build options"), options_);
  add(tr("Longest time"), seconds_);
  for (QLineEdit* const each : {name_, size_, options_}) {
    connect(each, &QLineEdit::textEdited, this, &KernelForm::changed);
  }
  connect(seconds_, &QSpinBox::valueChanged, this, &KernelForm::changed);
  connect(kernel_, &QComboBox::currentIndexChanged, this, [this] {
    make_fields();
    Q_EMIT changed();
  });
}

void KernelForm::set_source(const QString& file_name, const QString& source, const QString& digest,
                            std::uint64_t bytes) {
  draft_ = {};
  draft_.source_path = file_name;
  draft_.digest = digest;
  draft_.source_bytes = bytes;
  kernels_ = models::kernels_in(source);
  const QSignalBlocker blocker(kernel_);
  kernel_->clear();
  for (const models::KernelSignature& each : kernels_) kernel_->addItem(models::plain_text(each.name));
  name_->setText(models::plain_text(file_name.section(u'.', 0, 0), kTextMax / 2));
  make_fields();
}

const models::KernelSignature* KernelForm::kernel() const {
  const int at = kernel_->currentIndex();
  return at < 0 || at >= static_cast<int>(kernels_.size()) ? nullptr : &kernels_[static_cast<std::size_t>(at)];
}

void KernelForm::make_fields() {
  fields_.clear();
  while (form_->rowCount() > kFixedRows) form_->removeRow(kFixedRows);
  const models::KernelSignature* const chosen = kernel();
  if (!chosen) return;
  for (const KernelArgument& argument : chosen->arguments) {
    QWidget* const field = field_of(argument);
    form_->addRow(label(models::plain_text(argument.name)), field);
  }
}

QWidget* KernelForm::field_of(const KernelArgument& argument) {
  auto* box = new QWidget;
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceS);
  Field field;
  field.value = new QLineEdit;
  field.value->setMaxLength(kTextMax);
  const QString type = models::plain_text(argument.type, 32);
  QString what;
  switch (argument.kind) {
    case KernelArgument::Kind::buffer:
      field.value->setText(QStringLiteral("4096"));
      what = tr("%1 buffer, bytes").arg(type);
      break;
    case KernelArgument::Kind::local:
      field.value->setText(QStringLiteral("1024"));
      what = tr("local %1, bytes").arg(type);
      break;
    case KernelArgument::Kind::scalar:
      field.value->setText(QStringLiteral("0"));
      what = type;
      break;
    case KernelArgument::Kind::unknown:
      field.value->setEnabled(false);
      what = tr("%1: cannot be described").arg(type);
      break;
  }
  field.value->setAccessibleName(tr("%1, %2").arg(models::plain_text(argument.name), what));
  row->addWidget(field.value, 1);
  auto* note = new widgets::ElidedLabel(what, theme::FontRole::caption, widgets::Ink::muted);
  note->setMinimumWidth(theme::scaled(120));
  row->addWidget(note, 1);
  if (argument.kind == KernelArgument::Kind::buffer && argument.writable) {
    field.output = new QCheckBox(tr("Output"));
    field.output->setAccessibleName(tr("%1 is an output").arg(models::plain_text(argument.name)));
    field.output->setChecked(true);
    row->addWidget(field.output);
    connect(field.output, &QCheckBox::toggled, this, &KernelForm::changed);
  }
  connect(field.value, &QLineEdit::textEdited, this, &KernelForm::changed);
  fields_.push_back(field);
  return box;
}

std::expected<QByteArray, QString> KernelForm::manifest() const {
  const models::KernelSignature* const chosen = kernel();
  if (!chosen) return std::unexpected(tr("Kernel: %1 has none.").arg(models::plain_text(draft_.source_path)));
  models::KernelDraft draft = draft_;
  draft.name = name_->text();
  draft.kernel = *chosen;
  draft.build_options = options_->text();
  draft.walltime_seconds = seconds_->value();
  const auto sizes = models::sizes_from(size_->text());
  if (!sizes) {
    return std::unexpected(
        tr("Global size: \"%1\" must be 1 to 3 numbers from 1 up, as 640 x 360.").arg(size_->text()));
  }
  draft.global_size = *sizes;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    const KernelArgument& argument = chosen->arguments[i];
    models::KernelDraft::Value value{.text = field.value->text(), .output = field.output && field.output->isChecked()};
    const bool sized = argument.kind == KernelArgument::Kind::buffer || argument.kind == KernelArgument::Kind::local;
    if (const auto bytes = models::bytes_from(field.value->text()); sized) {
      if (!bytes) {
        return std::unexpected(tr("%1: \"%2\" is no number of bytes, as 4096 or 4 MiB.")
                                   .arg(models::plain_text(argument.name), field.value->text()));
      }
      value.bytes = *bytes;
    }
    draft.values.push_back(std::move(value));
  }
  return models::manifest_of(draft);
}

}  // namespace quern::desktop::pages
