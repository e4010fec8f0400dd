#include "desktop/pages/topology_tree.hpp"

#include <QHeaderView>
#include <QPainter>
#include <QScopedValueRollback>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <utility>

#include "desktop/pages/topology_of.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/painting.hpp"

namespace quern::desktop::pages {

using widgets::PartKind;
using widgets::TopologyPart;

namespace {

constexpr int kPartRole = Qt::UserRole + 1;
constexpr int kRowHeight = 30;  // at a 13-pixel body

// Words on the card's own ground, as in the tables.
class TreeHeader : public QHeaderView {
 public:
  explicit TreeHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setProperty("kind", QStringLiteral("bare"));
  }
  QSize sizeHint() const override { return {0, theme::scaled(kRowHeight)}; }

 protected:
  void paintSection(QPainter* painter, const QRect& rect, int section) const override {
    painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme::tokens().border);
    painter->setFont(theme::font(theme::FontRole::caption_strong));
    painter->setPen(theme::tokens().muted);
    widgets::paint_text(*painter, QRectF(rect).adjusted(theme::kSpaceXs, 0, -theme::kSpaceXs, 0),
                        Qt::AlignLeft | Qt::AlignVCenter, model()->headerData(section, Qt::Horizontal).toString(),
                        layoutDirection());
  }
};

class TallRows : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    return {QStyledItemDelegate::sizeHint(option, index).width(), theme::scaled(kRowHeight)};
  }
};

}  // namespace

}  // namespace quern::desktop::pages

Q_DECLARE_METATYPE(quern::desktop::widgets::TopologyPart)

