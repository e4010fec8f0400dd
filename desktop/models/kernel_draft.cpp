#include "desktop/models/kernel_draft.hpp"

#include <QCoreApplication>
#include <QHash>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "desktop/models/manifest_data.hpp"
#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kBufferBytesMax = 1'099'511'627'776;
constexpr std::uint64_t kLocalBytesMax = 16'777'216;
constexpr std::uint64_t kItemsMax = 1'099'511'627'776;
constexpr qsizetype kNumberCharsMax = 32;
constexpr qsizetype kJobNameBytesMax = 128;

struct KernelDraftText {
  Q_DECLARE_TR_FUNCTIONS(KernelDraftText)
};

bool is_word(QChar c) {
  return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'_';
}

// Words and single signs; comments, strings and lines of the preprocessor are left out.
QStringList tokens_of(QStringView source) {
  QStringList tokens;
  qsizetype at = 0;
  const auto skip_to = [&](QStringView end) {
    const qsizetype found = source.indexOf(end, at);
    at = found < 0 ? source.size() : found + end.size();
  };
  while (at < source.size()) {
    const QChar c = source[at];
    const QStringView rest = source.sliced(at);
    if (rest.startsWith(QStringView(u"//")) || c == u'#') {
      skip_to(u"\n");
    } else if (rest.startsWith(QStringView(u"/*"))) {
      at += 2;
      skip_to(u"*/");
    } else if (c == u'"' || c == u'\'') {
      ++at;
      while (at < source.size() && source[at] != c) at += source[at] == u'\\' ? 2 : 1;
      ++at;
    } else if (is_word(c)) {
      const qsizetype from = at;
      while (at < source.size() && is_word(source[at])) ++at;
      tokens.append(source.sliced(from, at - from).toString());
    } else {
      if (!c.isSpace()) tokens.append(QString(c));
      ++at;
    }
  }
  return tokens;
}

// The name that a manifest has for it; empty: none.
QString scalar_name(const QStringList& words) {
  static const QHash<QString, QString> kNames{{QStringLiteral("char"), QStringLiteral("char")},
                                              {QStringLiteral("uchar"), QStringLiteral("uchar")},
                                              {QStringLiteral("short"), QStringLiteral("short")},
                                              {QStringLiteral("ushort"), QStringLiteral("ushort")},
                                              {QStringLiteral("int"), QStringLiteral("int")},
                                              {QStringLiteral("uint"), QStringLiteral("uint")},
                                              {QStringLiteral("long"), QStringLiteral("long")},
                                              {QStringLiteral("ulong"), QStringLiteral("ulong")},
                                              {QStringLiteral("float"), QStringLiteral("float")},
                                              {QStringLiteral("double"), QStringLiteral("double")},
                                              {QStringLiteral("unsigned int"), QStringLiteral("uint")},
                                              {QStringLiteral("unsigned"), QStringLiteral("uint")},
                                              {QStringLiteral("unsigned char"), QStringLiteral("uchar")},
                                              {QStringLiteral("unsigned short"), QStringLiteral("ushort")},
                                              {QStringLiteral("unsigned long"), QStringLiteral("ulong")}};
  return kNames.value(words.join(u' '));
}

// "__global const float * restrict a"
KernelArgument argument_of(const QStringList& tokens) {
  static const QStringList kQualifiers{QStringLiteral("restrict"), QStringLiteral("__restrict"),
                                       QStringLiteral("volatile"), QStringLiteral("__private"),
                                       QStringLiteral("private")};
  KernelArgument argument;
  QStringList words;
  bool pointer = false;
  bool is_const = false;
  QString space;
  for (const QString& token : tokens) {
    if (token == u'*') {
      pointer = true;
    } else if (token == QStringLiteral("const")) {
      is_const = true;
    } else if (const QString bare = token.startsWith(QStringLiteral("__")) ? token.sliced(2) : token;
               bare == QStringLiteral("global") || bare == QStringLiteral("constant") ||
               bare == QStringLiteral("local")) {
      space = bare;
    } else if (!kQualifiers.contains(token)) {
      words.append(token);
    }
  }
  if (!words.isEmpty()) argument.name = words.takeLast();
  argument.type = scalar_name(words);
  if (argument.type.isEmpty()) argument.type = words.join(u' ');
  argument.writable = !is_const && space != QStringLiteral("constant");
  if (pointer && space == QStringLiteral("local")) {
    argument.kind = KernelArgument::Kind::local;
  } else if (pointer && !space.isEmpty()) {
    argument.kind = KernelArgument::Kind::buffer;
  } else if (!pointer && !scalar_name(words).isEmpty()) {
    argument.kind = KernelArgument::Kind::scalar;
  }
  return argument;
}

