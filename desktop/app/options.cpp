#include "desktop/app/options.hpp"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QUrl>
#include <array>
#include <utility>

namespace quern::desktop::app {
namespace {

// Its texts are those of the command line.
struct CommandLine {
  Q_DECLARE_TR_FUNCTIONS(CommandLine)
 public:
  QCommandLineParser parser;

  CommandLine() {
    parser.setApplicationDescription(
        tr("Offers this computer's GPU and CPU time, and runs jobs where they cost least."));
    parser.addPositionalArgument(QStringLiteral("files"), tr("A manifest, a kernel or a folder for a new job."),
                                 QStringLiteral("[files...]"));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({
        {QStringLiteral("socket"), tr("The Unix socket of the daemon."), tr("path")},
        {QStringLiteral("url"), tr("The address of a daemon elsewhere: wss://host:port/."), tr("url")},
        {QStringLiteral("token-file"), tr("Holds the token for --url."), tr("file")},
        {QStringLiteral("ca-file"), tr("Authorities that vouch for --url, as PEM, in place of the system's."),
         tr("file")},
        {QStringLiteral("profile"), tr("A daemon that was saved under this name."), tr("name")},
        {QStringLiteral("replay"), tr("Plays a recorded session; no daemon is needed."), tr("file")},
        {QStringLiteral("record"), tr("Records the session with the daemon."), tr("file")},
        {QStringLiteral("page"), tr("The page to begin with."), tr("name")},
        {QStringLiteral("theme"), tr("Colours: system, light or dark."), tr("name")},
        {QStringLiteral("language"), tr("As \"de\" or \"en\", in place of the system's."), tr("name")},
        {QStringLiteral("hidden"), tr("Begins in the tray, where there is one.")},
        {QStringLiteral("screenshot"), tr("Saves pictures of all pages in a folder and ends."), tr("folder")},
    });
  }
  QString value(const char* name) const { return parser.value(QString::fromLatin1(name)); }
  bool has(const char* name) const { return parser.isSet(QString::fromLatin1(name)); }
};

Farewell wrong(const QString& what) {
  return {QCoreApplication::applicationName() + QStringLiteral(": ") + what + QLatin1Char('\n') +
              CommandLine::tr("--help lists what there is.") + QLatin1Char('\n'),
          kWrongUsage};
}

std::optional<theme::Mode> mode_of(const QString& name) {
  if (name == QStringLiteral("system")) return theme::Mode::system;
  if (name == QStringLiteral("light")) return theme::Mode::light;
  if (name == QStringLiteral("dark")) return theme::Mode::dark;
  return std::nullopt;
}

// Of options that exclude each other.
std::optional<QString> conflict(const CommandLine& line) {
  QStringList places;
  for (const char* name : {"socket", "url", "profile", "replay"}) {
    if (line.has(name)) places << QStringLiteral("--") + QString::fromLatin1(name);
  }
  if (places.size() > 1) {
    return CommandLine::tr("%1 and %2 both say where the daemon is: give one").arg(places[0], places[1]);
  }
  if (line.has("url") != line.has("token-file")) {
    return CommandLine::tr("--url and --token-file go together: rpc.websocket.token_file of the daemon names the file");
  }
  if (line.has("ca-file") && !line.has("url")) {
    return CommandLine::tr("--ca-file goes with --url: it says who vouches for the daemon there");
  }
  if (line.has("replay") && line.has("record")) {
    return CommandLine::tr("--record with --replay would record a recording: leave one out");
  }
  return std::nullopt;
}

QString absolute(const QString& path) {
  return path.isEmpty() ? QString() : QDir::cleanPath(QFileInfo(path).absoluteFilePath());
}

std::optional<QString> fault_of(const Options& options, const CommandLine& line, const QStringList& pages) {
  for (const char* name :
       {"socket", "url", "token-file", "ca-file", "profile", "replay", "record", "page", "language", "screenshot"}) {
    if (line.has(name) && line.value(name).isEmpty()) {
      return CommandLine::tr("--%1 needs a value that is not empty").arg(QString::fromLatin1(name));
    }
  }
  if (line.has("page") && !pages.contains(options.page)) {
    return CommandLine::tr("there is no page \"%1\": write one of %2")
        .arg(options.page, pages.join(QStringLiteral(", ")));
  }
  if (line.has("theme") && !options.mode) {
    return CommandLine::tr("--theme is \"%1\": write system, light or dark").arg(line.value("theme"));
  }
  if (options.files.size() > kFilesMax) {
    return CommandLine::tr("%1 files are named, the limit is %2: name their folder")
        .arg(options.files.size())
        .arg(kFilesMax);
  }
  for (const QString& file : options.files) {
    if (!QFileInfo::exists(file)) return CommandLine::tr("there is no file \"%1\"").arg(file);
  }
  return std::nullopt;
}

}  // namespace

bool Options::stands_alone() const {
  return !socket.isEmpty() || !url.isEmpty() || !profile.isEmpty() || !replay.isEmpty() || !record.isEmpty() ||
         !screenshots.isEmpty();
}

std::variant<Options, Farewell> read_options(const QStringList& arguments, const QStringList& pages) {
  CommandLine line;
  if (!line.parser.parse(arguments)) return wrong(line.parser.errorText());
  if (line.has("help") || line.has("help-all")) return Farewell{line.parser.helpText(), 0};
  if (line.has("version")) {
    return Farewell{QCoreApplication::applicationName() + QLatin1Char(' ') + QCoreApplication::applicationVersion() +
                        QLatin1Char('\n'),
                    0};
  }
  if (const auto fault = conflict(line)) return wrong(*fault);
  Options options;
  options.socket = absolute(line.value("socket"));
  options.url = line.value("url");
  options.token_file = absolute(line.value("token-file"));
  options.ca_file = absolute(line.value("ca-file"));
  options.profile = line.value("profile");
  options.replay = absolute(line.value("replay"));
  options.record = absolute(line.value("record"));
  options.page = line.value("page");
  options.language = line.value("language");
  options.screenshots = absolute(line.value("screenshot"));
  options.mode = mode_of(line.value("theme"));
  options.hidden = line.has("hidden");
  options.files.reserve(line.parser.positionalArguments().size());
  for (const QString& file : line.parser.positionalArguments()) options.files << absolute(file);
  if (const auto fault = fault_of(options, line, pages)) return wrong(*fault);
  return options;
}

std::optional<Farewell> farewell_without_screen(const QStringList& arguments, const QStringList& pages,
                                                bool has_screen) {
  const auto read = read_options(arguments, pages);
  // Of what is wrong more is known where Qt has taken its own options out.
  const auto* const farewell = std::get_if<Farewell>(&read);
  if (farewell && (farewell->status == 0 || !has_screen)) return *farewell;
  if (has_screen) return std::nullopt;
  return Farewell{QCoreApplication::applicationName() + QStringLiteral(": ") +
                      CommandLine::tr("there is no screen: neither WAYLAND_DISPLAY nor DISPLAY is set. Start it in a "
                                      "desktop session; to take pictures without one, set QT_QPA_PLATFORM=offscreen") +
                      QLatin1Char('\n'),
                  kFailed};
}

}  // namespace quern::desktop::app
