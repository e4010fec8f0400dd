// Rate cards and usage as callers see them: members by the names of model::DimensionText, those that are not 0. Pure.
#pragma once
#include <optional>

#include <boost/json/object.hpp>

#include "scheduler/model/usage.hpp"

namespace quern::daemon {

boost::json::object rates_json(const model::RateCard& rates);
// What is not named is free. nullopt: a name that is none, or a value that is no rate.
std::optional<model::RateCard> rates_from(const boost::json::object& object);
boost::json::object usage_json(const model::Usage& usage);

}  // namespace quern::daemon
