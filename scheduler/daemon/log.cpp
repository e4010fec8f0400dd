#include "scheduler/daemon/log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include <unistd.h>

namespace quern::daemon {

namespace {

std::string_view name_of(LogLevel level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warning", "error"};
  return kNames.at(static_cast<std::size_t>(level));
}

// Cut where a character of UTF-8 begins.
std::string_view bounded(std::string_view text) {
  if (text.size() <= kLogValueBytesMax) return text;
  std::size_t size = kLogValueBytesMax;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

// A JSON string, which is also how awkward texts stand in key=value lines. Bytes above 127 are taken as they are where
// they are UTF-8, and as '?' where they may not be.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", byte);
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Continuation bytes are wanted after a leading one, and nowhere else. Overlong forms pass: readers replace them.
std::string utf8(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size();) {
    const auto byte = static_cast<unsigned char>(out[i]);
    const std::size_t length = byte < 0x80             ? 1
                               : (byte & 0xE0) == 0xC0 ? 2
                               : (byte & 0xF0) == 0xE0 ? 3
                               : (byte & 0xF8) == 0xF0 ? 4
                                                       : 0;
    bool whole = length > 0 && i + length <= out.size();
    for (std::size_t j = 1; whole && j < length; ++j) whole = (static_cast<unsigned char>(out[i + j]) & 0xC0) == 0x80;
    if (!whole) out[i] = '?';
    i += whole ? length : 1;
  }
  return out;
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/+@%*,()[]";
  return !text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos;
}

struct ValueText {
  LogFormat format;
  std::string operator()(std::string_view text) const {
    const std::string_view cut = bounded(text);
    return format == LogFormat::text && is_plain(cut) ? std::string(cut) : quoted(utf8(cut));
  }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
};

// A line that grows by fields and never past its bound.
class Line {
 public:
  explicit Line(LogFormat format) : format_(format), text_(format == LogFormat::json ? "{" : "") {}

  // Of the record's own: what has a name that is taken gets another one, as readers of JSON keep one of two.
  void add_field(std::string_view key, const LogValue& value) {
    std::string name(bounded(key));
    while (std::ranges::find(taken_, name) != taken_.end()) name += '_';
    add(name, value);
    taken_.push_back(std::move(name));
  }
  void add(std::string_view key, const LogValue& value) {
    constexpr std::size_t kRestBytes = 32;  // for "cut" and the end of the line
    std::string field = text_.size() <= 1 ? "" : format_ == LogFormat::json ? "," : " ";
    if (format_ == LogFormat::json) {
      field += quoted(utf8(bounded(key))) + ":";
    } else {
      field.append(bounded(key)).append("=");
    }
    field += std::visit(ValueText{format_}, value.value());
    if (text_.size() + field.size() + kRestBytes > kLogLineBytesMax) {
      cut_ = true;
    } else {
      text_ += field;
    }
  }
  std::string end() && {
    if (cut_) text_ += format_ == LogFormat::json ? R"(,"cut":true)" : " cut=true";
    text_ += format_ == LogFormat::json ? "}\n" : "\n";
    return std::move(text_);
  }

 private:
  LogFormat format_;
  std::string text_;
  std::vector<std::string> taken_ = {"time", "level", "event", "left_out", "cut"};
  bool cut_ = false;
};

}  // namespace

Log::Log(runtime::Clock& clock, LogLevel least, LogFormat format, Sink sink)
    : clock_(clock), least_(least), format_(format), sink_(std::move(sink)) {}

Log::Repeats& Log::repeats_of(std::string_view event) {
  const auto found = repeats_.find(event);
  if (found != repeats_.end()) return found->second;
  const std::string_view name = repeats_.size() < kEventsMax ? event : std::string_view();
  return repeats_.emplace(name, Repeats{.since = clock_.now()}).first->second;
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < least_) return;
  Repeats& repeats = repeats_of(event);
  const runtime::Time now = clock_.now();
  if (now - repeats.since >= kRepeatsTime) {
    repeats.since = now;
    repeats.written = 0;
  }
  if (repeats.written >= kRepeatsMax) {
    ++repeats.left_out;
    return;
  }
  ++repeats.written;
  Line line(format_);
  line.add("time", to_text(clock_.wall_now()));
  line.add("level", name_of(level));
  line.add("event", event);
  if (const std::uint64_t left_out = std::exchange(repeats.left_out, 0); left_out > 0) line.add("left_out", left_out);
  for (const LogField& field : fields) line.add_field(field.key, field.value);
  sink_(std::move(line).end());
}

Log::Sink standard_error() {
  return [](std::string_view line) {
    while (!line.empty()) {
      const ssize_t size = ::write(STDERR_FILENO, line.data(), line.size());
      if (size <= 0) return;
      line.remove_prefix(static_cast<std::size_t>(size));
    }
  };
}

std::string to_text(runtime::WallTime time) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> at{chrono::milliseconds(time.unix_ms)};
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(at - day);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text.data();
}

}  // namespace quern::daemon
