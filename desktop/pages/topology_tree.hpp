// The twin of the topology view: the same machine as a tree of rows, for those who read rather than look.
#pragma once
#include <QTreeView>
#include <optional>

#include "desktop/models/quantity_text.hpp"
#include "desktop/widgets/topology.hpp"

class QStandardItem;
class QStandardItemModel;

namespace quern::desktop::pages {

class TopologyTree : public QTreeView {
  Q_OBJECT
 public:
  enum Column { kPart, kLoad, kMemory, kState, kColumns };

  TopologyTree(const QString& accessible_name, models::QuantityText text, QWidget* parent = nullptr);
  // A machine of the same shape only changes texts; what is open stays open.
  void set_topology(const widgets::Topology& topology);
  std::optional<widgets::TopologyPart> selected() const;
  // Silently; nothing when there is no such part.
  void select_device(const QString& id);

 Q_SIGNALS:
  void selected_changed(const quern::desktop::widgets::TopologyPart& part);

 protected:
  void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

 private:
  QStandardItem* row(QStandardItem* parent, int at, const QStringList& texts, const widgets::TopologyPart& part);
  void fill();
  void fill_numa(QStandardItem* parent, const widgets::TopologyNuma& numa, widgets::TopologyPart part, int at);
  void fill_cache(QStandardItem* parent, const widgets::TopologyCache& cache, widgets::TopologyPart part, int at);
  void fill_device(QStandardItem* parent, const widgets::TopologyDevice& device, widgets::TopologyPart part, int at);

  QString load_of(const QVector<widgets::TopologyCore>& cores) const;

  models::QuantityText text_;
  QStandardItemModel* model_;
  widgets::Topology topology_;
  bool silent_ = false;
};

}  // namespace quern::desktop::pages
