// Why something is as it is, by the list of reasons. Pure.
#pragma once
#include <QString>

#include "desktop/models/json_reading.hpp"

namespace quern::desktop::models {

struct WhyData {
  QString reason;  // "price_too_high"
  QString text;
  QString detail;
  QString remedy;
  bool there() const { return !reason.isEmpty() || !text.isEmpty(); }
  // "the price is above the limit (3 of 2)"; empty when there is none.
  QString sentence() const;
  // With what to do about it, where that is known: "the price is above the limit (3 of 2): raise the budget".
  QString advice() const;
  bool operator==(const WhyData&) const = default;
};
WhyData why_from(const Reading& why);

}  // namespace quern::desktop::models