std::unexpected<QString> fault(const QString& field, const QString& what) {
  return std::unexpected(QStringLiteral("%1: %2").arg(field, what));
}

std::expected<json::value, QString> scalar_value(const KernelArgument& argument, const QString& text) {
  const QString shown = plain_text(text, kNumberCharsMax);
  bool good = false;
  if (argument.type == QStringLiteral("float") || argument.type == QStringLiteral("double")) {
    const double number = text.trimmed().toDouble(&good);
    if (good && std::isfinite(number)) return number;
    return fault(argument.name, KernelDraftText::tr("\"%1\" is no number").arg(shown));
  }
  if (argument.type == QStringLiteral("ulong")) {
    const qulonglong number = text.trimmed().toULongLong(&good);
    if (good) return number;
  } else {
    const qlonglong number = text.trimmed().toLongLong(&good);
    if (good) return number;
  }
  return fault(argument.name, KernelDraftText::tr("\"%1\" is no whole number").arg(shown));
}

std::string text_of_name(const QString& name) {
  return name.toStdString();
}

struct Parts {
  json::object buffers;
  json::array outputs;
  json::array args;
};

std::expected<Parts, QString> parts_of(const KernelDraft& draft) {
  Parts parts;
  for (std::size_t i = 0; i < draft.kernel.arguments.size(); ++i) {
    const KernelArgument& argument = draft.kernel.arguments[i];
    const KernelDraft::Value& value = draft.values[i];
    const std::string name = text_of_name(argument.name);
    switch (argument.kind) {
      case KernelArgument::Kind::buffer: {
        if (value.bytes == 0 || value.bytes > kBufferBytesMax) {
          return fault(argument.name, KernelDraftText::tr("a buffer must have 1 byte to 1 TiB"));
        }
        json::object buffer{{"bytes", value.bytes}};
        if (value.output) {
          if (value.bytes > kManifestFileBytesMax)
            return fault(argument.name, KernelDraftText::tr("an output has at most 64 MiB"));
          buffer["output"] = name + ".bin";
          parts.outputs.push_back(json::object{{"path", name + ".bin"}, {"maxBytes", value.bytes}});
        }
        parts.buffers[name] = std::move(buffer);
        parts.args.push_back(json::object{{"buffer", name}});
        break;
      }
      case KernelArgument::Kind::local:
        if (value.bytes == 0 || value.bytes > kLocalBytesMax) {
          return fault(argument.name, KernelDraftText::tr("local memory must have 1 byte to 16 MiB"));
        }
        parts.args.push_back(json::object{{"local", value.bytes}});
        break;
      case KernelArgument::Kind::scalar: {
        auto number = scalar_value(argument, value.text);
        if (!number) return std::unexpected(std::move(number).error());
        parts.args.push_back(json::object{{text_of_name(argument.type), *std::move(number)}});
        break;
      }
      case KernelArgument::Kind::unknown:
        return fault(argument.name,
                     KernelDraftText::tr("its type cannot be described: images, vectors and structures are not known"));
    }
  }
  return parts;
}

}  // namespace

std::vector<KernelSignature> kernels_in(QStringView source) {
  const QStringList tokens = tokens_of(source);
  std::vector<KernelSignature> kernels;
  for (qsizetype at = 0; at < tokens.size() && kernels.size() < kKernelsMax; ++at) {
    if (tokens[at] != QStringLiteral("__kernel") && tokens[at] != QStringLiteral("kernel")) continue;
    // Attributes may stand between: the name is the word before the parenthesis of the arguments, after "void".
    qsizetype name = tokens.indexOf(QStringLiteral("void"), at);
    if (name < 0 || name + 2 >= tokens.size()) break;
    ++name;
    if (tokens[name + 1] != u'(') continue;
    KernelSignature kernel{.name = tokens[name], .arguments = {}};
    QStringList part;
    qsizetype end = name + 2;
    int depth = 1;
    for (; end < tokens.size() && depth > 0; ++end) {
      const QString& token = tokens[end];
      depth += token == u'(' ? 1 : token == u')' ? -1 : 0;
      if ((token == u',' && depth == 1) || depth == 0) {
        if (!part.isEmpty() && part != QStringList(QStringLiteral("void"))) {
          kernel.arguments.push_back(argument_of(part));
        }
        part.clear();
      } else {
        part.append(token);
      }
    }
    const bool repeated = std::ranges::find(kernels, kernel.name, &KernelSignature::name) != kernels.end();
    if (depth == 0 && !repeated && kernel.arguments.size() <= kKernelArgumentsMax) kernels.push_back(std::move(kernel));
    at = end - 1;
  }
  return kernels;
}

