// One caller's connection: reads its messages, runs its calls beside each other, keeps its subscriptions, and writes
// answers and notifications within its limits.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/rpc/limits.hpp"
#include "scheduler/rpc/message_stream.hpp"
#include "scheduler/rpc/registry.hpp"
#include "scheduler/rpc/token.hpp"
#include "scheduler/rpc/topics.hpp"

namespace quern::rpc {

// What all sessions of a server share; outlives them.
struct Service {
  runtime::Runtime& runtime;
  const Registry& registry;
  Topics& topics;
  Limits limits;
  const Token* token = nullptr;  // of auth.login; none: nobody has to log in
  // Told what happened to whom: "dropped", "refused", "failed".
  std::function<void(std::string_view event, std::string_view caller, std::string_view detail)> on_event;
  // How many connections may call now: a login is held against Limits::connections.
  std::function<std::size_t()> authorized;
  // More waits for a slow reader than before: what waits for all is held against kUnsentBytesOfAllMax.
  std::function<void()> bound_unsent = [] {};
};

inline constexpr runtime::Duration kLoginTime = std::chrono::seconds(10);
// A message that is not taken off in this time ends its connection.
inline constexpr runtime::Duration kSendTime = std::chrono::seconds(30);
// For the last words to a caller that is dropped, and for answers to one that has finished writing.
inline constexpr runtime::Duration kLastWordsTime = std::chrono::seconds(2);
inline constexpr runtime::Duration kDrainTime = std::chrono::seconds(10);
// That wait for slow readers on all connections together; the one with the most is then dropped.
inline constexpr std::size_t kUnsentBytesOfAllMax = 64 << 20;
inline constexpr std::size_t kLoginMessageBytesMax = 4096;  // before the token was shown

class Session {
 public:
  // `authorized`: need not log in.
  Session(Service& service, MessageStreamPtr stream, bool authorized);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Until the caller goes or is dropped; calls that are under way are then cancelled. Once.
  runtime::Task<void> run();
  // The value of a topic is another, or the topic has ended; does nothing for one that is not followed.
  void topic_changed(std::string_view topic);
  // Tells the caller why, and ends.
  void drop(const Failure& why);
  // Drops it for not reading, and what waits for it. `limit` of limit_failure().
  void drop_slow(std::string_view limit, std::size_t value, std::size_t allowed);
  // That wait for the caller; 0 of one that is dropped.
  std::size_t unsent_bytes() const { return closing_ || written_ ? 0 : unsent_bytes_; }
  // It may call: it has shown the token, or need not.
  bool authorized() const { return authorized_; }

 private:
  class Scope;  // the connection as one message's calls see it
  struct Following {
    Snapshot last;        // that the caller has
    bool active = false;  // the answer with the snapshot has been queued
  };
  using Followings = std::map<std::string, Following, std::less<>>;

  runtime::Task<void> read_messages();
  runtime::Task<void> write_messages();
  runtime::Task<void> login_deadline();
  runtime::Task<void> close_later();
  runtime::Task<void> drain();
  runtime::Task<void> serve(Incoming incoming);
  runtime::Task<Answer> call(Request request, Scope& scope);
  runtime::Task<Answer> run_handler(const Method& method, boost::json::object params, Scope& scope);

  void refuse_all(const Incoming& incoming, const Failure& why);
  void answer(std::vector<Response> responses, bool batch);
  void push(std::string text);
  void notify(std::string_view method, boost::json::object params);
  void queue_news();
  bool count_call();
  Answer login(std::string_view token);
  Answer subscribe(std::string_view topic, std::vector<std::string>& made);
  Answer unsubscribe(std::string_view topic);

  Service& service_;
  MessageStreamPtr stream_;
  runtime::TaskGroup* tasks_ = nullptr;  // while run() runs
  bool authorized_;
  bool closing_ = false;  // the last message is queued
  bool written_ = false;  // nothing can be written any more
  bool sending_ = false;
  std::deque<std::string> outbox_;
  std::size_t unsent_bytes_ = 0;  // with the message that is being sent; at most Limits::unsent_bytes
  std::string last_words_;
  Followings followings_;         // at most Limits::subscriptions
  std::deque<std::string> news_;  // of followings_, each once
  std::size_t running_ = 0;       // at most Limits::calls_at_once
  std::size_t malformed_ = 0;
  std::size_t logins_ = 0;
  runtime::Time second_;  // in which calls_ were made
  std::size_t calls_ = 0;
  runtime::WaitQueue work_;  // for the writer
  runtime::WaitQueue idle_;  // everything is answered and written
};

}  // namespace quern::rpc
