#include "hwprobe/recording_files.hpp"

#include <algorithm>
#include <utility>

namespace quern::hwprobe {

RecordingFiles::RecordingFiles(std::shared_ptr<const FileTree> original) : original_(std::move(original)) {}

bool RecordingFiles::has_room(std::size_t bytes) const {
  const std::size_t entries = links_.size() + contents_.size() + closed_.size() + names_.size() + directories_.size();
  const bool room = entries < kRecordedEntriesMax && bytes <= kRecordedBytesMax - bytes_;
  is_cut_ = is_cut_ || !room;
  return room;
}

const std::optional<std::string>& RecordingFiles::link_at(const std::string& path) const {
  static const std::optional<std::string> kNone;
  if (const auto known = links_.find(path); known != links_.end()) return known->second;
  if (!has_room(0)) return kNone;
  const auto target = original_->read_link(path);
  return links_.emplace(path, target ? std::optional(*target) : std::nullopt).first->second;
}

// Where a path leads, free of links, "." and ".."; nullopt for one that leads nowhere.
std::optional<std::string> RecordingFiles::place_of(std::string_view path) const {
  if (!path.starts_with('/')) return std::nullopt;
  std::string place;
  std::string rest(path);
  int followed = 0;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string name = rest.substr(0, end);
    rest.erase(0, end + 1);
    if (name.empty() || name == ".") continue;
    std::string next = place;
    next += '/';
    next += name;
    if (name == "..") {
      place.resize(place.empty() ? 0 : place.rfind('/'));
    } else if (const auto& target = link_at(next); target) {
      if (++followed > kLinksMax) return std::nullopt;
      if (target->starts_with('/')) place.clear();
      rest.insert(0, 1, '/').insert(0, *target);
    } else {
      place = std::move(next);
    }
  }
  return place;
}

std::expected<std::string, FileError> RecordingFiles::read(std::string_view path, std::size_t limit) const {
  auto content = original_->read(path, limit);
  const std::scoped_lock lock(mutex_);
  const auto place = place_of(path);
  const std::size_t bytes = content ? content->size() : 0;
  if (!place || !has_room(bytes)) return content;
  // A second reader with a higher limit may have more success than the first.
  const auto [known, is_new] = contents_.try_emplace(*place, content);
  const bool is_better = !is_new && !known->second && content;
  if (is_better) known->second = content;
  if (is_new || is_better) bytes_ += bytes;
  return content;
}

std::expected<std::vector<std::string>, FileError> RecordingFiles::list(std::string_view path) const {
  auto names = original_->list(path);
  const std::scoped_lock lock(mutex_);
  const auto place = place_of(path);
  if (!place || !has_room(0)) return names;
  if (names) {
    directories_.insert(*place);
    for (const std::string& name : *names) {
      if (has_room(0)) names_.insert(*place + '/' + name);
    }
  } else {
    closed_.emplace(*place, names.error());
  }
  return names;
}

std::expected<std::string, FileError> RecordingFiles::read_link(std::string_view path) const {
  auto target = original_->read_link(path);
  const std::scoped_lock lock(mutex_);
  // The link itself is remembered by the walk through it.
  place_of(path);
  return target;
}

RecordedFiles RecordingFiles::seen() const {
  const std::scoped_lock lock(mutex_);
  RecordedFiles files;
  std::set<std::string> taken;
  for (const auto& [path, target] : links_) {
    if (target) files.add_link(path, *target);
    if (target) taken.insert(path);
  }
  const auto has_below = [](const auto& entries, const std::string& path) {
    const auto below = entries.lower_bound(path + '/');
    return below != entries.end() && std::string_view(*below).starts_with(path + '/');
  };
  for (const auto& [path, content] : contents_) {
    if (content) files.add_file(path, *content);
    if (content) taken.insert(path);
  }
  const auto add_error = [&](const std::string& path, FileError error) {
    // A directory that was listed and also read in vain is a directory.
    if (error == FileError::missing || taken.contains(path) || has_below(taken, path) || has_below(names_, path))
      return;
    files.add_error(path, error);
    taken.insert(path);
  };
  for (const auto& [path, content] : contents_) {
    if (!content) add_error(path, content.error());
  }
  for (const auto& [path, error] : closed_) add_error(path, error);
  for (const std::string& path : directories_) files.add_directory(path);
  taken.insert(directories_.begin(), directories_.end());
  for (const std::string& path : names_) {
    if (!taken.contains(path) && !has_below(taken, path)) files.add_error(path, FileError::missing);
  }
  return files;
}

bool RecordingFiles::is_cut() const {
  const std::scoped_lock lock(mutex_);
  return is_cut_;
}

}  // namespace quern::hwprobe
