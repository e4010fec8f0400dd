#include "desktop/app/donation_text.hpp"

namespace quern::desktop::app {
namespace {

using client::Connection;
using Kind = models::DonationState::Kind;

DonationText of_connection(Connection::State connection) {
  switch (connection) {
    case Connection::State::connecting:
      return {DonationText::tr("Connecting"), theme::Tone::neutral, {}, {}};
    case Connection::State::refused:
      return {DonationText::tr("Refused"), theme::Tone::bad, {}, {}};
    case Connection::State::closed:
    case Connection::State::offline:
    case Connection::State::live:
      break;
  }
  return {DonationText::tr("Offline"), theme::Tone::bad, {}, {}};
}

}  // namespace

DonationText donation_text(Connection::State connection, const models::StatusData& status,
                           const models::QuantityText& text, std::int64_t now_unix_ms) {
  if (connection != Connection::State::live) return of_connection(connection);
  const models::DonationState& donation = status.donation;
  DonationText said;
  switch (donation.kind) {
    case Kind::unknown:
      return {DonationText::tr("Connected"), theme::Tone::neutral, {}, {}};
    case Kind::donating:
      return {DonationText::tr("Donating"), theme::Tone::ok, {}, {}};
    case Kind::paused:
      said = {DonationText::tr("Paused"), theme::Tone::warn, {}, {}};
      break;
    case Kind::draining:
      said = {DonationText::tr("Finishing"), theme::Tone::warn, {}, {}};
      break;
    case Kind::off:
      said = {DonationText::tr("Not donating"), theme::Tone::neutral, {}, {}};
      break;
  }
  // That nothing is offered because a person wants it so needs no words.
  if (donation.why.reason != QStringLiteral("offer_withdrawn")) said.why = donation.why.sentence();
  if (donation.until_unix_ms) said.resumes = text.until(*donation.until_unix_ms, now_unix_ms);
  return said;
}

}  // namespace quern::desktop::app
