// Recording while another transport does the work, and a transport that plays what was recorded.
#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "desktop/client/recording.hpp"
#include "desktop/client/transport.hpp"

class QIODevice;

namespace quern::desktop::client {

// Writes events of all connections made while it lives. A file that cannot be written, or is full
// (kRecordingBytesMax), ends it: failed() says so, and the app goes on.
class Recorder : public QObject {
  Q_OBJECT
 public:
  // `file` is open for writing and outlives it. `now_unix_ms` goes into the first line.
  Recorder(QIODevice& file, std::int64_t now_unix_ms, QObject* parent = nullptr);

  // The same transports, watched. The recorder outlives them.
  TransportFactory watch(TransportFactory factory);
  void write(const RecordedEvent& event);
  std::int64_t at_ms() const { return clock_.elapsed(); }
  bool recording() const { return file_ != nullptr; }

 Q_SIGNALS:
  void failed(const QString& why);

 private:
  void put(const std::string& line);

  QIODevice* file_;
  QElapsedTimer clock_;
  std::size_t bytes_ = 0;
};

enum class Pace {
  recorded,   // topics change when they did, answers take as long as they did (kAnswerTimeMaxMs at most)
  immediate,  // all changes of a topic come one after another when it is followed
};
inline constexpr std::int64_t kAnswerTimeMaxMs = 2'000;

// Plays a recording: every transport it makes begins where the first one's clock is. Calls are answered by method and
// params, those of one kind in their order, the last of them for ever. Params that say a time (NAME_unix_ms,
// utc_offset_minutes) may differ where nothing fits better: today is another day. What was never asked fails with the
// reason "not_recorded". A topic begins with its value at that time, or the first it ever had.
TransportFactory replay(std::shared_ptr<const Recording> recording, Pace pace);

// A replay and its clock.
struct Playback {
  TransportFactory transport;
  // When the recording was taken, plus how long it has played: what was fresh then is fresh now. At the immediate pace
  // it begins where the recording ends. Without a time in the recording, absent.
  std::function<std::int64_t()> now_unix_ms;
};
Playback play(std::shared_ptr<const Recording> recording, Pace pace);

}  // namespace quern::desktop::client
