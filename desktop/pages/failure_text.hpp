// What a failed call says to people: what, with values and limits, and the way out. Harmless, a few sentences.
#pragma once
#include <QString>

#include "scheduler/rpc/failure.hpp"

namespace quern::desktop::pages {

QString failure_text(const rpc::Failure& failure);

}  // namespace quern::desktop::pages
