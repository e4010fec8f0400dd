#include "scheduler/rpc/topics.hpp"

#include <utility>

#include "overlay/runtime/assertion.hpp"
#include "scheduler/rpc/patch.hpp"
#include "scheduler/rpc/schema.hpp"

namespace quern::rpc {

namespace json = boost::json;

bool Topics::add(std::string name, Source source) {
  if (name.size() > kTopicNameBytesMax || topics_.size() >= kTopicsMax) return false;
  return topics_.emplace(std::move(name), Topic{.source = std::move(source), .now = {.topic = ++last_topic_}}).second;
}

void Topics::remove(std::string_view name) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) return;
  if (found->second.followers > 0) {
    changed_.emplace(name);
    waiter_.wake_all();
  }
  topics_.erase(found);
}

void Topics::changed(std::string_view name) {
  const auto found = topics_.find(name);
  if (found == topics_.end() || found->second.followers == 0 || found->second.dirty) return;
  found->second.dirty = true;
  changed_.emplace(name);
  waiter_.wake_all();
}

bool Topics::followed(std::string_view name) const {
  const auto found = topics_.find(name);
  return found != topics_.end() && found->second.followers > 0;
}

std::string Topics::nearest_name(std::string_view name) const {
  constexpr std::size_t kCompared = 256;
  std::vector<std::string_view> names;
  for (const auto& [known, topic] : topics_) {
    if (names.size() == kCompared) break;
    names.emplace_back(known);
  }
  return nearest(name, names);
}

Topics::Topic* Topics::find(std::string_view name, const Snapshot& last) {
  const auto found = topics_.find(name);
  return found == topics_.end() || found->second.now.topic != last.topic ? nullptr : &found->second;
}

std::optional<Snapshot> Topics::follow(std::string_view name) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) return std::nullopt;
  Topic& topic = found->second;
  if (topic.followers++ == 0) {
    topic.now.version = ++last_version_;
    topic.now.value = std::make_shared<const json::value>(topic.source());
    topic.dirty = false;
  }
  return topic.now;
}

void Topics::unfollow(std::string_view name, const Snapshot& last) {
  Topic* const topic = find(name, last);
  if (!topic) return;
  QUERN_ASSERT(topic->followers > 0, "a topic lost a follower that it never had");
  if (--topic->followers > 0) return;
  topic->now.value.reset();
  topic->last.reset();
  topic->dirty = false;
}

std::optional<Delta> Topics::advance(std::string_view name, Snapshot& last) {
  Topic* const topic = find(name, last);
  if (!topic) return std::nullopt;
  if (last.version == topic->now.version) return Delta{.from = last.version, .version = last.version, .patch = {}};
  if (!topic->last || topic->last->from != last.version || topic->last->version != topic->now.version) {
    topic->last = Delta{last.version, topic->now.version, diff(*last.value, *topic->now.value)};
  }
  last = topic->now;
  return topic->last;
}

std::vector<std::string> Topics::refresh() {
  std::vector<std::string> news;
  for (const std::string& name : std::exchange(changed_, {})) {
    const auto found = topics_.find(name);
    if (found != topics_.end() && found->second.dirty) {
      Topic& topic = found->second;
      topic.dirty = false;
      auto value = std::make_shared<const json::value>(topic.source());
      if (*value == *topic.now.value) continue;
      topic.now.version = ++last_version_;
      topic.now.value = std::move(value);
    }
    news.push_back(name);
  }
  return news;
}

runtime::Task<void> Topics::wait_changed() {
  while (changed_.empty()) co_await waiter_.wait();
}

}  // namespace quern::rpc
