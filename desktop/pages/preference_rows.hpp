// Single settings of a daemon: each applies at once (preferences.set), shows what is in force, and says below itself
// what the daemon refused. A setting that is set here and not by the configuration can be given back.
#pragma once
#include <QTimer>
#include <QWidget>
#include <cstdint>
#include <functional>
#include <vector>

#include <boost/json/value.hpp>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/asked.hpp"
#include "desktop/widgets/labels.hpp"

class QComboBox;
class QHBoxLayout;
class QSlider;
class QToolButton;
class QVBoxLayout;

namespace quern::desktop::widgets {
class PriceSpin;
class Toggle;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

struct PreferenceText {
  const char* name;  // of preferences.set
  QString title;
  QString hint;  // may be empty
};

class PreferenceRow : public QWidget {
  Q_OBJECT
 protected:
  PreferenceRow(models::DaemonModels& models, const PreferenceText& text);
  // At the trailing side of the title.
  void add_control(QWidget* control);
  // Below the title, as wide as the row.
  void add_below(QWidget* control);
  // Calls preferences.set; `done` is told whether it was granted.
  void send(boost::json::value value, std::function<void(bool)> done);
  // The daemon has answered what was asked.
  template <class T, class Show>
  void answered(Asked<T>& asked, bool granted, Show show) {
    granted ? asked.granted(this, show) : asked.refused();
    show();
  }
  void show_reset();
  bool live() const { return models_.connection().live(); }
  const QString& title() const { return title_; }

  models::DaemonModels& models_;

 private:
  void call(boost::json::object params, std::function<void(bool)> done);
  void reset();

  const char* name_;
  QString title_;
  QHBoxLayout* head_;
  QVBoxLayout* column_;
  QToolButton* reset_;
  widgets::TextLabel* fault_;
};

class SwitchRow : public PreferenceRow {
  Q_OBJECT
 public:
  SwitchRow(models::DaemonModels& models, const PreferenceText& text);
  // Before it is switched on: where `asks` is true a person has been asked something first, and switch_to() follows.
  void set_question(std::function<bool()> asks) { asks_ = std::move(asks); }
  void switch_to(bool on);
  void show_value(bool on);

 private:
  std::function<bool()> asks_;
  widgets::Toggle* toggle_;
  Asked<bool> asked_;
  std::uint64_t calls_ = 0;
  bool told_ = false;
};

class LimitRow : public PreferenceRow {
  Q_OBJECT
 public:
  using Stops = std::vector<std::int64_t> (*)(std::int64_t least, std::int64_t most);
  struct Scale {
    Stops stops;          // between bounds that are only some number
    Stops machine_stops;  // up to what the machine has
    std::function<QString(std::int64_t)> format;
  };
  LimitRow(models::DaemonModels& models, const PreferenceText& text, Scale scale);
  // `there`: how much the machine has, which is said and is where the slider ends, unless more was set elsewhere; 0
  // where nobody knows.
  void show_value(models::PreferencesData::Number number, std::int64_t there);

 private:
  void take(int place);
  void send_value();
  void write(std::int64_t value);

  Scale scale_;
  std::int64_t there_ = 0;
  std::vector<std::int64_t> stops_;
  models::PreferencesData::Number told_;
  Asked<std::int64_t> asked_;
  QTimer settle_;
  widgets::ElidedLabel* value_;
  QSlider* slider_;
};

// An amount of credits, or no bound.
class AmountRow : public PreferenceRow {
  Q_OBJECT
 public:
  AmountRow(models::DaemonModels& models, const PreferenceText& text);
  void show_value(const models::PreferencesData::Amount& amount);

 private:
  void set(std::optional<std::int64_t> micro);

  widgets::Toggle* bounded_;
  widgets::PriceSpin* spin_;
  Asked<models::PreferencesData::Amount> asked_;
  models::PreferencesData::Amount told_;
};

class ChoiceRow : public PreferenceRow {
  Q_OBJECT
 public:
  // Names as they are sent, and as they are shown.
  ChoiceRow(models::DaemonModels& models, const PreferenceText& text,
            const QVector<std::pair<QString, QString>>& choices);
  // One that is not among the choices is added.
  void show_value(const QString& name);

 private:
  QComboBox* box_;
  Asked<QString> asked_;
  QString told_;
};

}  // namespace quern::desktop::pages