std::optional<std::vector<std::uint64_t>> sizes_from(QStringView text) {
  std::vector<std::uint64_t> sizes;
  QString even = text.left(kNumberCharsMax * 3).toString();
  for (const QChar each : {QChar(u'x'), QChar(u'X'), QChar(u'*'), QChar(0x00d7), QChar(u',')}) even.replace(each, u' ');
  for (const QString& part : even.split(u' ', Qt::SkipEmptyParts)) {
    bool good = false;
    const qulonglong size = part.toULongLong(&good);
    if (!good || size == 0 || size > kItemsMax || sizes.size() == 3) return std::nullopt;
    sizes.push_back(size);
  }
  return sizes.empty() ? std::nullopt : std::optional(sizes);
}

std::optional<std::uint64_t> bytes_from(QStringView text) {
  const QString even = text.trimmed().left(kNumberCharsMax).toString().toLower();
  qsizetype digits = 0;
  while (digits < even.size() && (even[digits].isDigit() || even[digits] == u'.')) ++digits;
  bool good = false;
  const double number = even.left(digits).toDouble(&good);
  QString unit = even.sliced(digits).trimmed();
  if (unit.endsWith(u'b')) unit.chop(1);
  if (unit.endsWith(u'i')) unit.chop(1);
  static const QHash<QString, double> kUnits{{QString(), 1.0},
                                             {QStringLiteral("k"), 1024.0},
                                             {QStringLiteral("m"), 1024.0 * 1024},
                                             {QStringLiteral("g"), 1024.0 * 1024 * 1024},
                                             {QStringLiteral("t"), 1024.0 * 1024 * 1024 * 1024}};
  const auto times = kUnits.constFind(unit);
  if (!good || times == kUnits.cend()) return std::nullopt;
  const double bytes = number * *times;
  if (!(bytes >= 1) || bytes > static_cast<double>(kBufferBytesMax)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::expected<QByteArray, QString> manifest_of(const KernelDraft& draft) {
  if (draft.name.toUtf8().size() > kJobNameBytesMax) {
    return fault(
        KernelDraftText::tr("Name"),
        KernelDraftText::tr("has %1 bytes; the limit is %2").arg(draft.name.toUtf8().size()).arg(kJobNameBytesMax));
  }
  if (draft.kernel.name.isEmpty())
    return fault(KernelDraftText::tr("Kernel"), KernelDraftText::tr("the source has none"));
  if (draft.global_size.empty() || draft.global_size.size() > 3) {
    return fault(KernelDraftText::tr("Global size"), KernelDraftText::tr("must be 1 to 3 numbers, as 640 x 360"));
  }
  if (draft.values.size() != draft.kernel.arguments.size())
    return fault(KernelDraftText::tr("Arguments"), KernelDraftText::tr("some have no value"));
  auto parts = parts_of(draft);
  if (!parts) return std::unexpected(std::move(parts).error());
  json::object step{{"kernel", text_of_name(draft.kernel.name)},
                    {"globalWorkSize", json::array(draft.global_size.begin(), draft.global_size.end())},
                    {"args", std::move(parts->args)}};
  const std::string source = draft.source_path.toStdString();
  json::object program{{"sources", json::array{json::value(source)}}};
  if (!draft.build_options.trimmed().isEmpty()) program["buildOptions"] = draft.build_options.trimmed().toStdString();
  const json::object job{{"apiVersion", "v1"},
                         {"kind", "OpenCLKernel"},
                         {"name", draft.name.toStdString()},
                         {"resources", json::object{{"walltimeSeconds", draft.walltime_seconds}}},
                         {"inputs", json::array{json::object{{"path", source},
                                                             {"digest", "sha256:" + draft.digest.toStdString()},
                                                             {"bytes", draft.source_bytes}}}},
                         {"outputs", std::move(parts->outputs)},
                         {"program", std::move(program)},
                         {"buffers", std::move(parts->buffers)},
                         {"steps", json::array{std::move(step)}}};
  return QByteArray::fromStdString(json::serialize(job));
}

}  // namespace quern::desktop::models
