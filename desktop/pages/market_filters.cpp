#include "desktop/pages/market_filters.hpp"

#include <QComboBox>
#include <QEvent>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/flow_layout.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

namespace {

constexpr std::array kMemoryGiB{4, 8, 12, 16, 24, 48, 80};
constexpr int kSearchWidth = 185, kPriceWidth = 112, kQueryWidth = 190;
constexpr int kGives = 45;       // each of the two that may be narrower, so that all stand on one line
constexpr int kQueryGives = 30;  // before the other does: its words need less
constexpr int kSearchCharsMax = 128;

}  // namespace

MarketFilters::MarketFilters(QWidget* parent)
    : QWidget(parent),
      row_(new widgets::FlowLayout),
      search_(new QLineEdit),
      type_(new QComboBox),
      memory_(new QComboBox),
      price_(new QLineEdit),
      query_(new QLineEdit),
      count_(new widgets::ElidedLabel({}, theme::FontRole::body, widgets::Ink::muted)),
      fault_(new widgets::TextLabel({}, theme::FontRole::caption, widgets::Ink::bad)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(theme::kSpaceM, theme::kSpaceM - 1, theme::kSpaceM, theme::kSpaceXs);
  column->setSpacing(theme::kSpaceXs);
  for (QWidget* each : std::initializer_list<QWidget*>{search_, type_, memory_, price_, query_, count_}) {
    row_->addWidget(each);
  }
  column->addLayout(row_);
  column->addWidget(fault_);
  fault_->hide();
  search_->setPlaceholderText(tr("Device or provider"));
  search_->setAccessibleName(tr("Search device or provider"));
  search_->setMaxLength(kSearchCharsMax);
  search_->addAction(theme::icon(theme::Glyph::search), QLineEdit::LeadingPosition);
  search_->setClearButtonEnabled(true);
  type_->setAccessibleName(tr("Type of device"));
  type_->addItem(tr("Any device"), QString());
  type_->addItem(tr("GPUs"), QStringLiteral("gpu"));
  type_->addItem(tr("CPUs"), QStringLiteral("cpu"));
  type_->addItem(tr("Accelerators"), QStringLiteral("accelerator"));
  memory_->setAccessibleName(tr("Memory at least"));
  memory_->addItem(tr("Any memory"), 0);
  for (const int gib : kMemoryGiB) memory_->addItem(tr("≥ %1 GiB").arg(locale().toString(gib)), gib);
  price_->setPlaceholderText(tr("Price ≤ cr/h"));
  price_->setAccessibleName(tr("Price an hour at most, in credits"));
  price_->setMaxLength(32);
  query_->setPlaceholderText(tr("Query, as: rtt<=50"));
  query_->setAccessibleName(tr("Query line"));
  query_->setToolTip(tr("Conditions as in \"quern offers\": memory>=16GiB price<=0.5 rtt<=50ms -own"));
  query_->setMaxLength(static_cast<int>(models::kQueryCharsMax));
  for (QLineEdit* const each : {search_, price_, query_}) {
    connect(each, &QLineEdit::textChanged, this, [this] {
      tell_faults();
      Q_EMIT changed();
    });
  }
  for (QComboBox* const each : {type_, memory_}) {
    connect(each, &QComboBox::currentIndexChanged, this, &MarketFilters::changed);
  }
  dress();
}

void MarketFilters::dress() {
  price_->setFixedWidth(theme::scaled(kPriceWidth));
  count_->setFixedHeight(theme::scaled(32));
  share_room();
}

// What does not stand on the line for want of a little would have one of its own.
void MarketFilters::share_room() {
  int others = 0;
  for (int at = 0; at < row_->count(); ++at) {
    QWidget* const each = row_->itemAt(at)->widget();
    if (at > 0) others += row_->spacing();
    if (each != search_ && each != query_) others += row_->itemAt(at)->sizeHint().width();
  }
  const QMargins margins = layout()->contentsMargins();
  const int lacking =
      others + theme::scaled(kSearchWidth) + theme::scaled(kQueryWidth) - (width() - margins.left() - margins.right());
  const int given = lacking > 2 * theme::scaled(kGives) ? 0 : std::max(0, lacking);
  const int of_query = std::max(std::min(given, theme::scaled(kQueryGives)), given / 2);
  search_->setFixedWidth(theme::scaled(kSearchWidth) - (given - of_query));
  query_->setFixedWidth(theme::scaled(kQueryWidth) - of_query);
}

void MarketFilters::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  share_room();
}

void MarketFilters::changeEvent(QEvent* event) {
  if (event->type() == QEvent::StyleChange) dress();
  QWidget::changeEvent(event);
}

QString MarketFilters::price_limit() const {
  const auto micro = widgets::micro_from_text(price_->text(), locale());
  return micro && *micro >= 0 ? widgets::micro_text(*micro, QLocale::c()) : QString();
}

QString MarketFilters::line() const {
  QStringList parts;
  QString words = search_->text();
  for (const QString& word : words.remove(u'"').simplified().split(u' ', Qt::SkipEmptyParts)) {
    parts.append(QStringLiteral("\"%1\"").arg(word));
  }
  if (const QString type = type_->currentData().toString(); !type.isEmpty())
    parts.append(QStringLiteral("type=") + type);
  if (const int gib = memory_->currentData().toInt(); gib > 0) parts.append(QStringLiteral("memory>=%1GiB").arg(gib));
  if (const QString price = price_limit(); !price.isEmpty()) parts.append(QStringLiteral("price<=") + price);
  if (models::OfferQuery::parse(query_->text())) parts.append(query_->text().trimmed());
  return parts.join(u' ').trimmed();
}

bool MarketFilters::at_fault() const {
  return fault_->isVisibleTo(this);
}

void MarketFilters::set_line(const QString& line) {
  {
    const QSignalBlocker search(search_), type(type_), memory(memory_), price(price_), query(query_);
    search_->clear();
    price_->clear();
    type_->setCurrentIndex(0);
    memory_->setCurrentIndex(0);
    query_->setText(line);
  }
  tell_faults();
  Q_EMIT changed();
}

void MarketFilters::set_count(const QString& count) {
  count_->set_text(count);
  count_->setFixedWidth(count_->sizeHint().width());
  share_room();
}

void MarketFilters::tell_faults() {
  QString text;
  if (const auto query = models::OfferQuery::parse(query_->text()); !query) {
    const models::QueryFault& fault = query.error();
    const QString where = query_->text().mid(fault.at, fault.length);
    text = where.isEmpty() ? tr("Query: %1").arg(fault.text) : tr("Query, at \"%1\": %2").arg(where, fault.text);
  } else if (!price_->text().trimmed().isEmpty() && price_limit().isEmpty()) {
    text = tr("Price: \"%1\" is no number of credits with at most six decimals").arg(price_->text());
  }
  tell_fault(text);
}

void MarketFilters::tell_fault(const QString& fault) {
  fault_->set_text(fault);
  fault_->setVisible(!fault.isEmpty());
}

}  // namespace quern::desktop::pages
