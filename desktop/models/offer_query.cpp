#include "desktop/models/offer_query.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace quern::desktop::models {

namespace {

using Field = OfferQuery::Field;
using Operator = OfferQuery::Operator;
using Condition = OfferQuery::Condition;
using Kind = OfferField::Kind;

constexpr std::int64_t kNumberMax = std::int64_t{1} << 61;
constexpr std::int64_t kMillion = 1'000'000;

constexpr std::array kFields = std::to_array<OfferField>({
    {"device", Field::device, Kind::text},
    {"name", Field::name, Kind::text},
    {"type", Field::type, Kind::text},
    {"provider", Field::provider, Kind::text},
    {"kind", Field::kind, Kind::text},
    {"own", Field::own, Kind::flag},
    {"memory", Field::memory, Kind::bytes},
    {"ram", Field::ram, Kind::bytes},
    {"disk", Field::disk, Kind::bytes},
    {"price", Field::price, Kind::credits},
    {"setup", Field::setup, Kind::credits},
    {"flops", Field::flops, Kind::rate},
    {"fp64", Field::fp64, Kind::rate},
    {"bandwidth", Field::bandwidth, Kind::rate},
    {"link", Field::link, Kind::rate},
    {"rtt", Field::rtt, Kind::round_trip},
    {"cores", Field::cores, Kind::number},
    {"units", Field::units, Kind::number},
    {"walltime", Field::walltime, Kind::duration},
});

struct OperatorName {
  std::string_view text;
  Operator op;
};
// The longer first.
constexpr std::array kOperators = std::to_array<OperatorName>({
    {"!=", Operator::not_equal},
    {"!~", Operator::lacks},
    {"<=", Operator::less_equal},
    {">=", Operator::greater_equal},
    {"==", Operator::equal},
    {"=", Operator::equal},
    {"<", Operator::less},
    {">", Operator::greater},
    {"~", Operator::contains},
});

struct Unit {
  std::string_view name;  // in lower case
  std::int64_t times;
};
constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr std::array kByteUnits = std::to_array<Unit>(
    {{"", kGiB}, {"b", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", kGiB}, {"t", kGiB << 10}, {"p", kGiB << 20}});
constexpr std::array kRateUnits = std::to_array<Unit>({{"", 1},
                                                       {"k", 1'000},
                                                       {"m", 1'000'000},
                                                       {"g", 1'000'000'000},
                                                       {"t", 1'000'000'000'000},
                                                       {"p", 1'000'000'000'000'000}});
constexpr std::array kCreditUnits = std::to_array<Unit>({{"", kMillion}, {"cr", kMillion}});
constexpr std::array kRoundTripUnits = std::to_array<Unit>({{"", 1'000}, {"us", 1}, {"ms", 1'000}, {"s", 1'000'000}});
constexpr std::array kDurationUnits = std::to_array<Unit>(
    {{"", 1'000}, {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});
constexpr std::array kNumberUnits = std::to_array<Unit>({{"", 1}});

std::span<const Unit> units_of(Kind kind) {
  switch (kind) {
    case Kind::bytes:
      return kByteUnits;
    case Kind::credits:
      return kCreditUnits;
    case Kind::rate:
      return kRateUnits;
    case Kind::round_trip:
      return kRoundTripUnits;
    case Kind::duration:
      return kDurationUnits;
    default:
      return kNumberUnits;
  }
}

// The context is the one that lupdate gives to what stands in a member of Reader.
struct OfferQueryText {
  Q_DECLARE_TR_FUNCTIONS(OfferQueryText)
};

QString latin(std::string_view text) {
  return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

// "gib" and "gb" are "g", "tflop/s" is "t".
QString short_unit(QString unit, Kind kind) {
  static const std::array<QString, 5> kEnds{QStringLiteral("flop/s"), QStringLiteral("flops"), QStringLiteral("b/s"),
                                            QStringLiteral("ib"), QStringLiteral("b")};
  if (kind != Kind::bytes && kind != Kind::rate) return unit;
  if (unit == QStringLiteral("b") && kind == Kind::bytes) return unit;
  for (const QString& end : kEnds) {
    if (unit.endsWith(end)) return unit.chopped(end.size());
  }
  return unit;
}

std::optional<std::int64_t> number_from(QStringView text, Kind kind) {
  std::int64_t whole = 0;
  std::int64_t millionths = 0;
  qsizetype at = 0;
  const auto digit = [&] { return at < text.size() && text[at] >= QLatin1Char('0') && text[at] <= QLatin1Char('9'); };
  const qsizetype digits_from = at;
  for (; digit(); ++at) {
    if (whole > kNumberMax / 10) return std::nullopt;
    whole = whole * 10 + (text[at].unicode() - u'0');
  }
  bool any = at > digits_from;
  if (at < text.size() && (text[at] == QLatin1Char('.') || text[at] == QLatin1Char(','))) {
    ++at;
    std::int64_t place = kMillion / 10;
    for (; digit(); ++at, place /= 10) {
      any = true;
      millionths += place * (text[at].unicode() - u'0');  // what is behind the sixth counts nothing
    }
  }
  if (!any) return std::nullopt;
  const QString unit = short_unit(text.sliced(at).trimmed().toString().toLower(), kind);
  for (const Unit& each : units_of(kind)) {
    if (unit != latin(each.name)) continue;
    if (whole > kNumberMax / each.times) return std::nullopt;
    // Two steps: a million times a large unit would not fit.
    return whole * each.times + each.times / kMillion * millionths + each.times % kMillion * millionths / kMillion;
  }
  return std::nullopt;
}

std::optional<bool> flag_from(const QString& text) {
  if (text == QStringLiteral("yes") || text == QStringLiteral("true") || text == QStringLiteral("1")) return true;
  if (text == QStringLiteral("no") || text == QStringLiteral("false") || text == QStringLiteral("0")) return false;
  return std::nullopt;
}

bool is_ordering(Operator op) {
  return op == Operator::less || op == Operator::less_equal || op == Operator::greater || op == Operator::greater_equal;
}

// Reads a line from its beginning.
class Reader {
 public:
  explicit Reader(QStringView line) : line_(line) {}

  std::expected<std::vector<Condition>, QueryFault> read() {
    if (line_.size() > kQueryCharsMax) {
      return fault(kQueryCharsMax, line_.size() - kQueryCharsMax,
                   OfferQueryText::tr("the query is longer than %1 characters").arg(kQueryCharsMax));
    }
    std::vector<Condition> conditions;
    for (skip_blanks(); at_ < line_.size(); skip_blanks()) {
      if (conditions.size() == kConditionsMax) {
        return fault(at_, line_.size() - at_,
                     OfferQueryText::tr("there are more than %1 conditions").arg(kConditionsMax));
      }
      auto condition = read_condition();
      if (!condition) return std::unexpected(std::move(condition).error());
      conditions.push_back(*std::move(condition));
    }
    return conditions;
  }

 private:
  static std::unexpected<QueryFault> fault(qsizetype at, qsizetype length, QString text) {
    return std::unexpected(QueryFault{at, length, std::move(text)});
  }
  void skip_blanks() {
    while (at_ < line_.size() && line_[at_].isSpace()) ++at_;
  }
  static bool is_field_char(QChar c) {
    return (c >= QLatin1Char('a') && c <= QLatin1Char('z')) || (c >= QLatin1Char('A') && c <= QLatin1Char('Z')) ||
           (c >= QLatin1Char('0') && c <= QLatin1Char('9'));
  }
  std::optional<Operator> take_operator() {
    const QStringView rest = line_.sliced(at_);
    for (const OperatorName& each : kOperators) {
      if (!rest.startsWith(latin(each.text))) continue;
      at_ += static_cast<qsizetype>(each.text.size());
      return each.op;
    }
    return std::nullopt;
  }
  // Up to a blank, or in quotes; nullopt: the quotes do not end.
  std::optional<QString> take_value() {
    const qsizetype from = at_;
    if (at_ < line_.size() && line_[at_] == QLatin1Char('"')) {
      const qsizetype end = line_.indexOf(QLatin1Char('"'), at_ + 1);
      if (end < 0) return std::nullopt;
      at_ = end + 1;
      return line_.sliced(from + 1, end - from - 1).toString();
    }
    while (at_ < line_.size() && !line_[at_].isSpace()) ++at_;
    return line_.sliced(from, at_ - from).toString();
  }

  std::expected<Condition, QueryFault> read_condition() {
    Condition condition;
    const QChar first = line_[at_];
    const bool more = at_ + 1 < line_.size() && !line_[at_ + 1].isSpace();
    if (more && (first == QLatin1Char('-') || first == QLatin1Char('!'))) {
      condition.turned = true;
      ++at_;
    }
    const qsizetype begin = at_;
    qsizetype end = at_;
    while (end < line_.size() && is_field_char(line_[end])) ++end;
    const QString word = line_.sliced(begin, end - begin).toString().toLower();
    const auto* const field = std::ranges::find(kFields, word, [](const OfferField& each) { return latin(each.name); });
    const bool known = field != kFields.end();
    at_ = end;
    if (known) skip_blanks();
    const qsizetype operator_at = at_;
    const auto op = word.isEmpty() ? std::nullopt : take_operator();
    if (op) {
      if (!known) return fault(begin, end - begin, unknown_text(word));
      condition.field = field->field;
      condition.op = *op;
      return with_value(std::move(condition), *field, operator_at);
    }
    at_ = begin;
    const auto value = take_value();
    if (!value) return fault(begin, line_.size() - begin, OfferQueryText::tr("the quotes do not end"));
    if (known && field->kind == Kind::flag && value->toLower() == word) {
      condition.field = field->field;
      condition.op = Operator::equal;
      condition.number = 1;
      return condition;
    }
    condition.text = value->toCaseFolded();
    return condition;
  }

  static QString unknown_text(const QString& word) {
    QStringList names;
    for (const OfferField& each : kFields) names += latin(each.name);
    return OfferQueryText::tr("there is no field \"%1\"; there are: %2").arg(word, names.join(QStringLiteral(", ")));
  }

  std::expected<Condition, QueryFault> with_value(Condition condition, const OfferField& field, qsizetype operator_at) {
    skip_blanks();
    const qsizetype begin = at_;
    const auto value = take_value();
    if (!value) return fault(begin, line_.size() - begin, OfferQueryText::tr("the quotes do not end"));
    const QString name = latin(field.name);
    if (value->isEmpty())
      return fault(operator_at, at_ - operator_at, OfferQueryText::tr("\"%1\" needs a value").arg(name));
    const bool textual = field.kind == Kind::text;
    const bool part = condition.op == Operator::contains || condition.op == Operator::lacks;
    if (textual ? is_ordering(condition.op) : part || (field.kind == Kind::flag && is_ordering(condition.op))) {
      return fault(operator_at, begin - operator_at, OfferQueryText::tr("\"%1\" cannot be compared so").arg(name));
    }
    condition.text = textual ? value->toCaseFolded() : QString();
    if (textual) return condition;
    std::optional<std::int64_t> number;
    if (field.kind == Kind::flag) {
      const auto flag = flag_from(value->toLower());
      if (flag) number = *flag ? 1 : 0;
    } else {
      number = number_from(*value, field.kind);
    }
    if (!number) {
      return fault(
          begin, at_ - begin,
          OfferQueryText::tr("\"%1\" is no value of \"%2\": write %3").arg(value->left(64), name, example(field.kind)));
    }
    condition.number = *number;
    return condition;
  }

  static QString example(Kind kind) {
    switch (kind) {
      case Kind::bytes:
        return QStringLiteral("16GiB");
      case Kind::credits:
        return QStringLiteral("0.5");
      case Kind::rate:
        return QStringLiteral("10T");
      case Kind::round_trip:
        return QStringLiteral("50ms");
      case Kind::duration:
        return QStringLiteral("2h");
      case Kind::flag:
        return OfferQueryText::tr("yes or no");
      default:
        return QStringLiteral("8");
    }
  }

  QStringView line_;
  qsizetype at_ = 0;
};

std::optional<std::int64_t> known(std::uint64_t value) {
  return value == 0 ? std::nullopt : std::optional(static_cast<std::int64_t>(value));
}

// What the offer says of it; nullopt: nothing.
std::optional<std::int64_t> number_of(const OfferRow& offer, Field field, std::optional<std::uint64_t> round_trip_us) {
  switch (field) {
    case Field::own:
      return offer.own ? 1 : 0;
    case Field::memory:
      return known(offer.memory_bytes);
    case Field::ram:
      return known(offer.host_memory_bytes);
    case Field::disk:
      return known(offer.scratch_bytes);
    case Field::price:
      return offer.per_hour_micro;
    case Field::setup:
      return offer.setup_micro;
    case Field::flops:
      return known(offer.fp32_flops);
    case Field::fp64:
      return known(offer.fp64_flops);
    case Field::bandwidth:
      return known(offer.memory_bytes_per_second);
    case Field::link:
      return known(offer.link_bytes_per_second);
    case Field::rtt:
      if (offer.own) return 0;
      return round_trip_us ? std::optional(static_cast<std::int64_t>(*round_trip_us)) : std::nullopt;
    case Field::cores:
      return known(offer.cpu_cores);
    case Field::units:
      return known(offer.compute_units);
    case Field::walltime:
      return known(offer.walltime_ms);
    default:
      return std::nullopt;
  }
}

bool is_bytes(Field field) {
  return field == Field::memory || field == Field::ram || field == Field::disk;
}

bool compare(std::int64_t has, const Condition& condition) {
  // A card of 16 GB has a little less: bytes within a fiftieth of each other are equal.
  const std::int64_t slack = is_bytes(condition.field) ? condition.number / 50 : 0;
  const std::int64_t distance = has > condition.number ? has - condition.number : condition.number - has;
  const bool equal = distance <= slack;
  switch (condition.op) {
    case Operator::equal:
      return equal;
    case Operator::not_equal:
      return !equal;
    case Operator::less:
      return !equal && has < condition.number;
    case Operator::less_equal:
      return equal || has < condition.number;
    case Operator::greater:
      return !equal && has > condition.number;
    case Operator::greater_equal:
      return equal || has > condition.number;
    default:
      return false;
  }
}

bool matches(const QString& has, const Condition& condition) {
  const bool part = condition.op == Operator::contains || condition.op == Operator::lacks;
  if (part) return has.contains(condition.text, Qt::CaseInsensitive);
  if (condition.field == Field::provider) {
    return has.startsWith(condition.text, Qt::CaseInsensitive) || has.endsWith(condition.text, Qt::CaseInsensitive);
  }
  return has.compare(condition.text, Qt::CaseInsensitive) == 0;
}

bool text_holds(const OfferRow& offer, const Condition& condition) {
  switch (condition.field) {
    case Field::any:
      return offer.search_text.contains(condition.text);
    case Field::device:
      return matches(offer.device, condition) || matches(offer.name, condition);
    case Field::name:
      return matches(offer.name, condition);
    case Field::type:
      return matches(device_type_name(offer.type), condition);
    case Field::provider:
      return matches(offer.provider, condition);
    case Field::kind:
      return std::ranges::any_of(offer.kinds, [&](const QString& kind) { return matches(kind, condition); });
    default:
      return false;
  }
}

bool is_text(Field field) {
  return field <= Field::kind;
}

bool holds(const OfferRow& offer, const Condition& condition, std::optional<std::uint64_t> round_trip_us) {
  if (is_text(condition.field)) {
    const bool negative = condition.op == Operator::not_equal || condition.op == Operator::lacks;
    return text_holds(offer, condition) != negative;
  }
  const auto has = number_of(offer, condition.field, round_trip_us);
  return has && compare(*has, condition);
}

}  // namespace

std::expected<OfferQuery, QueryFault> OfferQuery::parse(QStringView line) {
  auto conditions = Reader(line).read();
  if (!conditions) return std::unexpected(std::move(conditions).error());
  OfferQuery query;
  query.conditions_ = *std::move(conditions);
  return query;
}

bool OfferQuery::fits(const OfferRow& offer, std::optional<std::uint64_t> round_trip_us) const {
  return std::ranges::all_of(conditions_, [&](const Condition& condition) {
    return holds(offer, condition, round_trip_us) != condition.turned;
  });
}

bool OfferQuery::asks_for_round_trip() const {
  return std::ranges::any_of(conditions_, [](const Condition& each) { return each.field == Field::rtt; });
}

std::span<const OfferField> offer_fields() {
  return kFields;
}

}  // namespace quern::desktop::models
