// What the banner says and offers while there is no daemon. Pure.
#pragma once
#include <QCoreApplication>
#include <QString>

#include "desktop/client/connection.hpp"
#include "desktop/pages/service_unit.hpp"
#include "desktop/theme/tokens.hpp"

namespace quern::desktop::app {

struct OfflineText {
  Q_DECLARE_TR_FUNCTIONS(OfflineText)
 public:
  enum class Way { start_service, retry };

  theme::Tone tone = theme::Tone::warn;
  QString message;  // empty: nothing to say
  Way way = Way::retry;
  QString action;  // text of its button; empty: none
};

// `own`: the daemon is the one that the service runs. `service` counts then only.
OfflineText offline_text(client::Connection::State connection, const client::LossText& loss, bool own,
                         pages::ServiceUnit::State service);

}  // namespace quern::desktop::app
