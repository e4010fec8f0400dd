// A job once more, as a new one: for whoever offers to try again, so that all of them say the same where it fails.
#pragma once
#include <QString>
#include <expected>
#include <functional>

#include "desktop/client/connection.hpp"
#include "desktop/theme/theme.hpp"

namespace quern::desktop::pages {

// Why there is no new job, or nobody knows whether there is one.
struct RetryFault {
  QString text;  // for people
  theme::Tone tone = theme::Tone::bad;
};
// The new job; empty where the daemon does not name it.
using Retried = std::expected<QString, RetryFault>;

// `then` as of Connection::call. `elsewhere`: not at the providers where it failed.
client::Reply retry_job(client::Connection& connection, const QString& job, bool elsewhere, QObject* owner,
                        std::function<void(const Retried&)> then);

}  // namespace quern::desktop::pages
