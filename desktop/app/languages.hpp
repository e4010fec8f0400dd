// The language of the app: its own texts, Qt's, and the locale of its numbers. English is the language of the sources.
#pragma once
#include <QLocale>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTranslator>
#include <memory>
#include <vector>

namespace quern::desktop::app {

// Written from right to left, made of the English texts, to try the app with.
inline const QString kPseudoLanguage = QStringLiteral("qps-plocm");

// Those that there are translations for, and "en".
QStringList languages();

// While it lives the QApplication speaks the language: made before the first widget.
class Language {
 public:
  // "de", "de_AT"; empty: the system's. One that is not known is English.
  explicit Language(const QString& wanted);
  ~Language();
  Language(const Language&) = delete;
  Language& operator=(const Language&) = delete;

  const QString& name() const { return name_; }
  // Of numbers and dates.
  const QLocale& locale() const { return locale_; }

 private:
  void load(const QString& file);

  QString name_;
  QLocale locale_;
  std::vector<std::unique_ptr<QTranslator>> translators_;
};

}  // namespace quern::desktop::app
