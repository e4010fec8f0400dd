// Offers and quotes as tables.
#pragma once
#include <QHash>
#include <QObject>
#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "desktop/models/market_data.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/models/roles.hpp"
#include "desktop/models/row_table.hpp"
#include "desktop/models/touched_elements.hpp"

namespace quern::desktop::models {

inline constexpr std::int64_t kFadeMs = 30'000;  // before its end, an offer fades

class OfferModel : public RowTable<OfferRow, OfferModel> {
  Q_OBJECT
 public:
  enum Column {
    kDevice,
    kType,
    kMemory,
    kPrice,
    kSpeed,
    kSpeedPerCredit,
    kRoundTrip,
    kLink,
    kSetup,
    kUntil,
    kProvider,
    kCost,  // of the quoted job, as the two after it: there are no such columns while none is quoted
    kCostRange,
    kWhyNot,  // there only while it cannot run somewhere
    kColumns
  };
  // Of a row, whatever the column; Role stands before them.
  enum OfferRole { kProviderRole = Qt::UserRole + 100, kDeviceRole, kOwnRole, kPerHourMicroRole, kLikelyMicroRole };

  explicit OfferModel(QuantityText text, QObject* parent = nullptr);
  static QString id_of(const OfferRow& row) { return row.id; }

  // Topic "offers" or offer.list.
  void take(const boost::json::value& value);
  // The same, of which only those elements have changed since the last value: only they are read, unless they are of
  // other devices than they were.
  void take(const boost::json::value& value, const TouchedElements& touched);
  // Microseconds by provider, from the peers.
  void set_round_trips(QHash<QString, std::uint64_t> round_trips);
  std::optional<std::uint64_t> round_trip_us(const QString& provider) const;
  // For texts like "in 5 min".
  void set_now(std::int64_t unix_ms);
  // What one job costs at each of them; nullopt: no job is quoted any more.
  void set_quotes(const std::optional<std::vector<QuoteRow>>& quotes);
  bool quoted() const { return quotes_.has_value(); }
  // By OfferRow::id; nullptr: there is none.
  const QuoteRow* quote(const QString& id) const;
  // Its end is near and nobody has renewed it: shown faded.
  bool fades(const OfferRow& offer) const;

  int columnCount(const QModelIndex& parent = {}) const override;
  static QString title(int column);
  QString display(const OfferRow& offer, int column) const;
  QVariant sort_key(const OfferRow& offer, int column) const;
  QVariant other(const OfferRow& offer, int column, int role) const;

 private:
  QuantityText text_;
  QString quote_text(const OfferRow& offer, int column) const;
  bool same_devices(std::size_t element, const std::vector<OfferRow>& rows) const;
  void align_prices();

  // Of the last value that was read whole: the ids of its rows, and where those of each element end, if that is known.
  std::vector<QString> ids_;
  std::vector<std::size_t> ends_;
  QHash<QString, std::uint64_t> round_trips_;
  std::optional<QHash<QString, QuoteRow>> quotes_;
  std::int64_t now_unix_ms_ = 0;
  int columns_ = kCost;
  int price_decimals_ = QuantityText::kCreditDecimals;  // of these columns
  int setup_decimals_ = QuantityText::kCreditDecimals;
  int cost_decimals_ = QuantityText::kCreditDecimals;
};

class QuoteModel : public RowTable<QuoteRow, QuoteModel> {
  Q_OBJECT
 public:
  enum Column { kDevice, kCost, kCostRange, kTime, kPrice, kProvider, kColumns };
  enum QuoteRole { kProviderRole = Qt::UserRole + 100, kDeviceRole, kFitsRole, kLikelyMicroRole };

  explicit QuoteModel(QuantityText text, QObject* parent = nullptr);
  static QString id_of(const QuoteRow& row) { return row.id; }
  // An answer of job.quote.
  void take(const boost::json::value& value);
  // The same, read already; rows that are as they were stay.
  void take_rows(std::vector<QuoteRow> rows);
  // The cheapest that fits; nullptr when none does.
  const QuoteRow* best() const;

  static QString title(int column);
  QString display(const QuoteRow& quote, int column) const;
  QVariant sort_key(const QuoteRow& quote, int column) const;
  QVariant other(const QuoteRow& quote, int column, int role) const;

 private:
  QString note(const QuoteRow& quote, int column) const;

  QuantityText text_;
  int price_decimals_ = QuantityText::kCreditDecimals;  // of these columns
  int cost_decimals_ = QuantityText::kCreditDecimals;
};

QString device_type_text(DeviceType type);  // "GPU"
// "OpenCL kernel" for "OpenCLKernel"; a kind that is not known here as it is called.
QString job_kind_text(const QString& kind);

}  // namespace quern::desktop::models
