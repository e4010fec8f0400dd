// How long jobs have left, by what was seen of their progress while they ran: a daemon does not tell when one of its
// own jobs began to run. Pure.
#pragma once
#include <QHash>
#include <QString>
#include <cstdint>
#include <functional>
#include <optional>

namespace quern::desktop::models {

class ProgressPace {
 public:
  // Of less progress, or in less time, nothing follows.
  static constexpr std::int64_t kLeastPermille = 20;
  static constexpr std::int64_t kLeastMs = 3'000;

  // It runs at `now`, and is so far. Less than before: it begins anew.
  void see(const QString& id, std::int64_t permille, std::int64_t now_unix_ms);
  void forget(const QString& id) { seen_.remove(id); }
  void keep_only(const std::function<bool(const QString& id)>& wanted);
  // Absent where it is not known, and where that time is over already.
  std::optional<std::int64_t> left_ms(const QString& id, std::int64_t now_unix_ms) const;

 private:
  struct Seen {
    std::int64_t from_ms = 0;
    std::int64_t from_permille = 0;
    std::int64_t at_ms = 0;  // of the last progress
    std::int64_t permille = 0;
  };
  QHash<QString, Seen> seen_;
};

// What is left of something that took `took_ms` for that much of its progress.
std::optional<std::int64_t> left_of(std::int64_t took_ms, std::int64_t gained_permille, std::int64_t left_permille);

}  // namespace quern::desktop::models
