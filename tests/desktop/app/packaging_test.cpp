// What an installed app is found by: desktop entry, AppStream metadata, icons. QUERN_WRITE_IMAGES=1 draws the small
// icons anew.
#include <QFile>
#include <QImage>
#include <QPainter>
#include <QProcess>
#include <QSvgRenderer>
#include <cstdlib>

#include <gtest/gtest.h>

#include "desktop/app/page_set.hpp"
#include "desktop/app/single_instance.hpp"

namespace quern::desktop::app {
namespace {

const QString kFolder = QStringLiteral(QUERN_SOURCE "/packaging/desktop/");
constexpr int kSides[] = {16, 22, 24, 32, 48, 64, 128, 256};
constexpr int kDifferenceMax = 24;  // of a channel: other versions of Qt smooth edges otherwise

QString file_text(const QString& path) {
  QFile file(path);
  EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
  return QString::fromUtf8(file.readAll());
}

// What it printed; empty on success.
QString complaint(const QString& program, const QStringList& arguments) {
  QProcess process;
  process.setProcessChannelMode(QProcess::MergedChannels);
  process.start(program, arguments);
  if (!process.waitForFinished()) return program + QStringLiteral(": ") + process.errorString();
  const QString said = QString::fromUtf8(process.readAll());
  return process.exitCode() == 0 ? QString() : said + QStringLiteral("(failed)");
}

QImage drawn(int side) {
  QSvgRenderer drawing(kFolder + QStringLiteral("icons/org.quern.Desktop.svg"));
  EXPECT_TRUE(drawing.isValid());
  QImage image(side, side, QImage::Format_ARGB32);
  image.fill(Qt::transparent);
  QPainter painter(&image);
  drawing.render(&painter);
  return image;
}

int largest_difference(const QImage& one, const QImage& other) {
  int largest = 0;
  for (int y = 0; y < one.height(); ++y) {
    for (int x = 0; x < one.width(); ++x) {
      const QRgb a = one.pixel(x, y);
      const QRgb b = other.pixel(x, y);
      for (const int shift : {0, 8, 16, 24}) {
        const int apart = static_cast<int>((a >> shift) & 0xFF) - static_cast<int>((b >> shift) & 0xFF);
        largest = std::max(largest, std::abs(apart));
      }
    }
  }
  return largest;
}

TEST(Packaging, TheDesktopEntryIsValid) {
  EXPECT_EQ(complaint(QStringLiteral("desktop-file-validate"), {kFolder + kAppId + QStringLiteral(".desktop")}),
            QString());
}

TEST(Packaging, TheMetadataIsValid) {
  EXPECT_EQ(complaint(QStringLiteral("appstreamcli"), {QStringLiteral("validate"), QStringLiteral("--no-net"),
                                                       kFolder + kAppId + QStringLiteral(".metainfo.xml")}),
            QString());
}

TEST(Packaging, EntryAndMetadataSpeakOfTheSameApp) {
  const QString entry = file_text(kFolder + kAppId + QStringLiteral(".desktop"));
  const QString metadata = file_text(kFolder + kAppId + QStringLiteral(".metainfo.xml"));
  EXPECT_TRUE(entry.contains(QStringLiteral("\nIcon=%1\n").arg(kAppId)));
  EXPECT_TRUE(metadata.contains(QStringLiteral("<id>%1</id>").arg(kAppId)));
  EXPECT_TRUE(metadata.contains(QStringLiteral("version=\"%1\"").arg(QStringLiteral(QUERN_VERSION))));
}

TEST(Packaging, SmallIconsAreTheDrawing) {
  for (const int side : kSides) {
    const QString path = kFolder + QStringLiteral("icons/%1.png").arg(side);
    const QImage image = drawn(side);
    if (qEnvironmentVariableIsSet("QUERN_WRITE_IMAGES")) ASSERT_TRUE(image.save(path));
    const QImage kept = QImage(path).convertToFormat(QImage::Format_ARGB32);
    ASSERT_EQ(kept.size(), image.size()) << side;
    EXPECT_LE(largest_difference(kept, image), kDifferenceMax) << side;
  }
}

}  // namespace
}  // namespace quern::desktop::app
