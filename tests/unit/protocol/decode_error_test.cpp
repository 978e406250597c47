#include "protocol/decode_error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bellwether::protocol {
namespace {

TEST(DecodeError, EachHasAWordOfItsOwn) {
    std::set<std::string_view> words;
    for (std::size_t code = 0; code < decode_error_count; ++code) {
        words.insert(to_string(static_cast<DecodeError>(code)));
    }
    EXPECT_EQ(words.size(), decode_error_count);
    EXPECT_EQ(to_string(DecodeError::none), "none");
    EXPECT_EQ(to_string(DecodeError::kind), "kind");
}

}  // namespace
}  // namespace bellwether::protocol
