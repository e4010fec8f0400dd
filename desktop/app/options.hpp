// The command line of quern-desktop.
#pragma once
#include <QString>
#include <QStringList>
#include <optional>
#include <variant>

#include "desktop/theme/theme.hpp"

namespace quern::desktop::app {

inline constexpr qsizetype kFilesMax = 1'000;  // named at once, here and by a second start

struct Options {
  QString socket;  // absolute; at most one of socket, url, profile and replay is not empty
  QString url;     // with token_file
  QString token_file;
  QString ca_file;  // of a wss:// url; may be empty
  QString profile;  // its name
  QString replay;
  QString record;  // a file to write
  QString page;
  QString language;
  QString screenshots;  // the folder
  std::optional<theme::Mode> mode;
  bool hidden = false;
  QStringList files;  // of a new job; absolute

  // Says by itself what it is to do: it neither looks for another instance nor becomes the one that others find.
  bool stands_alone() const;
  bool operator==(const Options&) const = default;
};
// Nothing to run: what is to be printed, and the exit status.
struct Farewell {
  QString text;
  int status = 0;
};
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

// What can be said before there is a window: the help, the version, and that there is no screen to show one on.
std::optional<Farewell> farewell_without_screen(const QStringList& arguments, const QStringList& pages,
                                                bool has_screen);

// `arguments` as QCoreApplication gives them. `pages`: the names that --page takes.
std::variant<Options, Farewell> read_options(const QStringList& arguments, const QStringList& pages);

}  // namespace quern::desktop::app
