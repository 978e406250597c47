#include "protocol/local_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

using namespace std::chrono_literals;
using Frames = std::vector<Frame>;

Announcement of_a_leader() {
    return {.cluster = "mesh",
            .election = *ElectionName::parse("jobs"),
            .node = "a",
            .leader = "a",
            .leader_id{1},
            .is_leader = true,
            .token{8001},
            .valid_until = Time{2s},
            .clock = Time{1900ms},
            .reason = Reason::elected,
            .metadata{0x81, 0xa3, 'a', 'p', 'i', 0xa1, 'x'},
            .incarnation{77},
            .seq = 5};
}

Announcement of_nobody() {
    return {
        .cluster = "mesh", .election = {}, .node = "b", .leader = "", .clock = Time{1s}, .incarnation{78}, .seq = 1};
}

// {v: 1, type: status, KEY: VALUE}, the last two as hex.
Frame status_with(std::string_view key_and_value) {
    return tests::bytes_of("83 a1 76 01 a4 74 79 70 65 a6 73 74 61 74 75 73 " + std::string{key_and_value});
}

std::string complaint(const Frame& frame) {
    const auto decoded = decode_request(frame);
    const auto* bad = std::get_if<BadRequest>(&decoded);
    return bad == nullptr ? "" : bad->text;
}

TEST(Topics, EndWithASlashSoThatNoNameMatchesALongerOne) {
    EXPECT_EQ(leader_topic(ElectionName{}), "leader/default/");
    EXPECT_EQ(view_topic(*ElectionName::parse("a")), "view/a/");
}

TEST(Announcements, HaveTheKeysOfTheContract) {
    EXPECT_EQ(to_json(encode_announcement(of_a_leader(), true)),
              R"({"v":1,"cluster":"mesh","election":"jobs","node":"a","leader":"a","leader_id":1,"is_leader":true,)"
              R"("token":8001,"valid_until_ns":2000000000,"clock_ns":1900000000,"reason":"elected",)"
              R"("metadata":{"api":"x"},"incarnation":77,"seq":5})");
}

TEST(Announcements, AnUnknownLeaderIsNil) {
    EXPECT_EQ(to_json(encode_announcement(of_nobody(), true)),
              R"({"v":1,"cluster":"mesh","election":"default","node":"b","leader":null,"leader_id":0,)"
              R"("is_leader":false,"token":0,"clock_ns":1000000000,"reason":"unknown","metadata":{},)"
              R"("incarnation":78,"seq":1})");
}

TEST(Announcements, AreDecodedToTheSame) {
    for (const Announcement& announcement : {of_a_leader(), of_nobody()}) {
        EXPECT_EQ(decode_announcement(encode_announcement(announcement, true)), announcement);
    }
}

TEST(Announcements, OfTheViewHaveNothingToBelieve) {
    Announcement expected = of_a_leader();
    expected.valid_until.reset();
    EXPECT_EQ(decode_announcement(encode_announcement(of_a_leader(), false)), expected);
}

TEST(Announcements, ADeadlineOfWhoDoesNotLeadIsNeitherSentNorBelieved) {
    Announcement announcement = of_a_leader();
    announcement.is_leader = false;
    EXPECT_EQ(to_json(encode_announcement(announcement, true))->find("valid_until_ns"), std::string::npos);

    Frame forged = encode_announcement(of_a_leader(), true);
    constexpr std::string_view key = "is_leader";
    const auto place = std::search(forged.begin(), forged.end(), key.begin(), key.end(),
                                   [](std::byte a, char b) { return a == static_cast<std::byte>(b); });
    ASSERT_NE(place, forged.end());
    *(place + key.size()) = std::byte{0xc2};  // false
    EXPECT_EQ(decode_announcement(forged)->valid_until, std::nullopt);
}

TEST(Announcements, MetadataThatIsNoMapIsLeftOut) {
    Announcement announcement = of_a_leader();
    announcement.metadata = {0x05};
    EXPECT_EQ(decode_announcement(encode_announcement(announcement, true))->metadata, std::vector<std::uint8_t>{});
}

TEST(Announcements, AnUnknownKeyIsIgnoredAndAnUnknownReasonIsUnknown) {
    // {v: 1, new: [1], reason: "new"}
    const auto decoded =
        decode_announcement(tests::bytes_of("83 a1 76 01 a3 6e 65 77 91 01 a6 72 65 61 73 6f 6e a3 6e 65 77"));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->reason, Reason::unknown);
}

TEST(Announcements, OfNoOrAnotherVersionAreRefused) {
    EXPECT_FALSE(decode_announcement(tests::bytes_of("80")));
    EXPECT_FALSE(decode_announcement(tests::bytes_of("81 a1 76 02")));
    EXPECT_TRUE(decode_announcement(tests::bytes_of("81 a1 76 01")));
}

TEST(Announcements, ATimeThatIsNoneIsRefused) {
    // {v: 1, clock_ns: 2^64 - 1}
    EXPECT_FALSE(
        decode_announcement(tests::bytes_of("82 a1 76 01 a8 63 6c 6f 63 6b 5f 6e 73 cf ff ff ff ff ff ff ff ff")));
}

TEST(Requests, AreDecodedToTheSame) {
    const ControlRequest status{.id = 1, .type = "status", .election = {}, .target = "", .hold = {}};
    const ControlRequest transfer{
        .id = UINT64_MAX, .type = "transfer", .election = *ElectionName::parse("jobs"), .target = "b", .hold = 60s};
    for (const ControlRequest& request : {status, transfer}) {
        const auto decoded = decode_request(encode_request(request));
        ASSERT_TRUE(std::holds_alternative<ControlRequest>(decoded));
        EXPECT_EQ(std::get<ControlRequest>(decoded), request);
    }
}

