#include "desktop/pages/submit_parts.hpp"

#include <QComboBox>
#include <QCoreApplication>
#include <QDir>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "desktop/models/market_models.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/flow_layout.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "desktop/widgets/table.hpp"

namespace quern::desktop::pages {

using models::QuoteModel;
using widgets::Cell;
using widgets::Ink;

namespace {

constexpr std::size_t kFilesShown = 8;

struct SubmitParts {
  Q_DECLARE_TR_FUNCTIONS(SubmitParts)
};

void add_row(widgets::Card& card, const QString& name, std::initializer_list<QWidget*> fields) {
  // Not beside each other where the text is large.
  auto* row = new widgets::FlowLayout(nullptr, theme::kSpaceS);
  auto* label = new widgets::ElidedLabel(name, theme::FontRole::body, Ink::muted);
  label->setFixedSize(theme::scaled(112), theme::scaled(32));
  row->addWidget(label);
  for (QWidget* const field : fields) row->addWidget(field);
  card.body()->addLayout(row);
}

}  // namespace

TermsCard make_terms_card() {
  auto* card = new widgets::Card;
  TermsCard terms{.card = card,
                  .strategy = new QComboBox,
                  .budget = new widgets::PriceSpin(SubmitParts::tr("Budget")),
                  .note = new widgets::TextLabel({}, theme::FontRole::caption, Ink::muted),
                  .preferred = new widgets::ElidedLabel({}, theme::FontRole::body, Ink::accent),
                  .anywhere = new QPushButton(SubmitParts::tr("Anywhere instead"))};
  terms.strategy->setAccessibleName(SubmitParts::tr("Strategy"));
  terms.strategy->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  terms.strategy->addItem(SubmitParts::tr("As the daemon is set"), QString());
  terms.strategy->addItem(SubmitParts::tr("Cheapest"), QStringLiteral("cheapest"));
  terms.strategy->addItem(SubmitParts::tr("Fastest"), QStringLiteral("fastest"));
  terms.strategy->addItem(SubmitParts::tr("Balanced"), QStringLiteral("balanced"));
  terms.strategy->addItem(SubmitParts::tr("Spread over many"), QStringLiteral("spread"));
  terms.strategy->addItem(SubmitParts::tr("Weighted random"), QStringLiteral("weighted-random"));
  terms.strategy->addItem(SubmitParts::tr("In turn"), QStringLiteral("round-robin"));
  terms.budget->set_unit(SubmitParts::tr("cr"));
  card->body()->addWidget(new widgets::SectionTitle(SubmitParts::tr("Terms")));
  add_row(*card, SubmitParts::tr("Strategy"), {terms.strategy});
  add_row(*card, SubmitParts::tr("Budget"), {terms.budget});
  card->body()->addWidget(terms.note);
  auto* row = new QHBoxLayout;
  row->addWidget(terms.preferred, 1);
  row->addWidget(terms.anywhere);
  card->body()->addLayout(row);
  return terms;
}

widgets::Table* make_quote_table(QAbstractItemModel& quotes) {
  auto* table = new widgets::Table(SubmitParts::tr("Quotes"), nullptr, widgets::Table::kNoted);
  table->set_column(QuoteModel::kDevice, {.width = 300, .stretch = true});
  table->set_column(QuoteModel::kCost, {.cell = Cell::number, .width = 90, .strong = true});
  table->set_column(QuoteModel::kCostRange, {.cell = Cell::number, .priority = 4, .width = 140});
  table->set_column(QuoteModel::kTime, {.cell = Cell::number, .priority = 1, .width = 80});
  table->set_column(QuoteModel::kPrice, {.cell = Cell::number, .priority = 3, .width = 84});
  table->set_column(QuoteModel::kProvider, {.cell = Cell::muted, .priority = 2, .width = 112});
  table->set_note_role(models::kNoteRole);
  table->setModel(&quotes);
  table->setSortingEnabled(true);
  table->sortByColumn(QuoteModel::kCost, Qt::AscendingOrder);
  table->set_faded([](const QModelIndex& index) { return !index.data(QuoteModel::kFitsRole).toBool(); });
  table->set_placeholder(SubmitParts::tr("There are no offers."));
  return table;
}

QString wanted_device(const QString& type) {
  using models::DeviceType;
  for (const DeviceType each : {DeviceType::cpu, DeviceType::gpu, DeviceType::accelerator}) {
    if (models::device_type_name(each) == type) return models::device_type_text(each);
  }
  return type.isEmpty() || type == QStringLiteral("any") ? SubmitParts::tr("any device") : type;
}

QVector<widgets::KeyValue> summary_rows(const JobFolder& job, const models::QuantityText& text) {
  const models::ManifestData& data = job.data;
  QVector<widgets::KeyValue> rows{
      {.key = SubmitParts::tr("File"),
       .value = models::plain_text(QDir::toNativeSeparators(job.file)),
       .strong = false},
      {.key = SubmitParts::tr("Runs on"), .value = wanted_device(data.device_type)},
      {.key = SubmitParts::tr("Tasks"), .value = text.count(static_cast<std::int64_t>(data.shards))},
      {.key = SubmitParts::tr("Longest time of a task"), .value = text.duration(data.walltime_ms)}};
  std::uint64_t bytes = 0;
  for (const models::ManifestInput& input : data.inputs) bytes += input.bytes;
  rows.append(
      {.key = SubmitParts::tr("Inputs"),
       .value =
           SubmitParts::tr("%Ln files, %1", nullptr, static_cast<int>(data.inputs.size())).arg(text.bytes(bytes))});
  for (const models::ManifestInput& input : data.inputs) {
    if (rows.size() > static_cast<qsizetype>(kFilesShown)) break;
    rows.append({.key = models::plain_text(input.path), .value = text.bytes(input.bytes), .strong = false});
  }
  for (std::size_t i = 0; i < data.outputs.size() && i < kFilesShown; ++i) {
    rows.append({.key = SubmitParts::tr("Output %1").arg(models::plain_text(data.outputs[i].path)),
                 .value = SubmitParts::tr("at most %1").arg(text.bytes(data.outputs[i].bytes_max)),
                 .strong = false});
  }
  if (data.max_total_micro) {
    rows.append({.key = SubmitParts::tr("Its own price limit"), .value = text.credits(*data.max_total_micro)});
  }
  return rows;
}

}  // namespace quern::desktop::pages
