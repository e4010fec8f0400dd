#include "desktop/models/manifest_data.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <string_view>

#include <boost/json/parse.hpp>

#include "desktop/models/json_reading.hpp"
#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

constexpr std::size_t kDepthMax = 32;
constexpr qsizetype kPathBytesMax = 255;
constexpr qsizetype kDigestDigits = 64;
constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kWalltimeMaxSeconds = 604'800;

struct ManifestText {
  Q_DECLARE_TR_FUNCTIONS(ManifestText)
};

std::unexpected<QString> fault(const QString& place, const QString& what) {
  return std::unexpected(QStringLiteral("%1: %2").arg(place, what));
}

bool is_digest(QStringView digits) {
  return digits.size() == kDigestDigits &&
         std::ranges::all_of(digits, [](QChar c) { return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f'); });
}

// As it stands there, for a name of a file.
std::optional<QString> exact_text(const Reading& read, std::string_view key) {
  const json::object* const members = read.members();
  const json::value* const found = members ? members->if_contains(key) : nullptr;
  if (!found || !found->is_string()) return std::nullopt;
  const json::string& text = found->get_string();
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

std::expected<QString, QString> path_in(const Reading& read, const QString& place) {
  const auto path = exact_text(read, "path");
  if (!path) return fault(place + QStringLiteral(".path"), ManifestText::tr("is missing"));
  if (const QString why = path_fault(*path); !why.isEmpty()) return fault(place + QStringLiteral(".path"), why);
  return *path;
}

QString too_large(std::string_view key) {
  return ManifestText::tr("\"%1\" must be there, and a number from 0 to 67108864")
      .arg(QString::fromLatin1(key.data(), static_cast<qsizetype>(key.size())));
}

std::expected<std::vector<ManifestInput>, QString> inputs_in(const Reading& read) {
  std::vector<ManifestInput> inputs;
  const auto list = read.objects("inputs", kManifestFilesMax + 1);
  if (list.empty() || list.size() > kManifestFilesMax) {
    return fault(QStringLiteral("inputs"), ManifestText::tr("must be a list of 1 to 64 files"));
  }
  for (const Reading& each : list) {
    const QString place = QStringLiteral("inputs[%1]").arg(inputs.size());
    auto path = path_in(each, place);
    if (!path) return std::unexpected(std::move(path).error());
    const QString digest = exact_text(each, "digest").value_or(QString());
    static const QString kPrefix = QStringLiteral("sha256:");
    if (!digest.startsWith(kPrefix) || !is_digest(QStringView(digest).sliced(kPrefix.size()))) {
      return fault(place + QStringLiteral(".digest"),
                   ManifestText::tr("must be \"sha256:\" and 64 hexadecimal digits"));
    }
    const auto bytes = each.size("bytes", kManifestFileBytesMax);
    if (!bytes) return fault(place, too_large("bytes"));
    inputs.push_back({.path = *std::move(path), .digest = digest.sliced(kPrefix.size()), .bytes = *bytes});
  }
  return inputs;
}

std::expected<std::vector<ManifestOutput>, QString> outputs_in(const Reading& read) {
  std::vector<ManifestOutput> outputs;
  const auto list = read.objects("outputs", kManifestFilesMax + 1);
  if (list.size() > kManifestFilesMax)
    return fault(QStringLiteral("outputs"), ManifestText::tr("must be at most 64 files"));
  for (const Reading& each : list) {
    const QString place = QStringLiteral("outputs[%1]").arg(outputs.size());
    auto path = path_in(each, place);
    if (!path) return std::unexpected(std::move(path).error());
    const auto bytes = each.size("maxBytes", kManifestFileBytesMax);
    if (!bytes) return fault(place, too_large("maxBytes"));
    outputs.push_back({.path = *std::move(path), .bytes_max = *bytes});
  }
  return outputs;
}

// "2.5", of at most six decimals.
std::optional<std::int64_t> micro_in(const QString& text) {
  const qsizetype point = text.indexOf(u'.');
  const QString decimals = point < 0 ? QString() : text.sliced(point + 1);
  bool whole_ok = false;
  const qlonglong whole = (point < 0 ? text : text.left(point)).toLongLong(&whole_ok);
  if (!whole_ok || whole < 0 || whole > kMicroMax / kMicro || decimals.size() > 6) return std::nullopt;
  bool part_ok = true;
  const qlonglong part = decimals.isEmpty() ? 0 : decimals.leftJustified(6, u'0').toLongLong(&part_ok);
  return part_ok && part >= 0 ? std::optional(whole * kMicro + part) : std::nullopt;
}

std::int64_t walltime_in(const Reading& resources) {
  const json::object* const members = resources.members();
  const json::value* const found = members ? members->if_contains("walltimeSeconds") : nullptr;
  if (!found || !found->is_number()) return ManifestData().walltime_ms;
  const auto seconds = found->to_number<double>();
  const bool sensible = seconds > 0 && seconds <= static_cast<double>(kWalltimeMaxSeconds);
  return sensible ? static_cast<std::int64_t>(seconds * 1'000) : ManifestData().walltime_ms;
}

}  // namespace

QString path_fault(QStringView path) {
  const QString shown = plain_text(path, 80);
  if (path.isEmpty() || path.toUtf8().size() > kPathBytesMax) {
    return ManifestText::tr("a path must have 1 to 255 bytes; \"%1\" has %2").arg(shown).arg(path.toUtf8().size());
  }
  for (const QChar c : path) {
    if (c.unicode() < 0x20 || c.unicode() == 0x7f || c == u'\\') {
      return ManifestText::tr("\"%1\" has a backslash or a control character in it").arg(shown);
    }
  }
  for (const QStringView part : path.split(u'/')) {
    if (part.isEmpty() || part == QStringView(u".") || part == QStringView(u"..")) {
      return ManifestText::tr("\"%1\" leads out of the job's folder: name a file inside it").arg(shown);
    }
  }
  return {};
}

std::expected<ManifestData, QString> manifest_from(QByteArrayView text) {
  if (text.size() > kManifestBytesMax) {
    return std::unexpected(
        ManifestText::tr("The manifest has %1 bytes; the limit is %2.").arg(text.size()).arg(kManifestBytesMax));
  }
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kDepthMax;
  const json::value value =
      json::parse(json::string_view(text.data(), static_cast<std::size_t>(text.size())), error, {}, options);
  if (error)
    return std::unexpected(ManifestText::tr("This is no JSON: %1.").arg(QString::fromStdString(error.message())));
  if (!value.is_object()) return std::unexpected(ManifestText::tr("This is no job: a manifest is one JSON object."));
  const Reading read(value);
  auto inputs = inputs_in(read);
  if (!inputs) return std::unexpected(std::move(inputs).error());
  auto outputs = outputs_in(read);
  if (!outputs) return std::unexpected(std::move(outputs).error());
  ManifestData data;
  data.name = read.text("name", 128);
  data.kind = read.text("kind", 64);
  data.inputs = *std::move(inputs);
  data.outputs = *std::move(outputs);
  const Reading resources = read.object("resources");
  data.device_type = resources.text("deviceType", 32);
  data.walltime_ms = walltime_in(resources);
  data.shards = read.object("shards").size("count", 4'096).value_or(1);
  data.max_total_micro = micro_in(exact_text(read.object("price"), "maxTotal").value_or(QString()));
  return data;
}

}  // namespace quern::desktop::models
