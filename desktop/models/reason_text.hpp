// What a reason of the daemon says, in the language of the app. The list is that of docs/openrpc.json ("x-reasons"),
// with what a call can fail by; a name means the same in every version, so its text here stands for the daemon's. Pure.
#pragma once
#include <QCoreApplication>
#include <QString>
#include <QStringView>
#include <span>

namespace quern::desktop::models {

class ReasonText {
  Q_DECLARE_TR_FUNCTIONS(ReasonText)
 public:
  struct Known {
    const char* name;    // "price_too_high"
    const char* text;    // English, as the daemon says it
    const char* remedy;  // nullptr: nothing helps, or the daemon alone knows what
  };
  static std::span<const Known> known();

  // What has happened; `said`, the daemon's own words, where the name is unknown.
  static QString what(QStringView reason, const QString& said);
  // What would help; empty where the daemon says nothing, its own words where it alone knows.
  static QString remedy(QStringView reason, const QString& said);

 private:
  static const Known* find(QStringView reason);
};

}  // namespace quern::desktop::models
