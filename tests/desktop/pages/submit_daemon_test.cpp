// The whole way of a job through the pages and a real daemon that provides: by clicks alone.
#include <QCryptographicHash>
#include <QDateTime>
#include <QFile>
#include <QTest>

#include "desktop/client/profile.hpp"
#include "desktop/pages/jobs_page.hpp"
#include "desktop/pages/submit_page.hpp"
#include "tests/desktop/daemon_process.hpp"
#include "tests/desktop/pages/page_fixture_market.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::pages::played {
namespace {

std::string manifest(const std::string& source) {
  const auto digest = QCryptographicHash::hash(QByteArray::fromStdString(source), QCryptographicHash::Sha256).toHex();
  return R"({"apiVersion":"v1","kind":"OpenCLKernel","name":"by clicks","resources":{"walltimeSeconds":600,)"
         R"("memoryBytes":1073741824},"inputs":[{"path":"m.cl","digest":"sha256:)" +
         digest.toStdString() + R"(","bytes":)" + std::to_string(source.size()) +
         R"(}],"outputs":[{"path":"out.bin","maxBytes":4096}],"program":{"sources":["m.cl"]},)"
         R"("buffers":{"out":{"bytes":4096,"output":"out.bin"}},)"
         R"("steps":[{"kernel":"fill","globalWorkSize":[1024],"args":[{"buffer":"out"},{"uint":7}]}]})";
}

// By clicks alone: submitted to a daemon that provides, watched, cancelled, and retried.
TEST(SubmitToADaemon, AJobIsSubmittedWatchedCancelledAndRetried) {
  theme::Theme::instance().install();
  DaemonProcess provider(
      QStringLiteral("[overlay]\nlisten = [\"/ip4/127.0.0.1/tcp/0\"]\n[provider]\nenabled = true\n"
                     "[provider.rates]\ndevice_second = \"0.01\"\nsetup = \"0.0001\"\n"));
  // Jobs of a daemon that is root run as another user.
  QFile::setPermissions(provider.path(), QFile::permissions(provider.path()) | QFile::ExeOther);
  ASSERT_TRUE(provider.start()) << provider.log().toStdString();
  DaemonProcess daemon(QStringLiteral("[overlay]\npeers = [\"%1\"]\n").arg(provider.address()));
  ASSERT_TRUE(daemon.start()) << daemon.log().toStdString();
  client::Connection connection(client::transport_of({QStringLiteral("test"), daemon.socket(), {}, {}}));
  models::DaemonModels models(connection, Played::text(), [] { return QDateTime::currentMSecsSinceEpoch(); });
  connection.open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return models.has_status() && models.offers().rowCount() > 0; }, 30'000))
      << provider.log().toStdString() << connection.loss().reason.toStdString() << " devices "
      << models.status().devices.size()
      << (models.status().devices.empty() ? std::string() : models.status().devices[0].why.toStdString());
  // Long enough to be met while it runs.
  TemporaryFolder folder;
  const std::string source =
      "__kernel void fill(__global uint* out, uint value) {\n  uint x = value;\n"
      "  for (int i = 0; i < 20000000; ++i) x = x * 1664525u + 1013904223u;\n  out[get_global_id(0)] = x;\n}\n";
  folder.write("m.cl", source);
  folder.write("job.json", manifest(source));

  SubmitPage submit(models);
  JobsPage jobs(models);
  show_page(submit);
  show_page(jobs);
  QObject::connect(&submit, &SubmitPage::submitted, &jobs, &JobsPage::show_job);
  submit.set_choose_file([&] { return QString::fromStdString((folder.path() / "job.json").string()); });
  QTest::mouseClick(button(submit, QStringLiteral("Choose…")), Qt::LeftButton);
  QAbstractButton* const start = button(submit, QStringLiteral("Start job"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return start->isEnabled(); }, 60'000))
      << submit.quotes().fault().toStdString()
      << (submit.quotes().rows() && !submit.quotes().rows()->empty()
              ? submit.quotes().rows()->front().why.sentence().toStdString()
              : "no rows");
  QTest::mouseClick(start, Qt::LeftButton);

  const auto state = [&] {
    const auto& detail = jobs.panel().focus().detail();
    return detail ? detail->job.state : models::JobState::unknown;
  };
  const auto why = [&] {
    const auto& detail = jobs.panel().focus().detail();
    if (!detail) return std::string();
    std::string text = detail->job.why.sentence().toStdString();
    for (const models::TaskRow& task : detail->tasks) text += "; " + task.why.sentence().toStdString();
    return text;
  };
  ASSERT_TRUE(QTest::qWaitFor([&] { return state() == models::JobState::running; }, 60'000))
      << models::job_state_text(state()).toStdString() << why();
  const QString first = jobs.panel().job();
  EXPECT_EQ(models.jobs().find(first)->name, QStringLiteral("by clicks"));
  QTest::mouseClick(button(jobs, QStringLiteral("Stop job")), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return state() == models::JobState::canceled; }, 60'000))
      << models::job_state_text(state()).toStdString();
  ASSERT_TRUE(QTest::qWaitFor([&] { return button(jobs, QStringLiteral("Retry")) != nullptr; }, 20'000));
  QTest::mouseClick(button(jobs, QStringLiteral("Retry")), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return jobs.panel().job() != first && models::is_end(state()) == false; }, 60'000));
  EXPECT_TRUE(QTest::qWaitFor([&] { return state() == models::JobState::running; }, 60'000));
  picture(jobs, QStringLiteral("jobs-real"));
  const QString second = jobs.panel().job();
  EXPECT_NE(second, first);
  EXPECT_EQ(models.jobs().rowCount(), 2);
  QTest::mouseClick(button(jobs, QStringLiteral("Stop job")), Qt::LeftButton);
  EXPECT_TRUE(QTest::qWaitFor([&] { return state() == models::JobState::canceled; }, 60'000));
}

}  // namespace
}  // namespace quern::desktop::pages::played
