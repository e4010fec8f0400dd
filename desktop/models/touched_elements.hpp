// Which elements of a list that is a member of a topic's value have changed since they were last taken: of ten thousand
// only those need be read anew. Pure.
#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>

namespace quern::desktop::models {

inline constexpr std::size_t kTouchedMax = 4'000;  // above, the whole is read

class TouchedElements {
 public:
  // Of the member of that name ("offers"), which needs no escape in a path. Begins with everything touched.
  explicit TouchedElements(std::string_view member);

  // A patch that fitted (scheduler/rpc/patch.hpp). Whatever is not plainly within an element touches everything.
  void add(const boost::json::array& patch);
  void add_everything();
  void clear();

  bool everything() const { return everything_; }
  // Numbers of elements; of no meaning while everything is touched. Some may be past the end of the list.
  const std::set<std::size_t>& elements() const { return elements_; }

 private:
  bool add_path(std::string_view path);

  std::string prefix_;  // "/offers/"
  std::set<std::size_t> elements_;
  bool everything_ = true;
};

}  // namespace quern::desktop::models
