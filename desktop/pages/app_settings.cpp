#include "desktop/pages/app_settings.hpp"

#include <QStringList>
#include <algorithm>
#include <array>

namespace quern::desktop::pages {
namespace {

const QString kMode = QStringLiteral("app/colours");
const QString kTextPercent = QStringLiteral("app/text_percent");
const QString kLanguage = QStringLiteral("app/language");
const QString kBudget = QStringLiteral("app/proposed_budget_micro");
const QString kFilters = QStringLiteral("market/filters");
const QString kColumns = QStringLiteral("market/hidden_columns");
const QString kGeometry = QStringLiteral("window/geometry");
const QString kPage = QStringLiteral("window/page");
constexpr const char* kAutostart = "app/autostart";
constexpr const char* kKeepInTray = "app/keep_in_tray";
constexpr const char* kWelcomed = "app/welcomed";
constexpr qsizetype kPageNameMax = 32;

constexpr std::array kModes{"system", "light", "dark"};
constexpr std::array kNoticeKeys{"notify/job_ended", "notify/job_failed", "notify/device_lost",
                                 "notify/connection_lost"};
static_assert(kNoticeKeys.size() == kNotices);

const char* key_of(Notice notice) {
  return kNoticeKeys.at(static_cast<std::size_t>(notice));
}

}  // namespace

AppSettings::AppSettings(client::SettingsStore& settings, QObject* parent)
    : QObject(parent), settings_(settings), profiles_(settings) {}

bool AppSettings::flag(const char* key, bool otherwise) const {
  return settings_.value(QString::fromLatin1(key), otherwise).toBool();
}

bool AppSettings::put_flag(const char* key, bool otherwise, bool on) {
  if (flag(key, otherwise) == on) return false;
  settings_.set_value(QString::fromLatin1(key), on);
  return true;
}

theme::Mode AppSettings::mode() const {
  const QString name = settings_.value(kMode).toString();
  const auto found = std::ranges::find_if(kModes, [&](const char* each) { return name == QLatin1String(each); });
  return found == kModes.end() ? theme::Mode::system : static_cast<theme::Mode>(found - kModes.begin());
}

void AppSettings::set_mode(theme::Mode mode) {
  if (mode == this->mode()) return;
  settings_.set_value(kMode, QString::fromLatin1(kModes.at(static_cast<std::size_t>(mode))));
  Q_EMIT mode_changed(mode);
}

int AppSettings::text_percent() const {
  return std::clamp(settings_.value(kTextPercent, 100).toInt(), 100, kTextPercentMost);
}

void AppSettings::set_text_percent(int percent) {
  const int bounded = std::clamp(percent, 100, kTextPercentMost);
  if (bounded == text_percent()) return;
  settings_.set_value(kTextPercent, bounded);
  Q_EMIT text_percent_changed(bounded);
}

QString AppSettings::language() const {
  const QString language = settings_.value(kLanguage).toString();
  return language.size() > kLanguageMax ? QString() : language;
}

void AppSettings::set_language(const QString& language) {
  if (language == this->language() || language.size() > kLanguageMax) return;
  settings_.set_value(kLanguage, language);
  Q_EMIT language_changed();
}

bool AppSettings::autostart() const {
  return flag(kAutostart, false);
}

void AppSettings::set_autostart(bool on) {
  if (put_flag(kAutostart, false, on)) Q_EMIT autostart_changed(on);
}

bool AppSettings::keep_in_tray() const {
  return flag(kKeepInTray, false);
}

void AppSettings::set_keep_in_tray(bool on) {
  if (put_flag(kKeepInTray, false, on)) Q_EMIT keep_in_tray_changed(on);
}

bool AppSettings::notifies(Notice notice) const {
  return flag(key_of(notice), true);
}

void AppSettings::set_notifies(Notice notice, bool on) {
  if (put_flag(key_of(notice), true, on)) Q_EMIT notifies_changed();
}

std::optional<std::int64_t> AppSettings::proposed_budget_micro() const {
  bool is_number = false;
  const qlonglong micro = settings_.value(kBudget).toLongLong(&is_number);
  if (!is_number || micro < 0 || micro > kBudgetMaxMicro) return std::nullopt;
  return micro;
}

void AppSettings::set_proposed_budget_micro(std::optional<std::int64_t> micro) {
  if (micro) micro = std::clamp<std::int64_t>(*micro, 0, kBudgetMaxMicro);
  if (micro == proposed_budget_micro()) return;
  if (micro) {
    settings_.set_value(kBudget, QVariant::fromValue<qlonglong>(*micro));
  } else {
    settings_.remove(kBudget);
  }
  Q_EMIT proposed_budget_changed();
}

QStringList AppSettings::saved_filters() const {
  QStringList lines = settings_.value(kFilters).toStringList().mid(0, kFiltersMax);
  lines.removeIf([](const QString& line) { return line.isEmpty() || line.size() > kFilterCharsMax; });
  return lines;
}

void AppSettings::set_saved_filters(const QStringList& lines) {
  settings_.set_value(kFilters, lines.mid(0, kFiltersMax));
}

QSet<int> AppSettings::hidden_columns() const {
  QSet<int> columns;
  const QStringList numbers = settings_.value(kColumns).toStringList().mid(0, kColumnsMax);
  for (const QString& number : numbers) {
    bool is_number = false;
    const int column = number.toInt(&is_number);
    if (is_number && column >= 0 && column < kColumnsMax) columns.insert(column);
  }
  return columns;
}

void AppSettings::set_hidden_columns(const QSet<int>& columns) {
  QStringList numbers;
  numbers.reserve(columns.size());
  for (const int column : columns) numbers << QString::number(column);
  settings_.set_value(kColumns, numbers);
}

bool AppSettings::welcomed() const {
  return flag(kWelcomed, false);
}

void AppSettings::set_welcomed(bool done) {
  put_flag(kWelcomed, false, done);
}

QByteArray AppSettings::window_geometry() const {
  const QByteArray geometry = settings_.value(kGeometry).toByteArray();
  return geometry.size() > kGeometryBytesMax ? QByteArray() : geometry;
}

void AppSettings::set_window_geometry(const QByteArray& geometry) {
  if (geometry.size() <= kGeometryBytesMax) settings_.set_value(kGeometry, geometry);
}

QString AppSettings::page() const {
  return settings_.value(kPage).toString().left(kPageNameMax);
}

void AppSettings::set_page(const QString& page) {
  settings_.set_value(kPage, page.left(kPageNameMax));
}

}  // namespace quern::desktop::pages
