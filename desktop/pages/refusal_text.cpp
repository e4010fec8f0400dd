#include "desktop/pages/refusal_text.hpp"

#include <QCoreApplication>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::pages {

QString refusal_text(const client::CallError& error) {
  const auto plain = [](const std::string& text) {
    return models::plain_text(QString::fromStdString(text), models::kTextCharsMax);
  };
  QString said = plain(error.failure.message);
  if (said.isEmpty()) said = QCoreApplication::translate("RefusalText", "It did not work");
  if (!error.failure.detail.empty()) said += QStringLiteral(" (%1)").arg(plain(error.failure.detail));
  if (!error.failure.remedy.empty()) said += QStringLiteral(": %1").arg(plain(error.failure.remedy));
  return said;
}

}  // namespace quern::desktop::pages
