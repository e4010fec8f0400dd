// A few offers side by side: in what they differ, and what is the same of all.
#pragma once
#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <QVector>
#include <QWidget>
#include <vector>

#include "desktop/models/roles.hpp"
#include "desktop/pages/offer_facts.hpp"

class QPushButton;

namespace quern::desktop::widgets {
class ElidedLabel;
class Table;
class TextLabel;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

struct ComparedOffer {
  QString id;     // OfferRow::id
  QString title;  // of its device
  std::vector<OfferFact> facts;
};

// A row for each fact whose values are not all the same, a column for each offer behind that of the facts' names.
class CompareModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  explicit CompareModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  // All of them have the same facts in the same order; those without any value are left out.
  void set_offers(const std::vector<ComparedOffer>& offers);
  const QStringList& ids() const { return ids_; }
  // "Memory 24 GiB", of the facts that are the same everywhere.
  const QStringList& alike() const { return alike_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  struct Line {
    QString key;
    QStringList values;
    QVector<bool> best;
    bool operator==(const Line&) const = default;
  };
  static Line line_of(const std::vector<ComparedOffer>& offers, std::size_t fact);

  QStringList ids_;
  QStringList titles_;
  QVector<Line> lines_;
  QStringList alike_;
};

class OfferCompare : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kMost = 4;

  explicit OfferCompare(QWidget* parent = nullptr);
  // 2 to kMost.
  void show_offers(const std::vector<ComparedOffer>& offers);
  const CompareModel& model() const { return model_; }

 Q_SIGNALS:
  void closed();  // by the user

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void size_keys();

  CompareModel model_;
  widgets::ElidedLabel* title_;
  QPushButton* back_;
  widgets::Table* table_;
  widgets::TextLabel* alike_;
};

// `history` is absent where it is not known.
ComparedOffer compared(models::DaemonModels& models, const models::OfferRow& offer, const QStringList& rates,
                       const std::optional<PeerHistory>& history);
// The names of all that one of them charges for beside the device's time, which is its price.
QStringList rate_names(const std::vector<const models::OfferRow*>& offers);

}  // namespace quern::desktop::pages
