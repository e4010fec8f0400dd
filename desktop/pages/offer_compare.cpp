#include "desktop/pages/offer_compare.hpp"

#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "desktop/pages/model_tone.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/table.hpp"
#include "desktop/widgets/table_cells.hpp"

namespace quern::desktop::pages {

using Better = OfferFact::Better;

// Best are those that none is better than, of two or more that can be measured and are not all the same.
CompareModel::Line CompareModel::line_of(const std::vector<ComparedOffer>& offers, std::size_t fact) {
  Line line{.key = offers.front().facts[fact].key, .values = {}, .best = {}};
  std::vector<std::int64_t> measures;
  measures.reserve(offers.size());
  for (const ComparedOffer& offer : offers) {
    const OfferFact& each = offer.facts[fact];
    line.values.append(each.value);
    if (each.better != Better::neither && each.measure) measures.push_back(*each.measure);
  }
  line.best.fill(false, line.values.size());
  if (measures.size() < 2) return line;
  const auto [least, most] = std::ranges::minmax(measures);
  if (least == most) return line;
  for (std::size_t at = 0; at < offers.size(); ++at) {
    const OfferFact& each = offers[at].facts[fact];
    line.best[static_cast<qsizetype>(at)] = each.measure == (each.better == Better::less ? least : most);
  }
  return line;
}

void CompareModel::set_offers(const std::vector<ComparedOffer>& offers) {
  QStringList ids;
  QStringList titles;
  QVector<Line> lines;
  QStringList alike;
  for (const ComparedOffer& offer : offers) {
    ids.append(offer.id);
    titles.append(offer.title);
  }
  const std::size_t facts = offers.empty() ? 0 : offers.front().facts.size();
  for (std::size_t fact = 0; fact < facts; ++fact) {
    Line line = line_of(offers, fact);
    const bool same = std::ranges::count(line.values, line.values.front()) == line.values.size();
    if (!same) {
      lines.append(std::move(line));
    } else if (!line.values.front().isEmpty()) {
      alike.append(QStringLiteral("%1 %2").arg(line.key, line.values.front()));
    }
  }
  alike_ = std::move(alike);
  if (ids == ids_ && titles == titles_ && std::ranges::equal(lines, lines_, {}, &Line::key, &Line::key)) {
    const bool changed = lines != lines_;
    lines_ = std::move(lines);
    if (changed) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    return;
  }
  beginResetModel();
  ids_ = std::move(ids);
  titles_ = std::move(titles);
  lines_ = std::move(lines);
  endResetModel();
}

int CompareModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

int CompareModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() || ids_.isEmpty() ? 0 : static_cast<int>(ids_.size()) + 1;
}

QVariant CompareModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Line& line = lines_[index.row()];
  const int offer = index.column() - 1;
  if (offer < 0) return role == Qt::DisplayRole || role == Qt::AccessibleTextRole ? QVariant(line.key) : QVariant();
  const QString& value = line.values[offer];
  switch (role) {
    case Qt::DisplayRole:
      return value.isEmpty() ? models::QuantityText::none() : value;
    case Qt::ToolTipRole:
      return value;
    case Qt::AccessibleTextRole: {
      const QString said = value.isEmpty() ? tr("not known") : line.best[offer] ? tr("%1, the best").arg(value) : value;
      return QStringLiteral("%1, %2: %3").arg(titles_[offer], line.key, said);
    }
    case models::kIdRole:
      return ids_[offer];
    case models::kToneRole:
      return line.best[offer] ? QVariant(static_cast<int>(models::Tone::good)) : QVariant();
    default:
      return {};
  }
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
  const bool asked = role == Qt::DisplayRole || role == Qt::AccessibleTextRole || role == Qt::ToolTipRole;
  if (orientation != Qt::Horizontal || !asked || section < 0 || section > titles_.size()) return {};
  return section == 0 ? QVariant(tr("What differs")) : QVariant(titles_[section - 1]);
}

