// The line that filters offers: words, and "field op value", all of which must hold. Pure.
//
//   type=gpu memory>=16GiB price<=0.5 -own "RTX 4090"
//
// Fields and operators (kOfferFields; = != < <= > >=; ~ and !~ for a part of a text):
//   device name type provider kind own    texts; `provider` takes an id or where that begins or ends, as `quern offers
//   --provider`;
//                                         `type` is that of `quern offers --type`
//   memory ram disk     bytes: 8, 8G and 8GiB are the same; 512M, 1T
//   price setup         credits, `price` an hour: 0.5
//   flops fp64 bandwidth link   a second: 10T
//   rtt                 milliseconds: 50, 50ms, 1s
//   cores units walltime        numbers; walltime is a time: 90min, 2h
// A word without an operator is looked for in device, provider and type; quotes keep blanks; '-' or '!' before a
// condition turns it round.
#pragma once
#include <QString>
#include <QStringView>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "desktop/models/market_data.hpp"

namespace quern::desktop::models {

inline constexpr qsizetype kQueryCharsMax = 1'024;
inline constexpr std::size_t kConditionsMax = 32;

// What is wrong with a line, and where: for people.
struct QueryFault {
  qsizetype at = 0;  // characters from its beginning
  qsizetype length = 0;
  QString text;
  bool operator==(const QueryFault&) const = default;
};

class OfferQuery {
 public:
  OfferQuery() = default;  // everything holds
  static std::expected<OfferQuery, QueryFault> parse(QStringView line);

  // An offer that does not say what is asked about does not fit. `round_trip_us` is that to its provider.
  bool fits(const OfferRow& offer, std::optional<std::uint64_t> round_trip_us) const;
  bool empty() const { return conditions_.empty(); }
  bool asks_for_round_trip() const;
  bool operator==(const OfferQuery&) const = default;

  enum class Field : std::uint8_t {
    any,
    device,
    name,
    type,
    provider,
    kind,
    own,
    memory,
    ram,
    disk,
    price,
    setup,
    flops,
    fp64,
    bandwidth,
    link,
    rtt,
    cores,
    units,
    walltime
  };
  enum class Operator : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, contains, lacks };
  struct Condition {
    Field field = Field::any;
    Operator op = Operator::contains;
    bool turned = false;  // by '-' before it
    QString text;         // case-folded, of a text field
    std::int64_t number = 0;
    bool operator==(const Condition&) const = default;
  };
  const std::vector<Condition>& conditions() const { return conditions_; }

 private:
  std::vector<Condition> conditions_;
};

struct OfferField {
  std::string_view name;
  OfferQuery::Field field;
  enum class Kind { text, flag, bytes, credits, rate, round_trip, number, duration } kind;
};
// For completion and help.
std::span<const OfferField> offer_fields();

}  // namespace quern::desktop::models
