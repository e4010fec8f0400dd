// The page of jobs on a daemon of answers: rows, the log as it grows, what can be done, and what comes of it.
#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include "desktop/pages/jobs_page.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/log_view.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/page_fixture_market.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::pages::played {
namespace {

using models::JobModel;
using widgets::Table;

const char* const kStates[] = {"RUNNING", "QUEUED", "COMPLETE", "EXECUTOR_ERROR", "CANCELED"};

json::object job(int number, const char* state) {
  json::object made = models::example_job("j-" + std::to_string(1000 + number), state);
  made["name"] = "render scene-" + std::to_string(number);
  made["submitted_unix_ms"] = kNow - 60'000 * (number + 1);
  made["amount_micro"] = 20'000 * (number + 1);
  made["progress_permille"] = std::string(state) == "COMPLETE" ? 1000 : std::string(state) == "QUEUED" ? 0 : 410;
  if (std::string(state) != "RUNNING" && std::string(state) != "QUEUED") made["ended_unix_ms"] = kNow - 1'000;
  if (std::string(state) == "EXECUTOR_ERROR") {
    made["why"] = json::object{{"reason", "build_failed"},
                               {"text", "the program does not compile"},
                               {"detail", "path_tracer.cl:3"},
                               {"remedy", "read the build log"}};
  }
  return made;
}

json::object detail(json::object made, std::uint64_t log_bytes) {
  json::array tasks;
  for (int task = 0; task < 3; ++task) {
    tasks.push_back(json::object{{"task", task},
                                 {"state", made.at("state")},
                                 {"attempts", json::array{json::object{{"provider", "12D3KooW1000001"},
                                                                       {"device", "qd1-1"},
                                                                       {"device_name", "RTX 4090"},
                                                                       {"state", made.at("state")},
                                                                       {"progress_permille", 500},
                                                                       {"amount_micro", 6'000}}}}});
  }
  made["tasks_list"] = tasks;
  made["log_bytes"] = log_bytes;
  made["outputs"] = json::array();
  return made;
}

class Jobs : public ::testing::Test {
 protected:
  // Jobs 0, 1, ... in the states that follow each other.
  void jobs(int count) {
    json::object by_id;
    for (int i = 0; i < count; ++i) {
      const json::object made = job(i, kStates[i % 5]);
      by_id[made.at("id").as_string()] = made;
      played.answers.topics["job/" + std::string(made.at("id").as_string())] = detail(made, log.size());
    }
    played.answers.topics["jobs"] = json::object{{"jobs", by_id}};
  }
  void begin(int count, int width = 1440, int height = 900) {
    played.answers.topics["status"] =
        json::object{{"peer", "12D3KooWself"}, {"capabilities", {"jobs", "job.retry", "work"}}};
    jobs(count);
    played.answers.methods["job.get"] = [this](const json::object& params) -> rpc::Answer {
      return played.answers.topics.at("job/" + json::value_to<std::string>(params.at("id")));
    };
    played.answers.methods["job.log"] = [this](const json::object& params) -> rpc::Answer {
      const auto from = params.at("offset").to_number<std::size_t>();
      const auto most = params.at("bytes_max").to_number<std::size_t>();
      const std::string piece = log.substr(from, most);
      const bool all = from + piece.size() == log.size();
      return json::object{{"content", QByteArray::fromStdString(piece).toBase64().toStdString()},
                          {"offset", from},
                          {"end", log.size()},
                          {"dropped_bytes", 0},
                          {"complete", all}};
    };
    played.open();
    page = std::make_unique<JobsPage>(played.models());
    show_page(*page, width, height);
    table = named<Table>(*page, QStringLiteral("Jobs"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == count; }, kSoonMs));
  }
  QString cell(int row, int column, int role = Qt::DisplayRole) const {
    return table->model()->index(row, column).data(role).toString();
  }
  // The row of the job of that number, selected and told by its topic.
  void choose(int number) {
    const QString id = QStringLiteral("j-%1").arg(1000 + number);
    page->show_job(id);
    ASSERT_TRUE(QTest::qWaitFor([&] { return page->panel().focus().detail().has_value() && page->panel().job() == id; },
                                kSoonMs));
  }
  void press(const char* text) {
    QAbstractButton* const found = button(*page, QString::fromUtf8(text));
    ASSERT_NE(found, nullptr) << text;
    ASSERT_TRUE(found->isEnabled()) << text;
    QTest::mouseClick(found, Qt::LeftButton, {}, QPoint(found->width() / 2, found->height() / 2));
  }
  bool has(const char* text) const { return button(*page, QString::fromUtf8(text)) != nullptr; }

  Played played;
  TemporaryFolder folder;
  std::string log = "frame 1\nframe 2\nwarning: hot\n";
  std::unique_ptr<JobsPage> page;
  Table* table = nullptr;
};

TEST_F(Jobs, EveryNumberOfARowIsTheDaemons) {
  begin(5);
  const models::QuantityText text = Played::text();
  for (int row = 0; row < 5; ++row) {  // the newest first
    EXPECT_EQ(cell(row, JobModel::kName), QStringLiteral("render scene-%1").arg(row));
    const bool over = row >= 2;
    EXPECT_EQ(
        cell(row, JobModel::kName, models::kSubTextRole),
        QStringLiteral("%1 tasks · j-%2").arg(over ? QStringLiteral("8") : QStringLiteral("4 of 8")).arg(1000 + row));
    EXPECT_EQ(cell(row, JobModel::kCost), text.credits(20'000 * (row + 1)));
  }
  EXPECT_EQ(cell(0, JobModel::kElapsed), text.duration(60'000));
  EXPECT_EQ(cell(2, JobModel::kElapsed), text.duration(3 * 60'000 - 1'000));
  EXPECT_TRUE(QTest::qWaitFor([&] { return cell(4, JobModel::kWhere) == QStringLiteral("RTX 4090"); }, kSoonMs))
      << cell(4, JobModel::kWhere).toStdString();
  EXPECT_EQ(cell(4, JobModel::kWhere, models::kSubTextRole), QStringLiteral("…W1000001"));
}

TEST_F(Jobs, ARowSaysWhyItFailedWhatItWaitsForAndWhereItRuns) {
  begin(5, 1100, 700);
  const auto note_soon = [&](int row, const QString& said) {
    EXPECT_TRUE(QTest::qWaitFor([&] { return table->note(row) == said; }, kSoonMs))
        << row << ": " << table->note(row).toStdString();
  };
  note_soon(1, QStringLiteral("waits for a provider"));
  note_soon(3, QStringLiteral("the program does not compile (path_tracer.cl:3)"));
  EXPECT_EQ(table->note_lead(3), QStringLiteral("8 tasks · j-1003"));
  note_soon(0, QString());
  EXPECT_FALSE(table->isColumnHidden(JobModel::kWhere));
  EXPECT_FALSE(table->isColumnHidden(JobModel::kElapsed));
  EXPECT_EQ(cell(0, JobModel::kWhere, Qt::ToolTipRole), QStringLiteral("RTX 4090 · 12D3KooW1000001"));
  // What it waits for is asked for again: the list does not tell that it is another now.
  json::object waiting = detail(job(1, "QUEUED"), 0);
  for (json::value& task : waiting.at("tasks_list").as_array()) {
    task.as_object()["attempts"] = json::array();
    task.as_object()["why"] = json::object{{"reason", "no_capacity"}, {"text", "every device that fits is taken"}};
  }
  played.answers.topics["job/j-1001"] = waiting;
  note_soon(1, QStringLiteral("waits: every device that fits is taken"));
  EXPECT_EQ(cell(1, JobModel::kWhere), QStringLiteral("No provider yet"));
  picture(*page, QStringLiteral("jobs-rows"));
}

TEST_F(Jobs, FiltersShowWhatTheySay) {
  begin(10);
  auto* const filter = named<widgets::SegmentedControl>(*page, QStringLiteral("Which jobs"));
  ASSERT_NE(filter, nullptr);
  for (const auto& [name, count] : {std::pair{"Running", 4}, {"Finished", 2}, {"Failed", 4}, {"All", 10}}) {
    press(name);
    EXPECT_EQ(table->model()->rowCount(), count) << name;
  }
}

TEST_F(Jobs, TheLogIsShownAndFollowedAsItGrows) {
  begin(1);
  auto* const view = page->findChild<widgets::LogView*>();
  ASSERT_TRUE(QTest::qWaitFor([&] { return view->all_text().contains(QStringLiteral("frame 2")); }, kSoonMs));
  log += "frame 3\n";
  played.change("job/j-1000", detail(job(0, "RUNNING"), log.size()));
  ASSERT_TRUE(QTest::qWaitFor([&] { return view->all_text().contains(QStringLiteral("frame 3")); }, kSoonMs));
  auto* const follow = qobject_cast<QCheckBox*>(button(*page, QStringLiteral("Follow")));
  ASSERT_NE(follow, nullptr);
  EXPECT_TRUE(view->follows());
  QTest::mouseClick(follow, Qt::LeftButton, {}, QPoint(8, follow->height() / 2));
  EXPECT_FALSE(view->follows());
  const QString target = QString::fromStdString((folder.path() / "saved.log").string());
  page->panel().set_choices({.save_file = [target](const QString&) { return target; }, .folder = {}});
  press("Save");
  ASSERT_TRUE(says_soon(*page, QStringLiteral("The log is saved")));
  QFile saved(target);
  ASSERT_TRUE(saved.open(QIODevice::ReadOnly));
  EXPECT_EQ(saved.readAll().toStdString(), log);
}

TEST_F(Jobs, TwentyThousandLinesDoNotHoldUpThePage) {
  log.clear();
  for (int i = 0; i < 20'000; ++i) log += "line " + std::to_string(i) + "\n";
  begin(1);
  auto* const view = page->findChild<widgets::LogView*>();
  EXPECT_TRUE(QTest::qWaitFor([&] { return view->all_text().contains(QStringLiteral("line 19999")); }, kSoonMs));
  EXPECT_LE(view->blockCount(), widgets::LogView::kLinesMax + 1);
}

TEST_F(Jobs, ASavedLogIsWhatTheJobWroteByteForByteHoweverLongItIs) {
  log.clear();
  for (int i = 0; i < 20'000; ++i) log += "line\t" + std::to_string(i) + "\n";
  log += std::string("\x1b[31mred\x80\0end", 13) + std::string(10'000, 'x');
  begin(1);
  const QString target = QString::fromStdString((folder.path() / "saved.log").string());
  page->panel().set_choices({.save_file = [target](const QString&) { return target; }, .folder = {}});
  const auto save = [&] { return button(*page, QStringLiteral("Save")); };
  ASSERT_TRUE(QTest::qWaitFor([&] { return save()->isEnabled(); }, kSoonMs));
  press("Save");
  ASSERT_TRUE(says_soon(*page, QStringLiteral("The log is saved to")));
  QFile saved(target);
  ASSERT_TRUE(saved.open(QIODevice::ReadOnly));
  EXPECT_TRUE(saved.readAll().toStdString() == log);
  // What the daemon did not keep is told.
  played.answers.methods["job.log"] = [this](const json::object&) -> rpc::Answer {
    const std::string kept = QByteArray::fromStdString(log.substr(0, 1'000)).toBase64().toStdString();
    return json::object{{"content", kept}, {"offset", 0}, {"end", 1'000}, {"dropped_bytes", 2'048}, {"complete", true}};
  };
  press("Save");
  EXPECT_TRUE(says_soon(*page, QStringLiteral("; the job wrote 2")));
}

TEST_F(Jobs, AnEmptyLogSaysWhyItIsEmpty) {
  log.clear();
  begin(5);  // running, waiting, complete, failed, stopped
  const auto* const view = page->findChild<widgets::LogView*>();
  const auto says_of = [&](int number, const char* words) {
    choose(number);
    EXPECT_TRUE(QTest::qWaitFor([&] { return view->shown_placeholder() == QString::fromLatin1(words); }, kSoonMs))
        << number << ": " << view->shown_placeholder().toStdString();
    EXPECT_EQ(view->accessibleDescription(), view->shown_placeholder());
  };
  says_of(0, "No output yet.");
  says_of(1, "No output yet: the job waits for a provider.");
  says_of(2, "The job has printed nothing.");
  picture(*page, QStringLiteral("jobs-empty-log"));
  // Submitted before the service began: its log went with the service's last life.
  json::object status = played.answers.topics["status"].as_object();
  status["started_unix_ms"] = kNow - 1'000;
  played.change("status", status);
  says_of(3, "The log is no longer kept: the service was restarted after this job began.");
  says_of(0, "No output yet.");
  played.transport().lose();
  EXPECT_TRUE(QTest::qWaitFor(
      [&] {
        return view->shown_placeholder() == QStringLiteral("The log is read once the service is connected again.");
      },
      kSoonMs));
}

TEST_F(Jobs, ALogThatComesTakesThePlaceOfTheWordsAndOneThatCannotBeReadSaysSo) {
  log.clear();
  begin(5);
  const auto* const view = page->findChild<widgets::LogView*>();
  choose(0);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !view->shown_placeholder().isEmpty(); }, kSoonMs));
  log = "frame 1\n";
  played.change("job/j-1000", detail(job(0, "RUNNING"), log.size()));
  EXPECT_TRUE(QTest::qWaitFor([&] { return view->shown_placeholder().isEmpty(); }, kSoonMs));
  EXPECT_TRUE(view->accessibleDescription().isEmpty());
  const Answers::Method answering = played.answers.methods["job.log"];
  played.answers.methods["job.log"] = [](const json::object&) { return rpc::fail(rpc::Code::failed, "disk"); };
  choose(2);
  EXPECT_TRUE(QTest::qWaitFor([&] { return view->shown_placeholder() == QStringLiteral("The log could not be read."); },
                              kSoonMs));
  EXPECT_TRUE(says_soon(*page, QStringLiteral("The log cannot be read: It could not be done (disk)")));
  played.answers.methods["job.log"] = answering;
  played.change("job/j-1002", detail(job(2, "COMPLETE"), log.size()));
  EXPECT_TRUE(QTest::qWaitFor([&] { return !says(*page, QStringLiteral("The log cannot be read")); }, kSoonMs));
}

TEST_F(Jobs, AJobUnderWayCanBeStopped) {
  played.answers.methods["job.cancel"] = [this](const json::object&) -> rpc::Answer {
    played.change("job/j-1000", detail(job(0, "CANCELING"), log.size()));
    return json::object{{"state", "CANCELING"}};
  };
  begin(1);
  choose(0);
  EXPECT_FALSE(has("Retry"));
  press("Stop job");
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.answers.count("job.cancel") == 1; }, kSoonMs));
  EXPECT_EQ(played.answers.last("job.cancel").at("id").as_string(), "j-1000");
  EXPECT_TRUE(QTest::qWaitFor([&] { return !button(*page, QStringLiteral("Stop job"))->isEnabled(); }, kSoonMs));
}

TEST_F(Jobs, AFailedJobSaysWhyAndWhatWouldHelpAndIsRetriedElsewhere) {
  played.answers.methods["job.retry"] = [](const json::object&) { return json::object{{"id", "j-1000"}}; };
  begin(5);
  choose(3);
  EXPECT_TRUE(says(*page, QStringLiteral("the program does not compile (path_tracer.cl:3)")));
  EXPECT_TRUE(says(*page, QStringLiteral("What would help: read the build log")));
  picture(*page, QStringLiteral("jobs-failed"));
  press("Retry elsewhere");
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.answers.count("job.retry") == 1; }, kSoonMs));
  EXPECT_EQ(played.answers.last("job.retry"), (json::object{{"id", "j-1003"}, {"elsewhere", true}}));
  EXPECT_TRUE(QTest::qWaitFor([&] { return page->panel().job() == QStringLiteral("j-1000"); }, kSoonMs));
}

TEST_F(Jobs, ARefusalIsToldInTheDaemonsWords) {
  played.answers.methods["job.retry"] = [](const json::object&) -> rpc::Answer {
    return rpc::fail(rpc::Code::not_found, "inputs are missing: a.bin", "send them with blob.put");
  };
  begin(3);
  choose(2);
  EXPECT_FALSE(has("Retry elsewhere"));  // it has not failed
  press("Retry");
  EXPECT_TRUE(says_soon(*page, QStringLiteral("(inputs are missing: a.bin): send them with blob.put")));
}

TEST_F(Jobs, OutputsAreFetchedInPiecesAndHeldToTheirDigests) {
  const QByteArray good(1'200'000, 'q');
  const auto digest = QCryptographicHash::hash(good, QCryptographicHash::Sha256).toHex().toStdString();
  played.answers.methods["blob.get"] = [&](const json::object& params) -> rpc::Answer {
    const auto from = params.at("offset").to_number<qsizetype>();
    const auto most = params.at("bytes_max").to_number<qsizetype>();
    return json::object{{"content", good.mid(from, most).toBase64().toStdString()}, {"size", good.size()}};
  };
  begin(3);
  json::object done = detail(job(2, "COMPLETE"), 0);
  const auto output = [&](const char* path, std::string of) {
    return json::array{json::object{{"path", path}, {"bytes", good.size()}, {"digest", std::move(of)}}};
  };
  done["outputs"] = output("out/picture.rgb", digest);
  played.answers.topics["job/j-1002"] = done;
  choose(2);
  const QString to = QString::fromStdString(folder.path().string());
  page->panel().set_choices({.save_file = {}, .folder = [to] { return to; }});
  press("Files");
  press("Save the outputs…");
  ASSERT_TRUE(says_soon(*page, QStringLiteral("1 file(s) saved"))) << played.answers.count("blob.get");
  EXPECT_EQ(played.answers.count("blob.get"), 3);
  QFile file(to + QStringLiteral("/out/picture.rgb"));
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  EXPECT_EQ(file.readAll(), good);
  picture(*page, QStringLiteral("jobs-files"));
  press("Save the outputs…");  // never over a file
  EXPECT_TRUE(says_soon(*page, QStringLiteral("exists already")));

  done["outputs"] = output("other.rgb", std::string(64, 'a'));
  played.change("job/j-1002", done);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return page->panel().focus().detail()->outputs[0].path == QStringLiteral("other.rgb"); }, kSoonMs));
  press("Save the outputs…");
  EXPECT_TRUE(says_soon(*page, QStringLiteral("not what its digest says")));
  EXPECT_FALSE(QFile::exists(to + QStringLiteral("/other.rgb")));

  done["outputs"] = output("../escaped.rgb", digest);
  played.change("job/j-1002", done);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return page->panel().focus().detail()->outputs[0].path.startsWith(QStringLiteral("..")); }, kSoonMs));
  press("Save the outputs…");
  EXPECT_TRUE(says_soon(*page, QStringLiteral("leads out of the job's folder")));
}

