#include "desktop/client/settings_store.hpp"

#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <semaphore>
#include <vector>

#include <gtest/gtest.h>

#include "tests/temporary_folder.hpp"

namespace quern::desktop::client {
namespace {

constexpr int kSoonMs = 10'000;

const QString kColour = QStringLiteral("app/colours");
const QString kPage = QStringLiteral("window/page");

class SettingsFile : public ::testing::Test {
 protected:
  QVariant on_disk(const QString& key) const { return QSettings(file, QSettings::IniFormat).value(key); }

  TemporaryFolder folder;
  QString file = QString::fromStdString((folder.path() / "app.conf").string());
};

// A disk that answers when it is told to.
struct SlowDisk {
  SettingsStore::Write write() {
    return [this](const QString&, const SettingsStore::Changes& changes) {
      begun.release();
      gate.acquire();
      written.push_back(changes);
      return fault;
    };
  }
  std::counting_semaphore<> begun{0};
  std::counting_semaphore<> gate{0};
  std::vector<SettingsStore::Changes> written;  // of the thread that writes
  QString fault;
};

// Whoever waited for it would wait for ever: it answers at the end.
TEST_F(SettingsFile, ADiskThatDoesNotAnswerHoldsNobodyUp) {
  SlowDisk disk;
  SettingsStore store(file, disk.write());
  store.set_value(kColour, QStringLiteral("dark"));
  QCoreApplication::processEvents();
  disk.begun.acquire();  // and does not end
  for (int page = 0; page < 100; ++page) {
    store.set_value(kPage, QString::number(page));
    QCoreApplication::processEvents();
  }
  EXPECT_EQ(store.value(kPage), QStringLiteral("99"));
  disk.gate.release(2);
  EXPECT_EQ(store.finish(), QString());
  ASSERT_EQ(disk.written.size(), 2U) << "a hundred changes are one while the disk is busy";
  EXPECT_EQ(disk.written[0], (SettingsStore::Changes{{kColour, QStringLiteral("dark")}}));
  EXPECT_EQ(disk.written[1], (SettingsStore::Changes{{kPage, QStringLiteral("99")}}));
}

TEST_F(SettingsFile, WhatOneEventChangesIsWrittenTogether) {
  SlowDisk disk;
  disk.gate.release(1);
  SettingsStore store(file, disk.write());
  store.set_value(kColour, QStringLiteral("dark"));
  store.set_value(kPage, QStringLiteral("jobs"));
  store.set_value(kPage, QStringLiteral("jobs"));
  EXPECT_EQ(store.finish(), QString());
  ASSERT_EQ(disk.written.size(), 1U);
  EXPECT_EQ(disk.written[0].size(), 2);
}

TEST_F(SettingsFile, TheLastChangeBeforeTheEndIsOnTheDisk) {
  {
    SettingsStore store(file);
    for (int page = 0; page < 200; ++page) {
      store.set_value(kPage, QString::number(page));
      if (page % 20 == 0) QCoreApplication::processEvents();
    }
    store.set_value(kColour, QStringLiteral("dark"));
    store.remove(kColour);
  }
  EXPECT_EQ(on_disk(kPage), QStringLiteral("199"));
  EXPECT_FALSE(on_disk(kColour).isValid());
}

TEST_F(SettingsFile, WhatAnotherAppHasChangedStays) {
  SettingsStore store(file);
  SettingsStore other(file);
  other.set_value(kColour, QStringLiteral("light"));
  EXPECT_EQ(other.finish(), QString());
  store.set_value(kPage, QStringLiteral("peers"));
  EXPECT_EQ(store.finish(), QString());
  EXPECT_EQ(on_disk(kColour), QStringLiteral("light"));
  EXPECT_EQ(on_disk(kPage), QStringLiteral("peers"));
}

TEST_F(SettingsFile, AFailureIsToldOnceAndItsChangesAreTriedAgain) {
  SlowDisk disk;
  disk.fault = QStringLiteral("full");
  disk.gate.release(2);
  SettingsStore store(file, disk.write());
  QSignalSpy failed(&store, &SettingsStore::failed);
  for (const char* const page : {"jobs", "peers"}) {
    store.set_value(kPage, QString::fromLatin1(page));
    store.set_value(QString::fromLatin1(page), 1);
    ASSERT_TRUE(QTest::qWaitFor([&] { return disk.begun.try_acquire(); }, kSoonMs));
  }
  ASSERT_TRUE(QTest::qWaitFor([&] { return !failed.isEmpty(); }, kSoonMs));
  disk.gate.release(1);
  EXPECT_EQ(store.finish(), QStringLiteral("full"));
  QCoreApplication::processEvents();
  EXPECT_EQ(failed.count(), 1);
  ASSERT_EQ(disk.written.size(), 3U);
  for (const auto& last : {disk.written[1], disk.written[2]}) {
    EXPECT_EQ(last.value(kPage), QStringLiteral("peers"));
    EXPECT_TRUE(last.contains(QStringLiteral("jobs")) && last.contains(QStringLiteral("peers")));
  }
}

TEST_F(SettingsFile, OneThatCannotBeWrittenIsNamed) {
  folder.write("no-folder", "x");
  const QString nowhere = QString::fromStdString((folder.path() / "no-folder/app.conf").string());
  SettingsStore store(nowhere);
  QSignalSpy failed(&store, &SettingsStore::failed);
  store.set_value(kPage, QStringLiteral("jobs"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !failed.isEmpty(); }, kSoonMs));
  const QString why = failed[0][0].toString();
  EXPECT_TRUE(why.contains(nowhere)) << why.toStdString();
  EXPECT_EQ(store.value(kPage), QStringLiteral("jobs"));
  EXPECT_EQ(store.finish(), why);
}

TEST_F(SettingsFile, AGroupGoesWithAllThatLiesInIt) {
  {
    SettingsStore store(file);
    store.set_value(QStringLiteral("profiles/1/name"), QStringLiteral("den"));
    store.set_value(QStringLiteral("profile"), QStringLiteral("den"));
  }
  {
    SettingsStore store(file);
    store.remove(QStringLiteral("profiles"));
    EXPECT_FALSE(store.value(QStringLiteral("profiles/1/name")).isValid());
  }
  EXPECT_FALSE(on_disk(QStringLiteral("profiles/1/name")).isValid());
  EXPECT_EQ(on_disk(QStringLiteral("profile")), QStringLiteral("den"));
}

}  // namespace
}  // namespace quern::desktop::client
