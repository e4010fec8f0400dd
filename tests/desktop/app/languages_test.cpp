// Translations: complete, found by what a person asks for, and with the places for values of their sources.
#include "desktop/app/languages.hpp"

#include <QApplication>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desktop/app/donation_text.hpp"

namespace quern::desktop::app {
namespace {

const QString kSources = QStringLiteral(QUERN_SOURCE "/desktop");
const QString kGerman = kSources + QStringLiteral("/translations/quern_de.ts");
const QString kPlurals = kSources + QStringLiteral("/translations/quern_en.ts");
const QString kPseudo = QStringLiteral(QUERN_PSEUDO_LOCALE);
constexpr int kUpdateMs = 120'000;

struct Message {
  QString context;
  QString source;
  bool counts = false;  // has a form for each kind of number
  QStringList translations;
  bool finished = true;
};

void read_translation(QXmlStreamReader& xml, Message& message) {
  message.finished = !xml.attributes().hasAttribute(QStringLiteral("type"));
  QString text;
  while (xml.readNext() != QXmlStreamReader::EndElement) {
    if (xml.isCharacters()) text += xml.text();
    if (xml.isStartElement()) message.translations << xml.readElementText();  // <numerusform>
    if (xml.hasError()) return;
  }
  if (!message.counts) message.translations << text;
}

std::vector<Message> messages(const QString& path) {
  QFile file(path);
  EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
  QXmlStreamReader xml(&file);
  std::vector<Message> all;
  QString context;
  while (!xml.atEnd()) {
    if (xml.readNext() != QXmlStreamReader::StartElement) continue;
    if (xml.name() == QStringLiteral("name")) context = xml.readElementText();
    if (xml.name() == QStringLiteral("message")) {
      all.push_back({.context = context, .counts = xml.attributes().hasAttribute(QStringLiteral("numerus"))});
    }
    if (xml.name() == QStringLiteral("source")) all.back().source = xml.readElementText();
    if (xml.name() == QStringLiteral("translation")) read_translation(xml, all.back());
  }
  EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
  EXPECT_FALSE(all.empty()) << path.toStdString();
  return all;
}

using Texts = std::set<std::string>;  // each with its context
Texts texts_of(const std::vector<Message>& all) {
  Texts texts;
  for (const Message& message : all) texts.insert((message.context + u' ' + message.source).toStdString());
  return texts;
}
// Those of one of the two only.
std::vector<std::string> apart(const Texts& one, const Texts& other) {
  std::vector<std::string> texts;
  std::ranges::set_symmetric_difference(one, other, std::back_inserter(texts));
  return texts;
}

// The texts that the sources hold now, as the target desktop_translations_update finds them.
std::vector<Message> texts_of_sources(bool plurals_only) {
  const QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("now.ts"));
  QStringList arguments{QStringLiteral("-silent"),
                        QStringLiteral("-locations"),
                        QStringLiteral("none"),
                        QStringLiteral("-extensions"),
                        QStringLiteral("cpp,hpp"),
                        QStringLiteral("-I"),
                        QStringLiteral(QUERN_SOURCE),
                        kSources,
                        QStringLiteral("-target-language"),
                        QStringLiteral("en"),
                        QStringLiteral("-ts"),
                        file};
  if (plurals_only) arguments.prepend(QStringLiteral("-pluralonly"));
  QProcess update;
  update.start(QStringLiteral(QUERN_LUPDATE), arguments);
  EXPECT_TRUE(update.waitForFinished(kUpdateMs) && update.exitCode() == 0)
      << update.errorString().toStdString() << update.readAllStandardError().toStdString();
  return messages(file);
}

// "%1", "%n": what a translation must have, too.
std::set<QString> places(const QString& text) {
  std::set<QString> found;
  for (qsizetype at = text.indexOf(u'%'); at >= 0; at = text.indexOf(u'%', at + 1)) {
    const QChar next = at + 1 < text.size() ? text[at + 1] : QChar();
    if (next.isDigit() || next == u'n' || next == u'L') found.insert(text.mid(at, next == u'L' ? 3 : 2));
  }
  return found;
}

TEST(Translations, NoMessageIsUnfinished) {
  for (const auto& [path, forms] : {std::pair{kGerman, 2}, {kPlurals, 2}, {kPseudo, 3}}) {
    SCOPED_TRACE(path.toStdString());
    for (const Message& message : messages(path)) {
      EXPECT_TRUE(message.finished) << message.source.toStdString();
      EXPECT_EQ(message.translations.size(), message.counts ? forms : 1) << message.source.toStdString();
      for (const QString& text : message.translations) {
        EXPECT_FALSE(text.trimmed().isEmpty()) << message.source.toStdString();
      }
    }
  }
}

// After texts have changed, the target desktop_translations_update brings them, as unfinished.
TEST(Translations, KnowTheTextsOfTheSources) {
  const Texts all = texts_of(texts_of_sources(false));
  EXPECT_GT(all.size(), 500);
  EXPECT_THAT(apart(texts_of(messages(kGerman)), all), ::testing::IsEmpty());
  EXPECT_THAT(apart(texts_of(messages(kPseudo)), all), ::testing::IsEmpty());
  EXPECT_THAT(apart(texts_of(messages(kPlurals)), texts_of(texts_of_sources(true))), ::testing::IsEmpty());
}

// Where the tool does not see the class of a tr(), it takes the namespace: at run time nobody asks there.
TEST(Translations, AreOfClassesAndWrittenWhereTheToolSeesThem) {
  for (const Message& message : messages(kGerman)) {
    const QString last = message.context.section(QStringLiteral("::"), -1);
    EXPECT_TRUE(!last.isEmpty() && last.front().isUpper())
        << message.context.toStdString() << ": " << message.source.toStdString();
  }
  const QRegularExpression hidden(QStringLiteral(R"(translate\(\s*"[^"]*",\s*[^"\s])"));
  QDirIterator files(kSources, {QStringLiteral("*.cpp"), QStringLiteral("*.hpp")}, QDir::Files,
                     QDirIterator::Subdirectories);
  while (files.hasNext()) {
    QFile file(files.next());
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    EXPECT_FALSE(QString::fromUtf8(file.readAll()).contains(hidden)) << file.fileName().toStdString();
  }
}

TEST(Translations, ThePseudoLocaleIsLongerAndInBrackets) {
  for (const Message& message : messages(kPseudo)) {
    for (const QString& text : message.translations) {
      EXPECT_TRUE(text.startsWith(u'[') && text.endsWith(u']')) << message.source.toStdString();
      EXPECT_GE(text.size(), message.source.size()) << message.source.toStdString();
    }
  }
}

TEST(Translations, EnglishCountsOneAndMany) {
  const Language english(QStringLiteral("en"));
  const auto offered = [](int count) {
    return QCoreApplication::translate("TopologyText", "%Ln devices offered to the network", nullptr, count);
  };
  EXPECT_EQ(offered(1), QStringLiteral("1 device offered to the network"));
  EXPECT_EQ(offered(2), QStringLiteral("2 devices offered to the network"));
}

TEST(Translations, HaveThePlacesOfTheirSources) {
  for (const QString& path : {kGerman, kPlurals, kPseudo}) {
    for (const Message& message : messages(path)) {
      for (const QString& text : message.translations) {
        EXPECT_EQ(places(text), places(message.source)) << message.source.toStdString();
      }
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
