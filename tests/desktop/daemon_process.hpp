// A real quernd with all that it keeps in a folder of its own. Ends with the test, by SIGKILL if it must.
#pragma once
#include <QByteArray>
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QTest>

#include "tests/temporary_folder.hpp"

namespace quern::desktop {

class DaemonProcess {
 public:
  static constexpr int kStartMs = 60'000;
  static constexpr int kStopMs = 20'000;

  // `sections` stand behind [rpc] in its configuration.
  explicit DaemonProcess(const QString& sections = {}) {
    folder_.write("quernd.toml", QStringLiteral("data_directory = \"%1/data\"\n[log]\nformat = \"json\"\n[rpc]\n"
                                                "socket = \"%1/quernd.socket\"\n%2")
                                     .arg(path(), sections)
                                     .toStdString());
  }
  ~DaemonProcess() { kill(); }
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  QString path() const { return QString::fromStdString(folder_.path().string()); }
  QString socket() const { return path() + QStringLiteral("/quernd.socket"); }
  QString token_file() const { return path() + QStringLiteral("/data/rpc.token"); }

  // Where it listens; empty before it does.
  QString address() const {
    const QByteArray text = log();
    const qsizetype from = text.indexOf("/ip4/");
    return from < 0 ? QString() : QString::fromLatin1(text.mid(from, text.indexOf('"', from) - from));
  }

  // False when it did not get ready; log() says why.
  bool start() {
    process_.setStandardErrorFile(path() + QStringLiteral("/log"));
    process_.setStandardInputFile(QProcess::nullDevice());
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("POCL_DEVICES"), QStringLiteral("basic"));
    process_.setProcessEnvironment(environment);
    process_.start(QStringLiteral(QUERN_DAEMON), {QStringLiteral("--config"), path() + QStringLiteral("/quernd.toml")});
    return QTest::qWaitFor(
               [this] { return process_.state() == QProcess::NotRunning || log().contains("\"event\":\"ready\""); },
               kStartMs) &&
           process_.state() == QProcess::Running;
  }
  // As kill -9 does.
  void kill() {
    if (process_.state() == QProcess::NotRunning) return;
    process_.kill();
    process_.waitForFinished(kStopMs);
  }
  QByteArray log() const {
    QFile file(path() + QStringLiteral("/log"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }

 private:
  TemporaryFolder folder_;
  QProcess process_;
};

}  // namespace quern::desktop
