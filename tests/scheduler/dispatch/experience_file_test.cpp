#include "scheduler/dispatch/experience_file.hpp"

#include <gtest/gtest.h>

#include "overlay/runtime/bytes.hpp"
#include "scheduler/market/error.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::dispatch {
namespace {

using market::ExperienceBook;
using runtime::Runtime;
using runtime::Task;

class ExperienceFile : public runtime::BothWorlds {};
QUERN_ON_BOTH_WORLDS(ExperienceFile);

TEST_P(ExperienceFile, is_empty_at_first_and_comes_back_as_it_was) {
  run([](Runtime& runtime) -> Task<void> {
    auto book = co_await load_experience(runtime.disk());
    EXPECT_TRUE(book && book->size() == 0);
    if (!book) co_return;
    EXPECT_TRUE(book->add({.program = {}, .provider = "someone", .device = "gpu"},
                          {.units = 5, .device_us = 6, .cpu_us = 7, .setup_us = 8}));
    EXPECT_TRUE(co_await save_experience(runtime.disk(), *book));
    const auto back = co_await load_experience(runtime.disk());
    EXPECT_TRUE(back && back->text() == book->text());
  });
}

TEST_P(ExperienceFile, that_is_damaged_is_told_and_can_be_replaced) {
  run([](Runtime& runtime) -> Task<void> {
    EXPECT_TRUE(co_await runtime.disk().replace(std::string(kExperienceFile),
                                                runtime::copy_of(runtime::bytes_of("quern-experience 1\nx"))));
    const auto book = co_await load_experience(runtime.disk());
    EXPECT_TRUE(!book && book.error() == market::Errc::malformed_experience);
    EXPECT_TRUE(co_await save_experience(runtime.disk(), ExperienceBook()));
    EXPECT_TRUE(co_await load_experience(runtime.disk()));
  });
}

}  // namespace
}  // namespace quern::dispatch
