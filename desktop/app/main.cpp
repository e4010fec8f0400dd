// quern-desktop.
#include <QApplication>
#include <QDBusConnection>
#include <QIcon>
#include <QSettings>
#include <cstdio>

#include "desktop/app/application.hpp"
#include "desktop/app/page_set.hpp"

namespace {

namespace app = quern::desktop::app;

void print(std::FILE* to, const QString& text) {
  std::fputs(text.toLocal8Bit().constData(), to);
}

int run(const app::Options& options) {
  QSettings settings(QStringLiteral("quern"), QStringLiteral("desktop"));
  app::Application application(options, settings, QDBusConnection::sessionBus());
  if (!application.claim()) return 0;
  const auto complain = [](const QString& fault) {
    print(stderr, QApplication::applicationName() + QStringLiteral(": ") + fault + QLatin1Char('\n'));
  };
  QObject::connect(&application, &app::Application::ended, qApp, [complain](const QString& fault) {
    if (!fault.isEmpty()) complain(fault);
    QApplication::exit(fault.isEmpty() ? 0 : 1);
  });
  if (const auto started = application.start(); !started) {
    complain(started.error());
    return app::kWrongUsage;
  }
  return QApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
  const QApplication qt(argc, argv);
  app::name_application(QStringLiteral(QUERN_VERSION));
  const auto read = app::read_options(QApplication::arguments(), app::page_names());
  if (const auto* const farewell = std::get_if<app::Farewell>(&read)) {
    print(farewell->status == 0 ? stdout : stderr, farewell->text);
    return farewell->status;
  }
  return run(std::get<app::Options>(read));
}