namespace quern::desktop::pages {

TopologyTree::TopologyTree(const QString& accessible_name, models::QuantityText text, QWidget* parent)
    : QTreeView(parent), text_(std::move(text)), model_(new QStandardItemModel(0, kColumns, this)) {
  setAccessibleName(accessible_name);
  model_->setHorizontalHeaderLabels({tr("Part"), tr("Load"), tr("Memory"), tr("State")});
  setModel(model_);
  setUniformRowHeights(true);
  setEditTriggers(NoEditTriggers);
  setAlternatingRowColors(false);
  setHeader(new TreeHeader(this));
  setItemDelegate(new TallRows(this));
  header()->setStretchLastSection(true);
}

void TopologyTree::set_topology(const widgets::Topology& topology) {
  const QScopedValueRollback silent(silent_, true);
  const bool same = model_->rowCount() > 0 && widgets::same_shape(topology_, topology);
  topology_ = topology;
  setUpdatesEnabled(false);
  if (!same) model_->removeRows(0, model_->rowCount());
  fill();
  if (!same) {
    constexpr int kOpenDepth = 2;  // machine, packages, nodes and their devices
    expandToDepth(kOpenDepth);
    setColumnWidth(kPart, theme::scaled(340));
    setColumnWidth(kLoad, theme::scaled(80));
    setColumnWidth(kMemory, theme::scaled(170));
  }
  setUpdatesEnabled(true);
}

QString TopologyTree::load_of(const QVector<widgets::TopologyCore>& cores) const {
  const auto load = mean_load(cores);
  return load ? text_.percent(*load) : QString();
}

// Makes the row or writes over the one that is there.
QStandardItem* TopologyTree::row(QStandardItem* parent, int at, const QStringList& texts, const TopologyPart& part) {
  if (parent->rowCount() <= at) {
    QList<QStandardItem*> items;
    for (int column = 0; column < kColumns; ++column) items.append(new QStandardItem);
    items.front()->setData(QVariant::fromValue(part), kPartRole);
    parent->appendRow(items);
  }
  for (int column = 0; column < kColumns; ++column) {
    QStandardItem* const item = parent->child(at, column);
    const QString text = models::plain_text(texts.value(column));
    if (item->text() != text) item->setText(text);
  }
  return parent->child(at);
}

void TopologyTree::fill() {
  QStandardItem* const root = model_->invisibleRootItem();
  QStandardItem* const machine = row(root, 0, {topology_.host, {}, {}, topology_.system}, {.kind = PartKind::machine});
  int at = 0;
  for (const widgets::TopologyPackage& package : topology_.packages) {
    TopologyPart part{.kind = PartKind::package, .package = at};
    QStandardItem* const item = row(machine, at++, {package.title, {}, package.count, package.detail}, part);
    for (qsizetype numa = 0; numa < package.numas.size(); ++numa) {
      part.numa = static_cast<int>(numa);
      fill_numa(item, package.numas[numa], part, part.numa);
    }
  }
  for (qsizetype device = 0; device < topology_.devices.size(); ++device) {
    const TopologyPart part{.kind = PartKind::device, .device = static_cast<int>(device)};
    fill_device(machine, topology_.devices[device], part, at++);
  }
}

void TopologyTree::fill_numa(QStandardItem* parent, const widgets::TopologyNuma& numa, TopologyPart part, int at) {
  part.kind = PartKind::numa;
  QVector<widgets::TopologyCore> cores;
  for (const widgets::TopologyCache& cache : numa.caches) cores += cache.cores;
  QStandardItem* const item = row(parent, at, {numa.title, load_of(cores), numa.detail, numa.used}, part);
  int child = 0;
  for (qsizetype device = 0; device < numa.devices.size(); ++device) {
    TopologyPart of_device = part;
    of_device.device = static_cast<int>(device);
    fill_device(item, numa.devices[device], of_device, child++);
  }
  for (qsizetype cache = 0; cache < numa.caches.size(); ++cache) {
    part.cache = static_cast<int>(cache);
    fill_cache(item, numa.caches[cache], part, child++);
  }
}

void TopologyTree::fill_cache(QStandardItem* parent, const widgets::TopologyCache& cache, TopologyPart part, int at) {
  part.kind = PartKind::cache;
  const QString title = cache.title.isEmpty() ? tr("Cores") : cache.title;
  QStandardItem* const item =
      row(parent, at, {title, load_of(cache.cores), tr("%Ln cores", nullptr, static_cast<int>(cache.cores.size())), {}},
          part);
  part.kind = PartKind::cores;
  part.cores = 1;
  for (qsizetype core = 0; core < cache.cores.size(); ++core) {
    part.core = static_cast<int>(core);
    row(item, part.core, {tr("Core %1").arg(cache.cores[core].label), load_of({cache.cores[core]}), {}, {}}, part);
  }
}

void TopologyTree::fill_device(QStandardItem* parent, const widgets::TopologyDevice& device, TopologyPart part,
                               int at) {
  part.kind = PartKind::device;
  part.device_id = device.id;
  row(parent, at, {device.name, device.load, device.memory, tr("%1, %2").arg(device.price, device.work)}, part);
}

std::optional<TopologyPart> TopologyTree::selected() const {
  const QModelIndex first = currentIndex().siblingAtColumn(kPart);
  if (!first.isValid()) return std::nullopt;
  return first.data(kPartRole).value<TopologyPart>();
}

void TopologyTree::select_device(const QString& id) {
  const QScopedValueRollback silent(silent_, true);
  const auto search = [&](const auto& self, const QModelIndex& parent) -> QModelIndex {
    for (int at = 0; at < model_->rowCount(parent); ++at) {
      const QModelIndex index = model_->index(at, kPart, parent);
      const auto part = index.data(kPartRole).value<TopologyPart>();
      if (part.kind == PartKind::device && part.device_id == id) return index;
      if (part.kind == PartKind::cache) continue;  // only cores lie below
      if (const QModelIndex found = self(self, index); found.isValid()) return found;
    }
    return {};
  };
  const QModelIndex found = search(search, {});
  if (found.isValid()) setCurrentIndex(found);
}

void TopologyTree::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
  QTreeView::currentChanged(current, previous);
  const auto part = selected();
  if (!silent_ && part) Q_EMIT selected_changed(*part);
}

}  // namespace quern::desktop::pages
