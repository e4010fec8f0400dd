#include "desktop/models/progress_pace.hpp"

#include <limits>

namespace quern::desktop::models {

std::optional<std::int64_t> left_of(std::int64_t took_ms, std::int64_t gained_permille, std::int64_t left_permille) {
  constexpr std::int64_t kWhole = 1'000;
  const bool enough = gained_permille >= ProgressPace::kLeastPermille && took_ms >= ProgressPace::kLeastMs;
  if (!enough || left_permille <= 0 || left_permille > kWhole) return std::nullopt;
  if (took_ms > std::numeric_limits<std::int64_t>::max() / kWhole) return std::nullopt;
  return took_ms * left_permille / gained_permille;
}

void ProgressPace::see(const QString& id, std::int64_t permille, std::int64_t now_unix_ms) {
  const auto found = seen_.find(id);
  if (found == seen_.end() || permille < found->permille || now_unix_ms < found->at_ms) {
    seen_.insert(id, {.from_ms = now_unix_ms, .from_permille = permille, .at_ms = now_unix_ms, .permille = permille});
  } else if (permille > found->permille) {
    found->at_ms = now_unix_ms;
    found->permille = permille;
  }
}

void ProgressPace::keep_only(const std::function<bool(const QString& id)>& wanted) {
  seen_.removeIf([&](const auto& entry) { return !wanted(entry.key()); });
}

std::optional<std::int64_t> ProgressPace::left_ms(const QString& id, std::int64_t now_unix_ms) const {
  constexpr std::int64_t kWhole = 1'000;
  const auto found = seen_.constFind(id);
  if (found == seen_.cend()) return std::nullopt;
  const auto then =
      left_of(found->at_ms - found->from_ms, found->permille - found->from_permille, kWhole - found->permille);
  if (!then) return std::nullopt;
  const std::int64_t left = *then - (now_unix_ms - found->at_ms);
  return left > 0 ? std::optional(left) : std::nullopt;
}

}  // namespace quern::desktop::models
