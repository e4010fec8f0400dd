// quern-desktop.
#include <QApplication>
#include <QDBusConnection>
#include <QIcon>
#include <QSettings>
#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "desktop/app/application.hpp"
#include "desktop/app/page_set.hpp"
#include "desktop/client/settings_store.hpp"

namespace {

namespace app = quern::desktop::app;

void print(std::FILE* to, const QString& text) {
  std::fputs(text.toLocal8Bit().constData(), to);
}

void complain(const QString& fault) {
  print(stderr, QApplication::applicationName() + QStringLiteral(": ") + fault + QLatin1Char('\n'));
}

int run(const app::Options& options, quern::desktop::client::SettingsStore& settings) {
  app::Application application(options, settings, QDBusConnection::sessionBus());
  if (!application.claim()) return 0;
  QObject::connect(&application, &app::Application::ended, qApp, [](const QString& fault) {
    if (!fault.isEmpty()) complain(fault);
    QApplication::exit(fault.isEmpty() ? 0 : 1);
  });
  if (const auto started = application.start(); !started) {
    complain(started.error());
    return app::kWrongUsage;
  }
  return QApplication::exec();
}

int leave(const app::Farewell& farewell) {
  print(farewell.status == 0 ? stdout : stderr, farewell.text);
  return farewell.status;
}

bool has_screen(const QStringList& arguments) {
  constexpr std::array kScreens{"QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"};
  return std::ranges::any_of(kScreens, [](const char* name) { return !qEnvironmentVariableIsEmpty(name); }) ||
         arguments.contains(QStringLiteral("-platform")) || arguments.contains(QStringLiteral("-display"));
}

std::optional<app::Farewell> farewell_without_screen(int& argc, char** argv) {
  const QCoreApplication core(argc, argv);
  app::name_program(QStringLiteral(QUERN_VERSION));
  const QStringList arguments = QCoreApplication::arguments();
  return app::farewell_without_screen(arguments, app::page_names(), has_screen(arguments));
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto farewell = farewell_without_screen(argc, argv)) return leave(*farewell);
  const QApplication qt(argc, argv);
  app::name_application(QStringLiteral(QUERN_VERSION));
  const auto read = app::read_options(QApplication::arguments(), app::page_names());
  if (const auto* const farewell = std::get_if<app::Farewell>(&read)) return leave(*farewell);
  quern::desktop::client::SettingsStore settings(QSettings(QStringLiteral("quern"), QStringLiteral("desktop")));
  const int status = run(std::get<app::Options>(read), settings);
  if (const QString fault = settings.finish(); !fault.isEmpty()) complain(fault);
  return status;
}