TEST(Requests, HaveTheKeysOfTheContract) {
    const ControlRequest request{.id = 3, .type = "transfer", .election = {}, .target = "b", .hold = 1500ms};
    EXPECT_EQ(to_json(encode_request(request)),
              R"({"v":1,"type":"transfer","id":3,"election":"default","target":"b","for_ms":1500})");
}

TEST(Requests, WhatIsMissingHasItsDefaultAndWhatIsUnknownIsIgnored) {
    const auto decoded = decode_request(status_with("a3 6e 65 77 c3"));  // new: true
    ASSERT_TRUE(std::holds_alternative<ControlRequest>(decoded));
    const ControlRequest expected{.id = 0, .type = "status", .election = {}, .target = "", .hold = {}};
    EXPECT_EQ(std::get<ControlRequest>(decoded), expected);
}

TEST(Requests, WhatIsNoMapIsToldWhatARequestIs) {
    for (const auto* const hex : {"", "90", "05", "c1", "81 a1 76", "dd 00 ff ff ff"}) {
        EXPECT_EQ(complaint(tests::bytes_of(hex)), "not a request: expected one msgpack map with v, type and id");
    }
}

TEST(Requests, EachMistakeIsASentence) {
    EXPECT_EQ(complaint(tests::bytes_of("80")), "v must be 1, the version of this protocol");
    EXPECT_EQ(complaint(tests::bytes_of("81 a1 76 02")), "v must be 1, the version of this protocol");
    EXPECT_EQ(complaint(tests::bytes_of("82 a1 76 01 a4 74 79 70 65 05")),
              "type must be a text, one of status, stepdown, transfer, drain, undrain, reload");
    EXPECT_EQ(complaint(tests::bytes_of("82 a1 76 01 a4 74 79 70 65 a2 22 0a")),
              "\"??\" is no known type, these are: status, stepdown, transfer, drain, undrain, reload; "
              "and of sessions: campaign, answer, alive, holds, revoked, resign");
    EXPECT_EQ(complaint(tests::bytes_of("81 a1 76 01")),
              "\"\" is no known type, these are: status, stepdown, transfer, drain, undrain, reload; "
              "and of sessions: campaign, answer, alive, holds, revoked, resign");
    EXPECT_EQ(complaint(status_with("a2 69 64 a1 78")), "id must be an unsigned integer");
    EXPECT_EQ(complaint(status_with("a8 65 6c 65 63 74 69 6f 6e a3 61 20 62")),
              "election must be a name of 1 to 64 letters, digits, - or _");
    EXPECT_EQ(complaint(status_with("a6 74 61 72 67 65 74 05")), "target must be a text, the name of a node");
    EXPECT_EQ(complaint(status_with("a6 66 6f 72 5f 6d 73 ff")),
              "for_ms must be an unsigned integer, at most 86400000 (24 h)");
    EXPECT_EQ(complaint(status_with("a6 66 6f 72 5f 6d 73 ce 05 26 5c 01")),
              "for_ms must be an unsigned integer, at most 86400000 (24 h)");
}

TEST(Requests, ABadOneIsAnsweredByItsId) {
    const auto decoded = decode_request(tests::bytes_of("82 a2 69 64 2a a1 76 02"));  // {id: 42, v: 2}
    ASSERT_TRUE(std::holds_alternative<BadRequest>(decoded));
    EXPECT_EQ(std::get<BadRequest>(decoded).id, 42U);
}

TEST(Replies, AreDecodedToTheSame) {
    const ControlReply done{.id = 4, .done = true, .reason = "", .text = "b leads"};
    const ControlReply refused{.id = 5, .done = false, .reason = "no_quorum", .text = "2 of 3 voters are away"};
    for (const ControlReply& reply : {done, refused}) EXPECT_EQ(decode_reply(encode_reply(reply)), reply);
    EXPECT_EQ(to_json(encode_reply(refused)),
              R"({"v":1,"type":"refused","id":5,"reason":"no_quorum","text":"2 of 3 voters are away"})");
}

TEST(Replies, AnythingElseIsNone) {
    EXPECT_FALSE(decode_reply(tests::bytes_of("80")));
    EXPECT_FALSE(decode_reply(status_with("a2 69 64 01")));
    EXPECT_FALSE(decode_reply(tests::bytes_of("82 a4 74 79 70 65 a4 64 6f 6e 65 a2 69 64 a1 78")));
}

TEST(LocalFrames, EveryDamagedOneIsDecodedOrRefused) {
    std::mt19937 dice{1};
    const ControlRequest request{.id = 3, .type = "transfer", .election = {}, .target = "b", .hold = 1500ms};
    for (const Frame& good : Frames{encode_announcement(of_a_leader(), true), encode_request(request),
                                    encode_reply({.id = 4, .done = true, .reason = "", .text = "b leads"})}) {
        for (int i = 0; i < 20'000; ++i) {
            Frame frame = good;
            frame[dice() % frame.size()] = static_cast<std::byte>(dice());
            if (dice() % 2 == 0) frame.resize(dice() % frame.size());
            (void)decode_announcement(frame);
            (void)decode_request(frame);
            (void)decode_reply(frame);
            (void)to_json(frame);
        }
    }
}

}  // namespace
}  // namespace bellwether::protocol
