#include "scheduler/model/reason.hpp"

#include <set>

#include <gtest/gtest.h>

#include "scheduler/model/reason.pb.h"

namespace quern::model {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

TEST(Reason, the_list_and_the_messages_have_the_same_numbers_and_names) {
  std::set<int> listed;
  for (const ReasonText& text : reasons()) {
    const int number = static_cast<int>(text.reason);
    ASSERT_TRUE(wire::Reason_IsValid(number)) << text.name;
    EXPECT_EQ(lower(wire::Reason_Name(static_cast<wire::Reason>(number))), text.name);
    EXPECT_TRUE(listed.insert(number).second) << text.name << " is there twice";
  }
  for (int number = 1; number <= wire::Reason_MAX; ++number) {
    EXPECT_EQ(wire::Reason_IsValid(number), listed.contains(number)) << number;
  }
}

TEST(Reason, has_a_text_of_its_own_and_is_found_by_name_and_number) {
  std::set<std::string_view> texts;
  for (const ReasonText& text : reasons()) {
    EXPECT_TRUE(texts.insert(text.text).second) << text.name;
    EXPECT_FALSE(text.text.ends_with('.'));
    EXPECT_EQ(reason_from_name(text.name), text.reason);
    EXPECT_EQ(reason_from_number(static_cast<std::uint32_t>(text.reason)), text.reason);
    EXPECT_EQ(&text_of(text.reason), &text);
  }
  EXPECT_EQ(reason_from_name("no_such_reason"), std::nullopt);
  EXPECT_EQ(reason_from_number(0), std::nullopt);
  EXPECT_EQ(reason_from_number(100 + 65'536), std::nullopt);
  EXPECT_EQ(text_of(Reason::unspecified).name, "unspecified");
}

TEST(Reason, budget_exceeded_does_not_advise_to_wait_as_debts_stay) {
  const std::string_view remedy = text_of(Reason::budget_exceeded).remedy;
  EXPECT_TRUE(remedy.contains("raise submitter.budget")) << remedy;
  EXPECT_TRUE(remedy.contains("quern ledger")) << remedy;
  EXPECT_FALSE(remedy.contains("wait")) << remedy;
}

TEST(Reason, what_is_bounded_in_several_places_names_them_all) {
  for (const std::string_view bound : {"--max-price", "price.maxTotal", "submitter.max_price"}) {
    EXPECT_TRUE(text_of(Reason::price_too_high).remedy.contains(bound)) << bound;
  }
  for (const std::string_view bound : {"--exclude", "--only", "submitter.exclude", "unblock"}) {
    EXPECT_TRUE(text_of(Reason::peer_excluded).remedy.contains(bound)) << bound;
  }
}

TEST(Reason, is_told_with_its_particulars) {
  EXPECT_EQ(to_text({.reason = Reason::busy, .detail = {}}), "busy: the device is taken");
  EXPECT_EQ(to_text({.reason = Reason::global_memory, .detail = "8 GiB wanted, 4 GiB there"}),
            "global_memory: the device has too little memory (8 GiB wanted, 4 GiB there)");
}

}  // namespace
}  // namespace quern::model
