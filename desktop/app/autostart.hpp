// Whether the app starts with the desktop: an entry in the autostart folder of XDG.
#pragma once
#include <QString>

namespace quern::desktop::app {

// The file of this user.
QString autostart_file();
// Writes or removes it. False: it could not be done. `program`: absolute.
bool set_autostart(const QString& file, const QString& program, bool on);

}  // namespace quern::desktop::app