OfferCompare::OfferCompare(QWidget* parent)
    : QWidget(parent),
      title_(new widgets::ElidedLabel({}, theme::FontRole::section)),
      back_(new QPushButton(theme::icon(theme::Glyph::table, theme::Tint::text), tr("All offers"))),
      table_(new widgets::Table(tr("Offers side by side"), nullptr, widgets::Table::kDense)),
      alike_(new widgets::TextLabel({}, theme::FontRole::caption, widgets::Ink::muted)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(theme::kSpaceM, theme::kSpaceM, theme::kSpaceM, theme::kSpaceS);
  head->addWidget(title_, 1);
  head->addWidget(back_);
  auto* foot = new QVBoxLayout;
  foot->setContentsMargins(theme::kSpaceM, theme::kSpaceS, theme::kSpaceM, theme::kSpaceS);
  foot->addWidget(alike_);
  for (int offer = 1; offer <= kMost; ++offer) {
    table_->set_column(
        offer,
        {.cell = widgets::Cell::number, .width = 140, .stretch = true, .elide = Qt::ElideMiddle, .tone = cell_tone});
  }
  size_keys();
  table_->setModel(&model_);
  table_->set_placeholder(tr("They are the same in all that is known of them."));
  column->addLayout(head);
  column->addWidget(table_, 1);
  column->addLayout(foot);
  connect(back_, &QPushButton::clicked, this, &OfferCompare::closed);
}

// As wide as its words are in this language, within bounds: the offers need room, too.
void OfferCompare::size_keys() {
  constexpr int kLeast = 150, kMostWide = 220;
  const QFontMetricsF metrics(theme::font(theme::FontRole::body));
  qreal widest = 0;
  for (int row = 0; row < model_.rowCount(); ++row) {
    widest = std::max(widest, metrics.horizontalAdvance(model_.index(row, 0).data().toString()));
  }
  const int width = static_cast<int>(std::ceil(widest * 100 / theme::scaled(100))) + 2 * widgets::kCellPadding;
  table_->set_column(0, {.cell = widgets::Cell::muted, .width = std::clamp(width, kLeast, kMostWide)});
}

void OfferCompare::show_offers(const std::vector<ComparedOffer>& offers) {
  model_.set_offers(offers);
  size_keys();
  title_->set_text(tr("%n offers side by side", nullptr, static_cast<int>(offers.size())));
  alike_->set_text(
      model_.alike().isEmpty() ? QString() : tr("The same of all: %1").arg(model_.alike().join(QStringLiteral(" · "))));
  alike_->setVisible(!model_.alike().isEmpty());
  if (!table_->currentIndex().isValid()) table_->select_row(0);
}

void OfferCompare::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    Q_EMIT closed();
    return;
  }
  QWidget::keyPressEvent(event);
}

void OfferCompare::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  table_->setFocus();
}

QStringList rate_names(const std::vector<const models::OfferRow*>& offers) {
  std::set<QString> names;
  for (const models::OfferRow* const offer : offers) {
    for (const auto& [name, rate] : offer->rates) {
      if (name != QStringLiteral("device_second")) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

ComparedOffer compared(models::DaemonModels& models, const models::OfferRow& offer, const QStringList& rates,
                       const std::optional<PeerHistory>& history) {
  const models::QuantityText& text = models.text();
  ComparedOffer made{
      .id = offer.id, .title = offer.name.isEmpty() ? models::short_id(offer.device) : offer.name, .facts = {}};
  const auto add = [&made](std::vector<OfferFact> facts) { std::ranges::move(facts, std::back_inserter(made.facts)); };
  add({{.key = OfferCompare::tr("Provider"),
        .value = offer.own ? OfferCompare::tr("this node") : models::short_id(offer.provider),
        .measure = {},
        .better = Better::neither}});
  if (models.offers().quoted()) {
    std::vector<OfferFact> quote = quote_facts(models.offers().quote(offer.id), text);
    for (OfferFact& each : quote) each.key = OfferCompare::tr("Your job: %1").arg(each.key);
    add(std::move(quote));
  }
  const auto& hourly = offer.per_hour_micro;
  add({{.key = OfferCompare::tr("Price/h"),
        .value = hourly ? text.credits_per_hour(*hourly) : QString(),
        .measure = hourly,
        .better = Better::less}});
  for (const QString& name : rates) {
    const auto rate = std::ranges::find(offer.rates, name, &std::pair<QString, std::int64_t>::first);
    // What is not on a rate card is free.
    const std::int64_t micro = rate == offer.rates.end() ? 0 : rate->second;
    add({{.key = rate_text(name), .value = text.credits_exact(micro), .measure = micro, .better = Better::less}});
  }
  add(device_facts(models, offer));
  add(limit_facts(offer, text));
  add(history_facts(history, text));
  return made;
}

}  // namespace quern::desktop::pages
