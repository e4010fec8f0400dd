#include "desktop/pages/job_folder.hpp"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <utility>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::pages {

namespace {

struct JobFolderText {
  Q_DECLARE_TR_FUNCTIONS(JobFolderText)
};

QString shown(const QString& file) {
  return models::plain_text(QDir::toNativeSeparators(file));
}

// A pipe or a device would wait for ever.
std::expected<void, QString> open_regular(QFile& file) {
  const QFileInfo info(file.fileName());
  if (!info.exists()) return std::unexpected(JobFolderText::tr("%1 is not there.").arg(shown(file.fileName())));
  if (!info.isFile()) return std::unexpected(JobFolderText::tr("%1 is no regular file.").arg(shown(file.fileName())));
  if (!file.open(QIODevice::ReadOnly)) {
    return std::unexpected(JobFolderText::tr("%1 cannot be read: %2.").arg(shown(file.fileName()), file.errorString()));
  }
  return {};
}

}  // namespace

std::expected<QByteArray, QString> read_whole(const QString& name, qint64 bytes_max) {
  QFile file(name);
  if (auto opened = open_regular(file); !opened) return std::unexpected(std::move(opened).error());
  QByteArray content = file.read(bytes_max + 1);
  if (content.size() > bytes_max) {
    return std::unexpected(
        JobFolderText::tr("%1 has %2 bytes; the limit is %3.").arg(shown(name)).arg(file.size()).arg(bytes_max));
  }
  return content;
}

std::expected<JobFolder, QString> read_job(const QString& path) {
  const QFileInfo info(path);
  const QString file = info.isDir() ? QDir(path).filePath(QStringLiteral("job.json")) : path;
  auto text = read_whole(file, models::kManifestBytesMax);
  if (!text) return std::unexpected(std::move(text).error());
  auto data = models::manifest_from(*text);
  if (!data) return std::unexpected(QStringLiteral("%1: %2").arg(shown(file), data.error()));
  return JobFolder{
      .file = file, .folder = QFileInfo(file).absolutePath(), .manifest = *std::move(text), .data = *std::move(data)};
}

std::expected<FileDigest, QString> digest_of(const QString& name, const Halt& halt) {
  QFile file(name);
  if (auto opened = open_regular(file); !opened) return std::unexpected(std::move(opened).error());
  QCryptographicHash hash(QCryptographicHash::Sha256);
  FileDigest found;
  for (;;) {
    if (halt && *halt) return std::unexpected(JobFolderText::tr("Stopped."));
    const QByteArray piece = file.read(kFilePieceBytes);
    if (piece.isEmpty()) break;
    hash.addData(piece);
    found.bytes += static_cast<std::uint64_t>(piece.size());
  }
  if (file.error() != QFileDevice::NoError) {
    return std::unexpected(JobFolderText::tr("%1 cannot be read: %2.").arg(shown(name), file.errorString()));
  }
  found.digest = QString::fromLatin1(hash.result().toHex());
  return found;
}

QString input_fault(const JobFolder& job, const Halt& halt) {
  for (std::size_t i = 0; i < job.data.inputs.size(); ++i) {
    const models::ManifestInput& input = job.data.inputs[i];
    const auto found = digest_of(QDir(job.folder).filePath(input.path), halt);
    if (!found) return found.error();
    if (found->bytes == input.bytes && found->digest == input.digest) continue;
    return JobFolderText::tr(
               "inputs[%1]: %2 is not the file that the manifest means. It has %3 bytes and the digest sha256:%4; the "
               "manifest says %5 bytes and sha256:%6. Correct the manifest, or bring the file back.")
        .arg(QString::number(i), shown(input.path), QString::number(found->bytes), found->digest,
             QString::number(input.bytes), input.digest);
  }
  return {};
}

std::expected<QByteArray, QString> read_piece(const QString& name, std::uint64_t offset) {
  QFile file(name);
  if (auto opened = open_regular(file); !opened) return std::unexpected(std::move(opened).error());
  if (!file.seek(static_cast<qint64>(offset))) {
    return std::unexpected(JobFolderText::tr("%1 cannot be read: %2.").arg(shown(name), file.errorString()));
  }
  return file.read(kFilePieceBytes);
}

}  // namespace quern::desktop::pages
