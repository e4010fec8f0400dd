// Why something is as it is, by the list of reasons. Pure.
#pragma once
#include <QString>

#include "desktop/models/json_reading.hpp"

namespace quern::desktop::models {

struct WhyData {
  QString reason;  // "price_too_high"
  QString text;    // as the daemon says it, and so are those below
  QString detail;
  QString remedy;
  bool there() const { return !reason.isEmpty() || !text.isEmpty(); }
  // What follows is in the language of the app, but for the detail and what it does not know.
  //
  // What would help: "raise the budget"; empty when nothing is known to.
  QString way_out() const;
  // "the price is above the limit (3 of 2)"; empty when there is none.
  QString sentence() const;
  // With what to do about it, where that is known: "the price is above the limit (3 of 2): raise the budget".
  QString advice() const;
  bool operator==(const WhyData&) const = default;
};
WhyData why_from(const Reading& why);

}  // namespace quern::desktop::models
