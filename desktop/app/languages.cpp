#include "desktop/app/languages.hpp"

#include <QApplication>
#include <QDir>
#include <QLibraryInfo>
#include <algorithm>

namespace quern::desktop::app {
namespace {

const QString kFolder = QStringLiteral(":/quern/translations");
const QString kPrefix = QStringLiteral("quern_");
const QString kEnd = QStringLiteral(".qm");
const QString kEnglish = QStringLiteral("en");

// The best that there is for one wish: "de_AT" takes "de".
QString known(QString wish) {
  wish.replace(QLatin1Char('-'), QLatin1Char('_'));
  const QStringList all = languages();
  const auto fits = [&all](const QString& name) {
    return std::ranges::find_if(all, [&](QString each) {
      return each.replace(QLatin1Char('-'), QLatin1Char('_')).compare(name, Qt::CaseInsensitive) == 0;
    });
  };
  for (QString name = wish; !name.isEmpty(); name = name.left(std::max<qsizetype>(name.lastIndexOf(u'_'), 0))) {
    if (const auto found = fits(name); found != all.end()) return *found;
  }
  return {};
}

QString chosen(const QString& wanted) {
  const QStringList wishes = wanted.isEmpty() ? QLocale::system().uiLanguages() : QStringList{wanted};
  for (const QString& wish : wishes) {
    if (const QString name = known(wish); !name.isEmpty()) return name;
  }
  return kEnglish;
}

}  // namespace

QStringList languages() {
  QStringList names;
  const QStringList files = QDir(kFolder).entryList({kPrefix + QLatin1Char('*') + kEnd}, QDir::Files, QDir::Name);
  for (const QString& file : files) names << file.chopped(kEnd.size()).mid(kPrefix.size());
  if (!names.contains(kEnglish)) names << kEnglish;
  return names;
}

Language::Language(const QString& wanted) : name_(chosen(wanted)) {
  const bool pseudo = name_ == kPseudoLanguage;
  // A locale of one's own country counts where the language is the system's.
  if (wanted.isEmpty()) {
    locale_ = QLocale::system();
  } else {
    locale_ = pseudo ? QLocale(QLocale::Hebrew) : QLocale(wanted);
    if (locale_.language() == QLocale::C) locale_ = QLocale(name_);
  }
  QLocale::setDefault(locale_);
  const QString qt = QLibraryInfo::path(QLibraryInfo::TranslationsPath) + QStringLiteral("/qtbase_");
  if (!pseudo) load(qt + name_ + kEnd);
  load(kFolder + QLatin1Char('/') + kPrefix + name_ + kEnd);
  QApplication::setLayoutDirection(pseudo ? Qt::RightToLeft : QLocale(name_).textDirection());
}

Language::~Language() {
  for (const auto& translator : translators_) QApplication::removeTranslator(translator.get());
}

void Language::load(const QString& file) {
  auto translator = std::make_unique<QTranslator>();
  if (!translator->load(file)) return;
  QApplication::installTranslator(translator.get());
  translators_.push_back(std::move(translator));
}

}  // namespace quern::desktop::app
