// What the app itself must know of a job.json: its name, its files, its bounds. Everything else is checked by the
// daemon (docs/job.md), whose words are shown as they are. Pure.
#pragma once
#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringView>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

namespace quern::desktop::models {

inline constexpr qsizetype kManifestBytesMax = 262'144;
inline constexpr std::size_t kManifestFilesMax = 64;
inline constexpr std::uint64_t kManifestFileBytesMax = 67'108'864;

struct ManifestInput {
  QString path;    // relative, as path_fault() wants it
  QString digest;  // 64 hexadecimal digits
  std::uint64_t bytes = 0;
  bool operator==(const ManifestInput&) const = default;
};
struct ManifestOutput {
  QString path;
  std::uint64_t bytes_max = 0;
  bool operator==(const ManifestOutput&) const = default;
};
struct ManifestData {
  QString name;  // made harmless; may be empty
  QString kind;
  QString device_type;
  std::vector<ManifestInput> inputs;
  std::vector<ManifestOutput> outputs;
  std::uint64_t shards = 1;
  std::int64_t walltime_ms = 60'000;
  std::optional<std::int64_t> max_total_micro;  // price.maxTotal
  bool operator==(const ManifestData&) const = default;
};

// The error is for people: it names the place, the value and the limit.
std::expected<ManifestData, QString> manifest_from(QByteArrayView text);

// Why a path of a job is none that may be used; empty when it may: relative, of 1 to 255 bytes, no part empty, "." or
// "..", no backslash and no control character.
QString path_fault(QStringView path);

}  // namespace quern::desktop::models
