// Topics: named values of the daemon that callers follow. A follower gets the whole value once and then what changed
// (patch.hpp). Nothing is queued for a slow one: it gets one patch from what it has to what there is now.
//
// A value is made by its source and only when somebody follows it; the rooms that own it merely say that it changed.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "overlay/runtime/task.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::rpc {

inline constexpr std::size_t kTopicNameBytesMax = 256;
inline constexpr std::size_t kTopicsMax = 16'384;

// A topic's value at one moment. Versions of a topic only grow; each is another value.
struct Snapshot {
  std::uint64_t topic = 0;  // which one, should a name be used again
  std::uint64_t version = 0;
  std::shared_ptr<const boost::json::value> value;
};

// How to get from one version to the next.
struct Delta {
  std::uint64_t from = 0;
  std::uint64_t version = 0;
  boost::json::array patch;
};

// Used on one executor. It must outlive the server.
class Topics {
 public:
  // The value as it is now. Called between turns of others, never beside them; must not call back into this.
  using Source = std::function<boost::json::value()>;

  // False when there is one of that name, the name is too long, or kTopicsMax are there.
  bool add(std::string name, Source source);
  // Followers are told that it has ended.
  void remove(std::string_view name);
  // Its source would make another value now (or may). Cheap; any number of times; unknown names do nothing.
  void changed(std::string_view name);
  bool contains(std::string_view name) const { return topics_.contains(name); }
  // Whether somebody follows it: what costs much to know can wait until then.
  bool followed(std::string_view name) const;
  // Names that are near, for an error's remedy.
  std::string nearest_name(std::string_view name) const;

  // For the server: a topic counts its followers and has a value while there is one. Nullopt: no such topic.
  std::optional<Snapshot> follow(std::string_view name);
  void unfollow(std::string_view name, const Snapshot& last);
  // What leads from `last` to what there is now, which it becomes; an empty patch when it is that already. Nullopt when
  // the topic has ended.
  std::optional<Delta> advance(std::string_view name, Snapshot& last);

  // Makes anew the values of all topics that changed and are followed; returns their names, and those that ended.
  std::vector<std::string> refresh();
  // Returns once refresh() has something to do. One waiter.
  runtime::Task<void> wait_changed();

 private:
  struct Topic {
    Source source;
    Snapshot now;
    std::size_t followers = 0;
    bool dirty = false;
    std::optional<Delta> last;  // made last: followers that are equally far share it
  };
  Topic* find(std::string_view name, const Snapshot& last);

  std::map<std::string, Topic, std::less<>> topics_;
  std::set<std::string, std::less<>> changed_;  // followed, or ended: at most kTopicsMax
  std::uint64_t last_version_ = 0;
  std::uint64_t last_topic_ = 0;
  runtime::WaitQueue waiter_;
};

}  // namespace quern::rpc
