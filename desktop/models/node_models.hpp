// Peers, receipts, and work that runs here, as tables.
#pragma once
#include <QHash>
#include <QObject>
#include <QString>
#include <cstdint>
#include <functional>
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

  static QString title(int column);
  QString display(const PeerRow& peer, int column) const;
  QVariant sort_key(const PeerRow& peer, int column) const;
  QVariant other(const PeerRow& peer, int column, int role) const;

 private:
  struct Offered {
    std::uint32_t devices = 0;
    std::uint32_t gpus = 0;
    std::optional<std::int64_t> cheapest_per_hour_micro;
  };
  void fill_in(std::vector<PeerRow>& peers) const;

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
  // A page of receipt.list: rows that are there already are replaced, others stay. At most kReceiptsMax, the newest;
  // true: some were left out.
  bool add(ReceiptPage page);
  // That page alone.
  void begin(ReceiptPage page);
  // What a receipt's device is called; empty: not known. One of another provider keeps the name that it had.
  using Naming = std::function<QString(const ReceiptRow&)>;
  void set_naming(Naming naming);
  // What it says may have changed.
  void rename();
  // RFC 4180, with raw numbers and UTC: what CSV of a table should be. Its head, and a line each.
  static QString csv_head();
  static QString csv_of(const std::vector<ReceiptRow>& receipts);

  static QString title(int column);
  QString display(const ReceiptRow& receipt, int column) const;
  QVariant sort_key(const ReceiptRow& receipt, int column) const;
  QVariant other(const ReceiptRow& receipt, int column, int role) const;

 private:
  void show(std::vector<ReceiptRow> receipts);
  QString name_of(const ReceiptRow& receipt) const;

  QuantityText text_;
  Naming naming_;
  int decimals_ = QuantityText::kCreditDecimals;  // of all amounts
};

// Tasks of other nodes' jobs that run here.
class WorkModel : public RowTable<WorkRow, WorkModel> {
  Q_OBJECT
 public:
  enum Column { kName, kState, kProgress, kDevice, kPeer, kElapsed, kEarned, kColumns };
  enum WorkRole { kAmountMicroRole = Qt::UserRole + 100, kDeviceIdRole };

  explicit WorkModel(QuantityText text, QObject* parent = nullptr);
  static QString id_of(const WorkRow& row) { return row.id; }
  // Topic "work".
  void take(const boost::json::value& value);
  void set_device_names(QHash<QString, QString> names);
  void set_now(std::int64_t unix_ms);

  static QString title(int column);
  QString display(const WorkRow& work, int column) const;
  QVariant sort_key(const WorkRow& work, int column) const;
  QVariant other(const WorkRow& work, int column, int role) const;

 private:
  QString second_line(const WorkRow& work, int column) const;

  QuantityText text_;
  QHash<QString, QString> device_names_;
  std::int64_t now_unix_ms_ = 0;
};

}  // namespace quern::desktop::models
