#include "scheduler/cli/base64.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/cli/content_digest.hpp"

namespace quern::scheduler::cli {
namespace {

TEST(Base64, has_the_vectors_of_rfc_4648) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xff\xfe\xfd"), "//79");
}

RC_GTEST_PROP(Base64, comes_back_as_it_was, (const std::string& bytes)) {
  RC_ASSERT(from_base64(to_base64(bytes)) == bytes);
}

RC_GTEST_PROP(Base64, takes_only_what_it_writes, (const std::string& text)) {
  const auto bytes = from_base64(text);
  if (bytes) RC_ASSERT(to_base64(*bytes) == text);
}

TEST(Base64, refuses_what_is_nearly_right) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm-v", "Zg==Zg=="})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(ContentDigest, is_sha256_however_the_bytes_come) {
  constexpr std::string_view kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  ContentDigest digest;
  digest.add("a");
  digest.add("");
  digest.add("bc");
  const model::Digest result = digest.finish();
  EXPECT_EQ(hex(result), kOfAbc);
  EXPECT_EQ(digest_from_hex(kOfAbc), result);
  EXPECT_EQ(digest_from_hex(kOfAbc.substr(1)), std::nullopt);
  EXPECT_EQ(digest_from_hex("BA" + std::string(kOfAbc.substr(2))), std::nullopt);
}

}  // namespace
}  // namespace quern::scheduler::cli
