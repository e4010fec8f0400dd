// A recording that is played has its own time: what was fresh when it was taken is fresh now.
#include <QDBusConnection>
#include <QFile>
#include <QTest>

#include <gtest/gtest.h>

#include "desktop/app/application.hpp"
#include "desktop/client/recording.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::app {
namespace {

constexpr int kSoonMs = 20'000;

TEST(Replay, ShowsARecordingOfLongAgoAsItWas) {
  constexpr std::int64_t kTaken = 1'790'000'100'000;  // when the examples are fresh
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return QString::fromStdString((folder.path() / name).string()); };
  QFile file(path("old.jsonl"));
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  std::string lines = client::recording_head(kTaken);
  lines += client::to_line({0, client::RecordedTopic{"status", boost::json::object{{"peer", "12D3KooWself"}}}});
  lines += client::to_line({0, client::RecordedTopic{"offers", models::example_offers(40)}});
  file.write(QByteArray::fromStdString(lines));
  file.close();

  client::SettingsStore settings(path("app.conf"));
  Options options;
  options.replay = file.fileName();
  Application app(options, settings, QDBusConnection(QStringLiteral("none")));
  const auto started = app.start();
  ASSERT_TRUE(started) << started.error().toStdString();
  ASSERT_TRUE(QTest::qWaitFor([&] { return app.models().offers().rowCount() == 40; }, kSoonMs));
  EXPECT_GE(app.models().now_unix_ms(), kTaken);
  EXPECT_LT(app.models().now_unix_ms(), kTaken + kSoonMs);
  int faded = 0;
  for (const models::OfferRow& offer : app.models().offers().rows())
    faded += app.models().offers().fades(offer) ? 1 : 0;
  EXPECT_LT(faded, 40);
}

}  // namespace
}  // namespace quern::desktop::app
