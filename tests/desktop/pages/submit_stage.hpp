// The page of a new job on a daemon of answers, and jobs in a folder: what its tests share.
#pragma once
#include <QCryptographicHash>
#include <QLabel>
#include <QLineEdit>
#include <QTest>
#include <algorithm>
#include <memory>
#include <string>

#include "desktop/pages/submit_page.hpp"
#include "tests/desktop/pages/page_fixture_market.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::pages::played {

inline constexpr const char* kKernel = R"(
// __kernel void not_this(int a)
__kernel void blur(__global const float* from, __global float *to, const int width, __local float* tile) {
  to[get_global_id(0)] = from[0] * width;
}
kernel void fill(global uint* out, unsigned int value) { out[get_global_id(0)] = value; }
)";

inline std::string digest_hex(const std::string& content) {
  return QCryptographicHash::hash(QByteArray::fromStdString(content), QCryptographicHash::Sha256).toHex().toStdString();
}

inline std::string manifest(const std::string& source, const std::string& name = "mandelbrot", int seconds = 60) {
  return R"({"apiVersion":"v1","kind":"OpenCLKernel","name":")" + name + R"(","resources":{"walltimeSeconds":)" +
         std::to_string(seconds) + R"(},"inputs":[{"path":"m.cl","digest":"sha256:)" + digest_hex(source) +
         R"(","bytes":)" + std::to_string(source.size()) +
         R"(}],"outputs":[{"path":"out.bin","maxBytes":4096}],"program":{"sources":["m.cl"]},)"
         R"("buffers":{"out":{"bytes":4096,"output":"out.bin"}},)"
         R"("steps":[{"kernel":"fill","globalWorkSize":[1024],"args":[{"buffer":"out"},{"uint":7}]}]})";
}

inline json::object quote_row(int number, std::int64_t likely) {
  return {{"provider", "12D3KooW" + std::to_string(1'000'000 + number)},
          {"device", "qd1-" + std::to_string(number)},
          {"device_name", "RTX 4090"},
          {"quote", json::object{{"low_micro", likely / 2},
                                 {"likely_micro", likely},
                                 {"high_micro", likely * 2},
                                 {"total_ms", json::object{{"low", 1'000}, {"likely", 2'000}, {"high", 4'000}}},
                                 {"per_hour_micro", 36'000},
                                 {"measured", true}}}};
}

class Submit : public ::testing::Test {
 protected:
  void begin(int width = 1440, int height = 900) {
    played.answers.topics["offers"] = models::example_offers(3);
    played.answers.methods["job.quote"] = [](const json::object&) {
      return json::object{{"rows", json::array{quote_row(0, 420'000), quote_row(2, 20'000)}}};
    };
    played.answers.methods["blob.missing"] = [this](const json::object& params) {
      json::array missing;
      for (const json::value& digest : params.at("digests").as_array())
        missing.push_back(json::object{{"digest", digest}, {"bytes_here", here}});
      return json::object{{"missing", missing}};
    };
    played.answers.methods["blob.put"] = [this](const json::object& params) {
      const auto content = json::value_to<std::string>(params.at("content"));
      sent += QByteArray::fromBase64(QByteArray::fromStdString(content));
      return json::object{{"bytes_here", here + sent.size()}};
    };
    played.answers.methods["job.submit"] = [](const json::object&) { return json::object{{"id", "j-77"}}; };
    played.open();
    page = std::make_unique<SubmitPage>(played.models());
    show_page(*page, width, height);
    ASSERT_TRUE(QTest::qWaitFor([&] { return played.models().offers().rowCount() == 3; }, kSoonMs));
  }
  QString path(const char* name) const { return QString::fromStdString((folder.path() / name).string()); }
  void write_job(const std::string& source, const std::string& text) {
    folder.write("m.cl", source);
    folder.write("job.json", text);
  }
  bool says(const QString& part) const {
    for (const auto* label : page->findChildren<QLabel*>())
      if (label->isVisible() && label->text().contains(part)) return true;
    return false;
  }
  // Also of what is elided.
  bool has(const QString& text) const {
    return std::ranges::any_of(page->findChildren<QWidget*>(), [&](const QWidget* each) {
      return each->isVisible() && each->property("text").toString() == text;
    });
  }
  bool says_soon(const QString& part) const {
    return QTest::qWaitFor([&] { return says(part); }, kSoonMs);
  }
  QAbstractButton* start() const { return button(*page, QStringLiteral("Start job")); }
  bool startable() const {
    return QTest::qWaitFor([&] { return start()->isEnabled(); }, kSoonMs);
  }
  QLineEdit* edit(const QString& name) const { return named<QLineEdit>(*page, name); }

  Played played;
  TemporaryFolder folder;
  QByteArray sent;
  std::int64_t here = 0;
  std::unique_ptr<SubmitPage> page;
};

}  // namespace quern::desktop::pages::played
