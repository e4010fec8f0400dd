// Reasons of the daemon in the language of the app: the list is whole, and what is unknown comes as the daemon says it.
#include "desktop/models/reason_text.hpp"

#include <QFile>
#include <QTranslator>
#include <map>
#include <string>
#include <utility>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "desktop/models/failure_text.hpp"
#include "desktop/models/why_data.hpp"
#include "scheduler/rpc/failure.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;

using Said = std::map<std::string, std::pair<std::string, std::string>>;  // text and remedy of each name

Said of_the_app() {
  Said all;
  for (const ReasonText::Known& known : ReasonText::known()) {
    all.emplace(known.name, std::pair(known.text, known.remedy == nullptr ? "" : known.remedy));
  }
  return all;
}

Said of_the_daemon() {
  QFile file(QStringLiteral(QUERN_TEST_DATA "/../../docs/openrpc.json"));
  EXPECT_TRUE(file.open(QIODevice::ReadOnly));
  const json::value document = json::parse(file.readAll().toStdString());
  Said all;
  for (const json::value& reason : document.at("x-reasons").as_array()) {
    const auto at = [&](const char* key) { return std::string(reason.at(key).as_string().c_str()); };
    all.emplace(at("name"), std::pair(at("text"), at("remedy")));
  }
  constexpr auto kCodes = std::to_array<rpc::Code>(
      {rpc::Code::parse_error, rpc::Code::invalid_request, rpc::Code::method_not_found, rpc::Code::invalid_params,
       rpc::Code::internal_error, rpc::Code::refused, rpc::Code::unauthorized, rpc::Code::limit_reached,
       rpc::Code::not_found, rpc::Code::failed, static_cast<rpc::Code>(-1)});
  for (const rpc::Code code : kCodes) {
    const rpc::Failure failure = rpc::failure(code);
    all.emplace(failure.reason, std::pair(failure.message, std::string()));
  }
  return all;
}

// Says every text of the list in capitals: a language that anybody can read.
class Loud : public QTranslator {
 public:
  bool isEmpty() const override { return false; }
  QString translate(const char* context, const char* source, const char*, int) const override {
    return qstrcmp(context, "ReasonText") == 0 ? QString::fromUtf8(source).toUpper() : QString();
  }
};

class ReasonTexts : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(QCoreApplication::installTranslator(&loud_)); }
  void TearDown() override { QCoreApplication::removeTranslator(&loud_); }

 private:
  Loud loud_;
};

TEST(ReasonText, HasEveryReasonOfTheDaemonWordForWord) {
  EXPECT_EQ(of_the_app(), of_the_daemon()) << "write it into desktop/models/reason_text.cpp as the daemon says it";
}

TEST_F(ReasonTexts, AreInTheLanguageOfTheAppButForTheirDetail) {
  const WhyData why{.reason = QStringLiteral("device_type"),
                    .text = QStringLiteral("the device is not of the type the job asks for"),
                    .detail = QStringLiteral("gpu wanted, cpu there"),
                    .remedy = QStringLiteral("allow it in resources.deviceType")};
  EXPECT_EQ(why.sentence().toStdString(), "THE DEVICE IS NOT OF THE TYPE THE JOB ASKS FOR (gpu wanted, cpu there)");
  EXPECT_EQ(why.way_out().toStdString(), "ALLOW IT IN RESOURCES.DEVICETYPE");
  EXPECT_EQ(why.advice(), QStringLiteral("%1: %2").arg(why.sentence(), why.way_out()));
}

TEST_F(ReasonTexts, OfUnknownNamesAreTheDaemonsOwn) {
  const WhyData why{.reason = QStringLiteral("moon_full"),
                    .text = QStringLiteral("the moon is full"),
                    .detail = {},
                    .remedy = QStringLiteral("wait")};
  EXPECT_EQ(why.advice().toStdString(), "the moon is full: wait");
  EXPECT_EQ((WhyData{.reason = {}, .text = QStringLiteral("so"), .detail = {}, .remedy = {}}).sentence().toStdString(),
            "so");
  const WhyData ended{.reason = QStringLiteral("canceled"), .text = {}, .detail = {}, .remedy = {}};
  EXPECT_EQ(ended.sentence().toStdString(), "THE SUBMITTER CANCELED THE JOB");
  EXPECT_TRUE(ended.way_out().isEmpty());
}

TEST_F(ReasonTexts, HoldForFailedCallsAndKeepAWayOutThatOnlyTheDaemonKnows) {
  client::CallError error;
  error.failure = rpc::refusal({model::Reason::disk_full, "3 MiB"});
  EXPECT_EQ(failure_text(error).toStdString(),
            "THE DISK IS FULL (3 MiB): FREE SPACE IN THE DATA DIRECTORY OF THE NODE THAT SAYS SO");
  error.failure = rpc::failure(rpc::Code::not_found, "job 7", "job.list names them");
  EXPECT_EQ(failure_text(error).toStdString(), "THERE IS NO SUCH THING (job 7): job.list names them");
}

}  // namespace
}  // namespace quern::desktop::models
