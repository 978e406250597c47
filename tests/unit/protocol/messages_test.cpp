#include "protocol/messages.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bellwether::protocol {
namespace {

TEST(Messages, EveryEnumeratorIsAWord) {
    EXPECT_EQ(to_string(Stands::none), "none");
    EXPECT_EQ(to_string(Stands::campaigning), "campaigning");
    EXPECT_EQ(to_string(Stands::leading), "leading");
    EXPECT_EQ(to_string(Eligible::no), "no");
    EXPECT_EQ(to_string(Eligible::soon), "soon");
    EXPECT_EQ(to_string(Eligible::yes), "yes");
    EXPECT_EQ(to_string(TransferStep::prepare), "prepare");
    EXPECT_EQ(to_string(TransferStep::ready), "ready");
    EXPECT_EQ(to_string(TransferStep::unable), "unable");
}

TEST(Messages, EachVerdictHasAWordOfItsOwn) {
    std::set<std::string_view> words;
    for (std::uint8_t code = 0; code < verdict_count; ++code) words.insert(to_string(static_cast<Verdict>(code)));
    EXPECT_EQ(words.size(), verdict_count);
    EXPECT_EQ(to_string(Verdict::granted), "granted");
    EXPECT_EQ(to_string(Verdict::not_standing), "not_standing");
    EXPECT_EQ(to_string(Verdict::limit), "limit");
}

}  // namespace
}  // namespace bellwether::protocol
