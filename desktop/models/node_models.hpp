// Peers and receipts as tables.
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <vector>

#include "desktop/models/market_data.hpp"
#include "desktop/models/node_data.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/models/roles.hpp"
#include "desktop/models/row_table.hpp"

namespace quern::desktop::models {

class PeerModel : public RowTable<PeerRow, PeerModel> {
  Q_OBJECT
 public:
  enum Column { kPeer, kState, kRoundTrip, kDevices, kCheapest, kAddress, kAgent, kColumns };
  enum PeerRole { kConnectedRole = Qt::UserRole + 100, kRoundTripUsRole, kGpusRole };

  explicit PeerModel(QuantityText text, QObject* parent = nullptr);
  static QString id_of(const PeerRow& row) { return row.id; }
  // Topic "peers" or peer.list.
  void take(const boost::json::value& value);
  // What each peer offers, from the offers.
  void set_offers(const std::vector<OfferRow>& offers);
  int connected() const;

  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  struct Offered {
    std::uint32_t devices = 0;
    std::uint32_t gpus = 0;
    std::optional<std::int64_t> cheapest_per_hour_micro;
  };
  void fill_in(std::vector<PeerRow>& peers) const;
  QString display(const PeerRow& peer, int column) const;
  QVariant sort_key(const PeerRow& peer, int column) const;

  QuantityText text_;
  QHash<QString, Offered> offered_;
};

class ReceiptModel : public RowTable<ReceiptRow, ReceiptModel> {
  Q_OBJECT
 public:
  enum Column { kTime, kJob, kPeer, kDevice, kDuration, kAmount, kState, kColumns };
  enum ReceiptRole { kAmountMicroRole = Qt::UserRole + 100, kEarnedRole };

  explicit ReceiptModel(QuantityText text, QObject* parent = nullptr);
  static QString id_of(const ReceiptRow& row) { return row.id; }
  // Pages of receipt.list: what is there stays.
  void add(const boost::json::value& value);
  // RFC 4180, with raw numbers and UTC: what CSV of a table should be.
  QString csv() const;

  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  QString display(const ReceiptRow& receipt, int column) const;
  QVariant sort_key(const ReceiptRow& receipt, int column) const;

  QuantityText text_;
};

}  // namespace quern::desktop::models
