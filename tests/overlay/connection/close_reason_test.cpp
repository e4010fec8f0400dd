#include "overlay/connection/close_reason.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "overlay/muxer/muxer.hpp"
#include "overlay/security/security.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::connection {
namespace {

using runtime::Error;

TEST(CloseReason, each_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(CloseReason::over_memory); ++i) {
    names.insert(name_of(static_cast<CloseReason>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(CloseReason::over_memory) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(CloseReason, an_error_means_one_reason) {
  EXPECT_EQ(reason_of(Error(runtime::Errc::end_of_stream)), CloseReason::remote_closed);
  EXPECT_EQ(reason_of(Error(muxer::Errc::going_away)), CloseReason::remote_closed);
  EXPECT_EQ(reason_of(Error(runtime::Errc::reset)), CloseReason::remote_reset);
  EXPECT_EQ(reason_of(Error(runtime::Errc::timed_out)), CloseReason::remote_reset);
  EXPECT_EQ(reason_of(Error(runtime::Errc::unreachable)), CloseReason::remote_reset);
  EXPECT_EQ(reason_of(Error(runtime::Errc::system)), CloseReason::remote_reset);
  EXPECT_EQ(reason_of(Error(runtime::Errc::closed)), CloseReason::local_closed);
  EXPECT_EQ(reason_of(Error(muxer::Errc::peer_silent)), CloseReason::peer_silent);
  EXPECT_EQ(reason_of(Error(muxer::Errc::bad_frame)), CloseReason::protocol_violation);
  EXPECT_EQ(reason_of(Error(security::Errc::bad_record)), CloseReason::protocol_violation);
  EXPECT_EQ(reason_of(Error(transport::Errc::bad_frame)), CloseReason::protocol_violation);
  EXPECT_EQ(reason_of(Error(muxer::Errc::memory_limit)), CloseReason::over_memory);
}

}  // namespace
}  // namespace quern::connection
