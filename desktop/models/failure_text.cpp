#include "desktop/models/failure_text.hpp"

#include <QCoreApplication>
#include <string>
#include <utility>

#include "desktop/models/quantity_text.hpp"
#include "desktop/models/reason_text.hpp"

namespace quern::desktop::models {

QString failure_text(const client::CallError& error) {
  const rpc::Failure& failure = error.failure;
  const auto text = [](const std::string& words) { return plain_text(QString::fromStdString(words), kTextCharsMax); };
  const QString reason = text(failure.reason);
  QString said = ReasonText::what(reason, failure.message.empty() ? reason : text(failure.message));
  if (said.isEmpty()) said = QCoreApplication::translate("FailureText", "It did not work");
  if (!failure.detail.empty()) said += QStringLiteral(" (%1)").arg(text(failure.detail));
  if (!failure.remedy.empty()) said += QStringLiteral(": %1").arg(ReasonText::remedy(reason, text(failure.remedy)));
  return as_sentence(std::move(said));
}

bool may_be_done(const client::CallError& error) {
  using Kind = client::CallError::Kind;
  return error.kind == Kind::offline || error.kind == Kind::timed_out;
}

QString as_sentence(QString words) {
  // An address stays as it is.
  if (!words.isEmpty() && !words.section(u' ', 0, 0).contains(QStringLiteral("://"))) {
    words.front() = words.front().toUpper();
  }
  return words;
}

}  // namespace quern::desktop::models
