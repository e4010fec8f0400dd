// Why a call has failed, as one sentence for people: what, the value and the limit, the way out. Harmless and bounded.
#pragma once
#include <QString>

#include "desktop/client/connection.hpp"

namespace quern::desktop::pages {

QString refusal_text(const client::CallError& error);

}  // namespace quern::desktop::pages
