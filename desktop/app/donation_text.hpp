// How the node is doing, in a few words: what the card below the navigation and the tray say. Pure.
#pragma once
#include <QCoreApplication>
#include <QString>
#include <cstdint>

#include "desktop/client/connection.hpp"
#include "desktop/models/node_data.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/theme/tokens.hpp"

namespace quern::desktop::app {

struct DonationText {
  Q_DECLARE_TR_FUNCTIONS(DonationText)
 public:
  QString state;  // "Donating"
  theme::Tone tone = theme::Tone::neutral;
  QString why;      // a sentence; empty: nothing needs one
  QString resumes;  // "in 29 min"; empty: not by itself
};

// `status` counts while `connection` is live only.
DonationText donation_text(client::Connection::State connection, const models::StatusData& status,
                           const models::QuantityText& text, std::int64_t now_unix_ms);

}  // namespace quern::desktop::app
