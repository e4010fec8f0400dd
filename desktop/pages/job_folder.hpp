// A job on this computer's disk: its manifest and the files beside it. All of it blocks: for in_background().
#pragma once
#include <QByteArray>
#include <QString>
#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>

#include "desktop/models/manifest_data.hpp"

namespace quern::desktop::pages {

inline constexpr qint64 kFilePieceBytes = qint64{512} * 1024;  // read, sent or written at a time
inline constexpr qint64 kSourceBytesMax = 1'048'576;           // of a kernel's source

struct JobFolder {
  QString file;    // of the manifest
  QString folder;  // where paths of inputs begin
  QByteArray manifest;
  models::ManifestData data;
};

// Set from another thread, ends reading with an error.
using Halt = std::shared_ptr<std::atomic_bool>;

// The whole of a small file; the error names file, size and limit.
std::expected<QByteArray, QString> read_whole(const QString& name, qint64 bytes_max);
// `path`: a manifest, or a folder with a job.json in it.
std::expected<JobFolder, QString> read_job(const QString& path);

struct FileDigest {
  QString digest;
  std::uint64_t bytes = 0;
};
std::expected<FileDigest, QString> digest_of(const QString& name, const Halt& halt = {});
// Whether every input is there and is what the manifest says; reads all of them. Empty when so.
QString input_fault(const JobFolder& job, const Halt& halt = {});
// At most kFilePieceBytes from there.
std::expected<QByteArray, QString> read_piece(const QString& name, std::uint64_t offset);

}  // namespace quern::desktop::pages
