#include "protocol/types.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bellwether::protocol {
namespace {

TEST(Types, ATokenGrowsWithTheTermAndWithTheHolder) {
    EXPECT_EQ(token_of(Term{8}, 1), Token{8001});
    EXPECT_LT(token_of(Term{8}, max_holder), token_of(Term{9}, 1));
    EXPECT_LT(token_of(Term{8}, 1), token_of(Term{8}, 2));
}

TEST(Types, TheLargestTokenIsExactInAJsonNumber) {
    EXPECT_LT(token_of(max_term, max_holder).value, std::uint64_t{1} << 53U);
}

TEST(Types, PriorityOutranksIdAndIdsBreakTies) {
    EXPECT_GT((Rank{Priority{20}, NodeId{1}}), (Rank{Priority{10}, NodeId{3}}));
    EXPECT_GT((Rank{Priority{10}, NodeId{3}}), (Rank{Priority{10}, NodeId{2}}));
}

TEST(ElectionName, AnElectionWithoutANameIsTheDefault) { EXPECT_EQ(ElectionName{}.view(), "default"); }

TEST(ElectionName, LettersDigitsDashAndUnderscoreAreAName) {
    EXPECT_EQ(ElectionName::parse("Jobs-2_x")->str(), "Jobs-2_x");
    EXPECT_EQ(ElectionName::parse(std::string(64, 'x'))->view().size(), 64U);
}

TEST(ElectionName, AnythingElseIsNone) {
    for (const auto* const text : {"", "a b", "a/b", "a.b", "\xc3\xa9", "a\n"}) {
        EXPECT_FALSE(ElectionName::parse(text)) << text;
    }
    EXPECT_FALSE(ElectionName::parse(std::string(65, 'x')));
    EXPECT_FALSE(ElectionName::parse(std::string_view{"a\0b", 3}));
}

TEST(ElectionName, NamesCompareAsText) {
    EXPECT_LT(*ElectionName::parse("a"), *ElectionName::parse("ab"));
    EXPECT_LT(*ElectionName::parse("ab"), *ElectionName::parse("b"));
    EXPECT_EQ(*ElectionName::parse("default"), ElectionName{});
    EXPECT_EQ(std::hash<ElectionName>{}(*ElectionName::parse("default")), std::hash<ElectionName>{}(ElectionName{}));
}

TEST(Reason, EachHasAWordOfItsOwn) {
    std::set<std::string_view> words;
    for (std::uint8_t code = 0; code < reason_count; ++code) words.insert(to_string(static_cast<Reason>(code)));
    EXPECT_EQ(words.size(), reason_count);
    EXPECT_EQ(to_string(Reason::unknown), "unknown");
    EXPECT_EQ(to_string(Reason::session_ended), "session_ended");
    EXPECT_EQ(to_string(Reason::no_quorum), "no_quorum");
}

TEST(Fingerprint, IsFnv1aSoThatEveryNodeAgrees) {
    EXPECT_EQ(fingerprint(""), 0xcbf29ce484222325U);
    EXPECT_EQ(fingerprint("a"), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(fingerprint("foobar"), 0x85944171f73967e8U);
}

}  // namespace
}  // namespace bellwether::protocol
