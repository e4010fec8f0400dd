// Translations: complete, found by what a person asks for, and with the places for values of their sources.
#include "desktop/app/languages.hpp"

#include <QApplication>
#include <QFile>
#include <QXmlStreamReader>
#include <set>

#include <gtest/gtest.h>

#include "desktop/app/donation_text.hpp"

namespace quern::desktop::app {
namespace {

struct Message {
  QString source;
  QStringList translations;
  bool finished = true;
};

std::vector<Message> messages(const QString& name) {
  QFile file(QStringLiteral(QUERN_SOURCE "/desktop/translations/") + name);
  EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << name.toStdString();
  QXmlStreamReader xml(&file);
  std::vector<Message> all;
  while (!xml.atEnd()) {
    if (xml.readNext() != QXmlStreamReader::StartElement) continue;
    if (xml.name() == QStringLiteral("message")) all.emplace_back();
    if (xml.name() == QStringLiteral("source")) all.back().source = xml.readElementText();
    if (xml.name() == QStringLiteral("translation")) {
      all.back().finished = !xml.attributes().hasAttribute(QStringLiteral("type"));
      const QString text = xml.readElementText(QXmlStreamReader::IncludeChildElements);
      all.back().translations << text;
    }
  }
  EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
  return all;
}

// "%1", "%n": what a translation must have, too.
std::set<QString> places(const QString& text) {
  std::set<QString> found;
  for (qsizetype at = text.indexOf(u'%'); at >= 0; at = text.indexOf(u'%', at + 1)) {
    const QChar next = at + 1 < text.size() ? text[at + 1] : QChar();
    if (next.isDigit() || next == u'n') found.insert(text.mid(at, 2));
  }
  return found;
}

TEST(Translations, NoMessageIsUnfinished) {
  for (const char* name : {"quern_de.ts", "quern_en.ts"}) {
    for (const Message& message : messages(QString::fromLatin1(name))) {
      EXPECT_TRUE(message.finished) << name << ": " << message.source.toStdString();
      for (const QString& text : message.translations) {
        EXPECT_FALSE(text.trimmed().isEmpty()) << name << ": " << message.source.toStdString();
      }
    }
  }
}

TEST(Translations, HaveThePlacesOfTheirSources) {
  for (const Message& message : messages(QStringLiteral("quern_de.ts"))) {
    for (const QString& text : message.translations) {
      EXPECT_EQ(places(text), places(message.source)) << message.source.toStdString();
    }
  }
}

TEST(Translations, AreFoundByWhatAPersonAsksFor) {
  EXPECT_EQ(Language(QStringLiteral("de")).name(), QStringLiteral("de"));
  EXPECT_EQ(Language(QStringLiteral("de_AT")).name(), QStringLiteral("de"));
  EXPECT_EQ(Language(QStringLiteral("de-CH")).name(), QStringLiteral("de"));
  EXPECT_EQ(Language(QStringLiteral("xx")).name(), QStringLiteral("en"));
  EXPECT_EQ(Language(QStringLiteral("en_GB")).name(), QStringLiteral("en"));
  EXPECT_EQ(Language(QStringLiteral("de_AT")).locale().territory(), QLocale::Austria);
}

TEST(Translations, AreSpokenWhileTheyLive) {
  {
    const Language german(QStringLiteral("de"));
    EXPECT_EQ(DonationText::tr("Paused"), QStringLiteral("Pausiert"));
    EXPECT_EQ(QApplication::layoutDirection(), Qt::LeftToRight);
  }
  EXPECT_EQ(DonationText::tr("Paused"), QStringLiteral("Paused"));
  {
    const Language pseudo(kPseudoLanguage);
    EXPECT_EQ(QApplication::layoutDirection(), Qt::RightToLeft);
    EXPECT_EQ(DonationText::tr("Paused").front(), QLatin1Char('['));
  }
  const Language english(QStringLiteral("en"));
  EXPECT_EQ(QApplication::layoutDirection(), Qt::LeftToRight);
}

}  // namespace
}  // namespace quern::desktop::app
