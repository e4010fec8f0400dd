// A new job whose daemon goes while it is read, sent or priced, and what is handed over meanwhile.
#include <QSignalSpy>
#include <QTest>

#include "tests/desktop/pages/submit_stage.hpp"

namespace quern::desktop::pages::played {
namespace {

const char* const kNotStarted = "The connection was lost before the job was submitted: it has not started.";

TEST_F(Submit, AConnectionThatIsLostWhileFilesAreReadIsTold) {
  write_job(kKernel, manifest(kKernel));
  begin();
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  EXPECT_TRUE(says(QStringLiteral("Reading the files")));
  played.transport().lose();
  EXPECT_TRUE(says(QString::fromLatin1(kNotStarted)));
  EXPECT_EQ(played.answers.count("job.submit"), 0);
}

TEST_F(Submit, AConnectionThatIsLostWhileFilesAreSentIsTold) {
  write_job(kKernel, manifest(kKernel));
  begin();
  played.answers.methods["blob.put"] = [this](const json::object&) {
    played.transport().lose();
    return json::object();
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  EXPECT_TRUE(says_soon(QString::fromLatin1(kNotStarted)));
  EXPECT_EQ(played.answers.count("job.submit"), 0);
}

TEST_F(Submit, FilesThatComeWhileAJobIsSentAreOpenedAfterIt) {
  write_job(kKernel, manifest(kKernel));
  folder.write("other.json", manifest(kKernel, "another"));
  begin();
  played.answers.methods["job.submit"] = [this](const json::object&) {
    page->open_files({path("other.json")});
    return json::object{{"id", "j-77"}};
  };
  QSignalSpy submitted(page.get(), &SubmitPage::submitted);
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return submitted.count() == 1; }, kSoonMs));
  EXPECT_EQ(played.answers.last("job.submit").at("manifest").as_string(), manifest(kKernel));
  EXPECT_TRUE(QTest::qWaitFor([&] { return has(QStringLiteral("another")); }, kSoonMs));
}

TEST_F(Submit, WhatIsToldOfAJobStaysWhileTheNextOneIsOpened) {
  write_job(kKernel, manifest(kKernel));
  folder.write("other.json", manifest(kKernel, "another"));
  begin();
  played.answers.methods["job.submit"] = [this](const json::object&) {
    page->open_files({path("other.json")});
    played.transport().lose();
    return json::object{{"id", "j-77"}};
  };
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  QTest::mouseClick(start(), Qt::LeftButton);
  EXPECT_TRUE(QTest::qWaitFor([&] { return has(QStringLiteral("another")); }, kSoonMs));
  EXPECT_TRUE(says(QStringLiteral("the job may have started there. Look at its Jobs")));
}

TEST_F(Submit, QuotesOfAnotherDaemonAreForgotten) {
  write_job(kKernel, manifest(kKernel));
  begin();
  page->open_files({path("job.json")});
  ASSERT_TRUE(startable());
  Answers other;
  other.topics = played.answers.topics;
  other.methods["job.quote"] = [](const json::object&) {
    return json::object{{"rows", json::array{quote_row(1, 30'000)}}};
  };
  played.connection().change([&other] { return std::make_unique<AnsweringTransport>(other); });
  EXPECT_FALSE(page->quotes().rows());
  EXPECT_FALSE(says(QStringLiteral("0.02 cr")));
  EXPECT_FALSE(start()->isEnabled());
  EXPECT_TRUE(says_soon(QStringLiteral("0.03 cr")));
  EXPECT_TRUE(startable());
  played.connection().close();
}

}  // namespace
}  // namespace quern::desktop::pages::played
