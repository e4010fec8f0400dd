#include "desktop/pages/failure_text.hpp"

#include <string>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::pages {

QString failure_text(const rpc::Failure& failure) {
  const auto text = [](const std::string& words) {
    return models::plain_text(QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size())),
                              models::kTextCharsMax);
  };
  QString said = text(failure.message.empty() ? failure.reason : failure.message);
  if (!said.isEmpty()) said.front() = said.front().toUpper();
  if (!failure.detail.empty()) said += QStringLiteral(": ") + text(failure.detail);
  if (!failure.remedy.empty()) said += QStringLiteral(". ") + text(failure.remedy);
  return said;
}

}  // namespace quern::desktop::pages
