// Why a call has failed, as one sentence for people: what, with values and limits, and the way out. Harmless and
// bounded. The one place that makes it: pages, tray and notifications say the same.
#pragma once
#include <QString>

#include "desktop/client/connection.hpp"

namespace quern::desktop::models {

// "Too much is asked for (calls_per_second: 501 of 500): ask more slowly"; never empty.
QString failure_text(const client::CallError& error);

// No answer has come to what was sent: the daemon may have done it all the same.
bool may_be_done(const client::CallError& error);

// Words that begin a line begin in upper case: "the disk is full" becomes "The disk is full".
QString as_sentence(QString words);

}  // namespace quern::desktop::models
