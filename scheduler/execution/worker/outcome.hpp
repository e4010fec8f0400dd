// How every failure inside the worker is returned: the reason that the task ends with.
#pragma once
#include <expected>
#include <string>
#include <utility>

#include "scheduler/model/reason.hpp"

namespace quern::worker {

template <class T>
using Outcome = std::expected<T, model::Why>;

inline std::unexpected<model::Why> end_with(model::Reason reason, std::string detail = {}) {
  return std::unexpected(model::Why{reason, std::move(detail)});
}

}  // namespace quern::worker
