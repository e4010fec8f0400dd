// All pages in a language that no text is written in: what is still Latin was never translated. What a daemon says is
// its own and has no letters here.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QComboBox>
#include <QRegularExpression>
#include <QSet>
#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "desktop/app/languages.hpp"
#include "tests/desktop/app/shell.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/desktop/page_checks.hpp"
#include "tests/desktop/pages/example_machine.hpp"

namespace quern::desktop::app {
namespace {

namespace json = boost::json;

// Words of the daemon: no letter is left of them, keys and the values that are asked for stay.
json::value without_letters(const json::value& value) {
  static const std::set<std::string> kForeign{"name",  "host",   "system", "kernel", "text",  "detail",
                                              "agent", "remedy", "peer",   "id",     "model", "provider"};
  if (const auto* const array = value.if_array()) {
    json::array made;
    for (const json::value& each : *array) made.push_back(without_letters(each));
    return made;
  }
  const auto* const object = value.if_object();
  if (!object) return value;
  json::object made;
  for (const auto& [key, each] : *object) {
    if (!each.is_string() || !kForeign.contains(std::string(key))) {
      made[key] = without_letters(each);
      continue;
    }
    std::string text(each.get_string());
    std::erase_if(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
    made[key] = text.empty() ? "7" : text;
  }
  return made;
}

void add_cells(const QAbstractItemView& view, QSet<QString>& texts) {
  const QAbstractItemModel* const model = view.model();
  if (!model) return;
  for (int column = 0; column < model->columnCount(); ++column) {
    texts << model->headerData(column, Qt::Horizontal).toString();
    for (int row = 0; row < std::min(3, model->rowCount()); ++row) {
      texts << model->index(row, column).data().toString();
    }
  }
}

// What can be read, seen or heard of it.
QSet<QString> texts_in(const QWidget& page) {
  QSet<QString> texts;
  for (const QWidget* const each : page.findChildren<QWidget*>()) {
    if (each->objectName().startsWith(QStringLiteral("qt_"))) continue;
    texts << each->toolTip() << each->accessibleName() << each->accessibleDescription();
    for (const char* const property : {"text", "title", "placeholderText", "suffix"}) {
      texts << each->property(property).toString();
    }
    if (const auto* const box = qobject_cast<const QComboBox*>(each)) {
      for (int item = 0; item < box->count(); ++item) texts << box->itemText(item);
    }
    if (const auto* const view = qobject_cast<const QAbstractItemView*>(each)) add_cells(*view, texts);
  }
  return texts;
}

// Units, names that are written alike in all languages, the mark of a tool tip as plain text, and where the test's
// daemon is.
QString without_names(QString text) {
  static const QRegularExpression kNames(
      QStringLiteral("</?span>|[KMGT]i?B(/s)?|[kMGTP]?FLOP(/s)?|[MG]Hz|/ip4/[^ ]*|OpenCLKernel|cgroup2|"
                     "\\b((American )?English|Deutsch|script)"));
  return text.remove(kNames);
}

class Spoken : public ::testing::Test {
 protected:
  void SetUp() override {
    language_ = std::make_unique<Language>(kPseudoLanguage);
    theme::Theme::instance().install();
    shell = std::make_unique<Shell>(false);
    json::object status = status_of(kDonating);
    status["capabilities"] =
        json::array{"quote",   "jobs",        "job.retry", "donation.pause", "device.set", "earnings",
                    "machine", "preferences", "work",      "peer.block",     "receipts"};
    shell->topics["status"] = without_letters(status);
    shell->topics["machine"] = without_letters(pages::example_machine());
    shell->topics["offers"] = without_letters(models::example_offers(9));
    shell->topics["peers"] = without_letters(models::example_peers(5));
    json::object jobs;
    for (const char* const state : {"RUNNING", "QUEUED", "COMPLETE", "EXECUTOR_ERROR"}) {
      const std::string id = std::to_string(jobs.size() + 1);
      jobs[id] = models::example_job(id, state);
    }
    shell->topics["jobs"] = json::object{{"jobs", without_letters(jobs)}};
    shell->topics["work"] = json::object{{"work", json::object()}};
    shell->topics["preferences"] =
        json::object{{"host", "7"},
                     {"values", json::object{{"share", true},
                                             {"cpu_cores", 4},
                                             {"strategy", "cheapest"},
                                             {"budget_micro", nullptr},
                                             {"job_budget_micro", 5'000'000}}},
                     {"config", json::object()},
                     {"set", json::array{"cpu_cores"}},
                     {"bounds", json::object{{"cpu_cores", json::object{{"least", 1}, {"most", 64}}}}}};
    shell->window.set_pages(make_page_set(shell->window, shell->models, shell->settings, shell->service));
    shell->window.show();
    shell->open();
    ASSERT_TRUE(QTest::qWaitFor(
        [this] {
          shell->serve();
          return shell->models.machine().has_value() && shell->models.preferences().has_value() &&
                 shell->models.offers().rowCount() > 0 && shell->models.jobs().rowCount() > 0;
        },
        kSoonMs));
  }
  void TearDown() override {
    shell.reset();
    language_ = std::make_unique<Language>(QStringLiteral("en"));
  }

  std::unique_ptr<Shell> shell;

 private:
  std::unique_ptr<Language> language_;
};

TEST_F(Spoken, NoTextOfAnyPageIsLeftUntranslated) {
  static const QRegularExpression kLatin(QStringLiteral("[A-Za-z]{3}"));
  for (const QString& name : page_names()) {
    SCOPED_TRACE(name.toStdString());
    shell->window.open(name);
    QWidget* const page = shell->window.page(name);
    ASSERT_NE(page, nullptr);
    shell->serve();
    settle();
    QSet<QString> texts = texts_in(*page);
    texts |= texts_in(shell->window);
    for (const QString& text : texts) EXPECT_FALSE(without_names(text).contains(kLatin)) << text.toStdString();
  }
}

}  // namespace
}  // namespace quern::desktop::app
