#include "desktop/app/autostart.hpp"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

#include "desktop/app/single_instance.hpp"

namespace quern::desktop::app {
namespace {

// As the desktop entry specification quotes an argument, and then a string.
QString quoted(const QString& program) {
  QString argument = program;
  for (const char16_t special : {u'\\', u'"', u'`', u'$'}) {
    argument.replace(QChar(special), QStringLiteral("\\") + QChar(special));
  }
  argument.replace(QLatin1Char('%'), QStringLiteral("%%"));
  argument.replace(QLatin1Char('\\'), QStringLiteral("\\\\"));
  return QLatin1Char('"') + argument + QLatin1Char('"');
}

}  // namespace

QString autostart_file() {
  return QStandardPaths::writableLocation(QStandardPaths::ConfigLocation) + QStringLiteral("/autostart/") + kAppId +
         QStringLiteral(".desktop");
}

bool set_autostart(const QString& file, const QString& program, bool on) {
  if (!on) return !QFile::exists(file) || QFile::remove(file);
  if (!QDir().mkpath(QFileInfo(file).absolutePath())) return false;
  QSaveFile entry(file);
  if (!entry.open(QIODevice::WriteOnly)) return false;
  entry.write(QStringLiteral("[Desktop Entry]\nType=Application\nVersion=1.4\nName=Quern\nIcon=%1\nExec=%2 --hidden\n"
                             "Terminal=false\nX-GNOME-Autostart-Delay=2\nX-KDE-autostart-after=panel\n"
                             "X-LXQt-Need-Tray=true\n")
                  .arg(kAppId, quoted(program))
                  .toUtf8());
  return entry.commit();
}

}  // namespace quern::desktop::app
