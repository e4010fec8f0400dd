#include "desktop/models/failure_text.hpp"

#include <QCoreApplication>
#include <string>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::models {

QString failure_text(const client::CallError& error) {
  const rpc::Failure& failure = error.failure;
  const auto text = [](const std::string& words) { return plain_text(QString::fromStdString(words), kTextCharsMax); };
  QString said = text(failure.message.empty() ? failure.reason : failure.message);
  if (said.isEmpty()) said = QCoreApplication::translate("FailureText", "It did not work");
  said.front() = said.front().toUpper();
  if (!failure.detail.empty()) said += QStringLiteral(" (%1)").arg(text(failure.detail));
  if (!failure.remedy.empty()) said += QStringLiteral(": %1").arg(text(failure.remedy));
  return said;
}

}  // namespace quern::desktop::models
