// A service that does what it is told at once.
#pragma once
#include "desktop/pages/service_unit.hpp"

namespace quern::desktop::pages {

class PlayedService : public ServiceUnit {
 public:
  State now = State::absent;
  bool starts_at_login = false;
  int starts = 0;
  bool own = true;  // the daemon that is shown
  QString refuses;  // why it does not start at the login; empty: it does

  State state() const override { return now; }
  bool runs(const QString& /*place*/) const override { return own; }
  bool enabled() const override { return starts_at_login; }
  void start() override {
    ++starts;
    put(State::starting);
  }
  void stop() override { put(State::stopped); }
  void set_enabled(bool enabled) override {
    if (!refuses.isEmpty()) {
      Q_EMIT refused(refuses);
      return;
    }
    starts_at_login = enabled;
  }
  void put(State state) {
    now = state;
    Q_EMIT changed();
  }
};

}  // namespace quern::desktop::pages