TEST_F(Jobs, AFileThatComesMeanwhileIsNotWrittenOverAndNeitherIsAnOtherOutput) {
  const QByteArray good(1'000, 'q');
  const auto digest = QCryptographicHash::hash(good, QCryptographicHash::Sha256).toHex().toStdString();
  const QString to = QString::fromStdString(folder.path().string());
  played.answers.methods["blob.get"] = [&](const json::object&) -> rpc::Answer {
    folder.write("late.rgb", "mine");  // while it is fetched
    return json::object{{"content", good.toBase64().toStdString()}, {"size", good.size()}};
  };
  begin(3);
  choose(2);
  page->panel().set_choices({.save_file = {}, .folder = [to] { return to; }});
  press("Files");
  const auto save = [&](std::initializer_list<const char*> paths) {
    json::object done = detail(job(2, "COMPLETE"), 0);
    json::array outputs;
    for (const char* path : paths) {
      outputs.push_back(json::object{{"path", path}, {"bytes", good.size()}, {"digest", digest}});
    }
    done["outputs"] = outputs;
    played.change("job/j-1002", done);
    EXPECT_TRUE(QTest::qWaitFor(
        [&] {
          const auto& now = page->panel().focus().detail()->outputs;
          return now.size() == paths.size() && now[0].path == QString::fromLatin1(*paths.begin());
        },
        kSoonMs));
    press("Save the outputs…");
  };
  save({"late.rgb"});
  EXPECT_TRUE(says_soon(*page, QStringLiteral("exists already")));
  QFile mine(to + QStringLiteral("/late.rgb"));
  ASSERT_TRUE(mine.open(QIODevice::ReadOnly));
  EXPECT_EQ(mine.readAll(), QByteArray("mine"));
  save({"twice.rgb", "twice.rgb"});
  EXPECT_TRUE(says_soon(*page, QStringLiteral("exists already")));
  const auto all = QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot;
  EXPECT_EQ(QDir(to).entryList(all), (QStringList{QStringLiteral("late.rgb"), QStringLiteral("twice.rgb")}));
}

TEST_F(Jobs, TheModelsOfItsTablesAreSoundWhateverComes) {
  begin(5);
  using Tester = QAbstractItemModelTester;
  const Tester of_jobs(table->model(), Tester::FailureReportingMode::Fatal);
  const auto* const tasks = named<Table>(*page, QStringLiteral("Tasks of the job"));
  const auto* const files = named<Table>(*page, QStringLiteral("Outputs of the job"));
  const Tester of_tasks(tasks->model(), Tester::FailureReportingMode::Fatal);
  const Tester of_files(files->model(), Tester::FailureReportingMode::Fatal);
  json::object done = detail(job(2, "COMPLETE"), 0);
  for (const int count : {3, 1, 5, 0, 2}) {
    json::array outputs;
    for (int i = 0; i < count; ++i) {
      outputs.push_back(json::object{{"path", std::to_string(count) + ".rgb"}, {"bytes", 7 * i}, {"digest", "ff"}});
    }
    done["outputs"] = std::move(outputs);
    done["tasks_list"].as_array().resize(static_cast<std::size_t>(count), done["tasks_list"].as_array().front());
    if (count == 3) {
      played.answers.topics["job/j-1002"] = done;
      choose(2);
    } else {
      played.change("job/j-1002", done);
    }
    EXPECT_TRUE(QTest::qWaitFor([&] { return files->model()->rowCount() == count; }, kSoonMs)) << count;
    if (count == 0) done["tasks_list"] = detail(job(2, "COMPLETE"), 0).at("tasks_list");
  }
}

TEST_F(Jobs, PaperTrailsAreSavedAsFilesThatVerifyReads) {
  played.answers.methods["job.trails"] = [](const json::object&) {
    return json::object{{"trails", json::array{json::object{{"task", 0}, {"attempt", 1}, {"file", "cXVlcm4="}}}}};
  };
  begin(3);
  choose(2);
  const QString to = QString::fromStdString(folder.path().string());
  page->panel().set_choices({.save_file = {}, .folder = [to] { return to; }});
  press("Files");
  press("Save the paper trails…");
  ASSERT_TRUE(says_soon(*page, QStringLiteral("1 file(s) saved")));
  QFile file(to + QStringLiteral("/j-1002-0-2.trail"));
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  EXPECT_EQ(file.readAll(), QByteArray("quern"));
}

TEST_F(Jobs, WorkForOthersIsShownAndEnded) {
  played.answers.topics["work"] =
      json::object{{"work", json::object{{"w1", json::object{{"id", "w1"},
                                                             {"state", "running"},
                                                             {"job", "00"},
                                                             {"name", "foreign"},
                                                             {"kind", "OpenCLKernel"},
                                                             {"peer", "12D3KooW1000007"},
                                                             {"device", "qd1-1"},
                                                             {"task", 1},
                                                             {"tasks", 8},
                                                             {"started_unix_ms", kNow - 90'000},
                                                             {"walltime_ms", 600'000},
                                                             {"permille", 250},
                                                             {"usage", json::object()},
                                                             {"earned_micro", 123'456},
                                                             {"authorised_micro", 200'000},
                                                             {"max_micro", 500'000}}}}}};
  played.answers.methods["work.cancel"] = [](const json::object&) { return json::object{{"state", "ending"}}; };
  begin(1);
  press("Running here");
  EXPECT_TRUE(says_soon(*page, QStringLiteral("0.123 cr")));
  EXPECT_TRUE(says_soon(*page, QStringLiteral("0.50 cr")));
  picture(*page, QStringLiteral("jobs-work"));
  EXPECT_EQ(clipped(*page), QStringList());
  press("End this work");
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.answers.count("work.cancel") == 1; }, kSoonMs));
  EXPECT_EQ(played.answers.last("work.cancel").at("id").as_string(), "w1");
}

TEST_F(Jobs, WithoutJobsItSaysSoAndOffersToBegin) {
  begin(0);
  QSignalSpy wanted(page.get(), &JobsPage::new_job_wanted);
  press("New job");
  EXPECT_EQ(wanted.count(), 1);
  EXPECT_FALSE(has("Stop job"));
  EXPECT_FALSE(has("Retry"));
  picture(*page, QStringLiteral("jobs-empty"));
}

TEST_F(Jobs, AThousandJobsAskForPlacesOnlyOfThoseSeen) {
  begin(1'000);
  ASSERT_TRUE(QTest::qWaitFor([&] { return played.answers.count("job.get") >= 3; }, kSoonMs));
  QTest::qWait(400);
  EXPECT_LE(played.answers.count("job.get"), 40);
}

// What job.list says of so many jobs, of which those that the topic has no room for are in one state.
rpc::Answer listed(int count, const char* older, const json::object& params) {
  const auto limit = params.at("limit").to_number<int>();
  const json::value* const before = params.if_contains("before");
  int number = before ? std::stoi(json::value_to<std::string>(*before).substr(2)) - 1000 + 1 : 0;
  json::array page;
  for (; number < count && static_cast<int>(page.size()) < limit; ++number) {
    page.push_back(job(number, number < 100 ? kStates[number % 5] : older));
  }
  return json::object{{"jobs", std::move(page)}};
}

json::value status_of_jobs(int running, int ended) {
  return json::object{{"peer", "12D3KooWself"},
                      {"capabilities", {"jobs", "job.retry", "work"}},
                      {"jobs", json::object{{"running", running}, {"ended", ended}}}};
}

TEST_F(Jobs, OlderOnesAreCountedAndComeWhenTheyAreWanted) {
  played.answers.methods["job.list"] = [](const json::object& params) { return listed(1'130, "COMPLETE", params); };
  begin(100);
  EXPECT_FALSE(has("Show older"));
  played.change("status", status_of_jobs(40, 1'090));
  ASSERT_TRUE(says_soon(*page, QStringLiteral("The newest 100 of 1,130 jobs")));
  EXPECT_TRUE(says(*page, QStringLiteral("20 running · 20 waiting")));
  picture(*page, QStringLiteral("jobs-older"));
  press("Show older");
  ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == 1'130; }, kSoonMs));
  EXPECT_EQ(played.answers.count("job.list"), 2) << "a page each";
  EXPECT_FALSE(says(*page, QStringLiteral("The newest")));
  EXPECT_EQ(cell(1'129, JobModel::kName), QStringLiteral("render scene-1129"));
  // One more pushes another out of the topic, not out of the table.
  json::object newest = played.answers.topics.at("jobs").at("jobs").as_object();
  newest.erase("j-1099");
  newest["j-999"] = job(-1, "RUNNING");
  played.change("jobs", json::object{{"jobs", newest}});
  EXPECT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == 1'131; }, kSoonMs));
}

TEST_F(Jobs, ThoseUnderWayAreAllThereAndTheirEndsAreTold) {
  const char* older = "RUNNING";
  played.answers.methods["job.list"] = [&](const json::object& params) { return listed(130, older, params); };
  begin(100);
  played.change("status", status_of_jobs(70, 60));
  EXPECT_TRUE(says_soon(*page, QStringLiteral("50 running · 20 waiting")));
  ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == 130; }, kSoonMs)) << "nobody has asked";
  older = "COMPLETE";
  played.change("status", status_of_jobs(40, 90));
  EXPECT_TRUE(says_soon(*page, QStringLiteral("20 running · 20 waiting")));
  EXPECT_EQ(played.models().jobs().find(QStringLiteral("j-1129"))->state, models::JobState::complete);
}

TEST_F(Jobs, AJobIsSelectedAsSoonAsItIsThere) {
  begin(2);
  page->show_job(QStringLiteral("j-1004"));
  jobs(5);
  played.change("jobs", json::value(played.answers.topics.at("jobs")));
  EXPECT_TRUE(QTest::qWaitFor([&] { return page->panel().job() == QStringLiteral("j-1004"); }, kSoonMs));
}

TEST_F(Jobs, HostileJobsAreShownAsPlainText) {
  begin(1);
  json::object bad = job(0, "RUNNING");
  bad["name"] = "<img src=x>" + std::string(10'000, 'n') + "\x07";
  bad["amount_micro"] = "much";
  bad["progress_permille"] = -4;
  bad["submitted_unix_ms"] = 9e30;
  bad["why"] = 3;
  played.change("jobs", json::object{{"jobs", json::object{{"j-1000", bad}, {"j-\x01", 7}}}});
  ASSERT_TRUE(QTest::qWaitFor([&] { return cell(0, JobModel::kName).startsWith(QStringLiteral("<img")); }, kSoonMs));
  bad["tasks_list"] = json::array{1, json::object{{"task", -1}}, json::object{{"task", 5}, {"attempts", "x"}}};
  played.change("job/j-1000", bad);
  QTest::qWait(400);
  press("Tasks");
  EXPECT_EQ(clipped(*page), QStringList());
}

TEST_F(Jobs, NothingIsClippedOrNamelessInASmallWindowAndRightToLeft) {
  begin(8, 1100, 700);
  choose(3);
  for (const char* view : {"Tasks", "Files", "Log"}) {
    press(view);
    QCoreApplication::processEvents();
    EXPECT_EQ(clipped(*page), QStringList()) << view;
    EXPECT_EQ(nameless(*page), QStringList()) << view;
  }
  picture(*page, QStringLiteral("jobs-small"));
  page->setLayoutDirection(Qt::RightToLeft);
  QCoreApplication::processEvents();
  EXPECT_EQ(clipped(*page), QStringList());
  picture(*page, QStringLiteral("jobs-rtl"));
  page->setLayoutDirection(Qt::LeftToRight);
  show_page(*page);
  choose(0);
  QTest::qWait(200);
  picture(*page, QStringLiteral("jobs"));
  press("Tasks");
  picture(*page, QStringLiteral("jobs-tasks"));
}

}  // namespace
}  // namespace quern::desktop::pages::played
