#include "protocol/session_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "protocol/map_writer.hpp"
#include "protocol/params.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol::session {
namespace {

using namespace std::chrono_literals;

constexpr Incarnation life{77};

std::vector<FromProcess> one_of_each_process_message() {
    return {Campaign{.election = *ElectionName::parse("jobs"),
                     .metadata = {0x81, 0xa3, 'a', 'p', 'i', 0xa1, 'x'},
                     .priority = Priority{7},
                     .forks = true},
            Campaign{},
            Holds{.pid = 4711},
            Holds{.pid = INT32_MAX},
            Holds{.pid = 4711, .kill = false},
            Answer{.nonce = UINT64_MAX},
            Alive{},
            Revoked{.token = {8001}},
            Resign{}};
}

std::vector<FromNode> one_of_each_node_message() {
    return {Challenge{.nonce = UINT64_MAX},
            Joined{.session = 5},
            HeldProcess{.pid = 4711, .killable = true},
            Granted{.token = {8001}, .valid_until = Time{2s}, .clock = Time{1900ms}},
            Extended{.token = {8001}, .valid_until = Time{3s}, .clock = Time{2900ms}},
            Revoke{.token = {8001}, .reason = Reason::transfer, .deadline = Time{12s}},
            Refused{.reason = "node_stands", .text = "the node itself stands for default"},
            Announcement{.cluster = "mesh",
                         .election = *ElectionName::parse("jobs"),
                         .node = "a",
                         .leader = "b",
                         .leader_id = {2},
                         .token = {8001},
                         .clock = Time{1s},
                         .reason = Reason::elected,
                         .metadata = {0x81, 0xa3, 'a', 'p', 'i', 0xa1, 'x'},
                         .incarnation = life,
                         .seq = 9}};
}

// {v: 1, type: TYPE, then what `write` adds}
template <class Write>
Frame frame_of(std::string_view type, const Write& write) {
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    map.field("type", type);
    write(map);
    return frame;
}
Frame bare(std::string_view type) {
    return frame_of(type, [](MapWriter&) {});
}

std::string complaint(const Frame& frame) {
    const auto decoded = decode_from_process(frame);
    const auto* bad = decoded ? std::get_if<BadRequest>(&*decoded) : nullptr;
    return bad == nullptr ? "" : bad->text;
}

template <class Write>
std::string complaint(std::string_view type, const Write& write) {
    return complaint(frame_of(type, write));
}

std::string json(const Frame& frame) { return to_json(frame).value_or(""); }

TEST(ProcessMessages, AreDecodedToTheSame) {
    for (const FromProcess& message : one_of_each_process_message()) {
        const auto decoded = decode_from_process(encode(message));
        ASSERT_TRUE(decoded && std::holds_alternative<FromProcess>(*decoded)) << message.index();
        EXPECT_EQ(std::get<FromProcess>(*decoded), message);
    }
}

TEST(ProcessMessages, HaveTheKeysOfTheContract) {
    std::string all;
    for (const FromProcess& message : one_of_each_process_message()) all += json(encode(message)) + '\n';
    EXPECT_EQ(all, R"({"v":1,"type":"campaign","election":"jobs","metadata":{"api":"x"},"priority":7,"forks":true})"
                   "\n"
                   R"({"v":1,"type":"campaign","election":"default"})"
                   "\n"
                   R"({"v":1,"type":"holds","pid":4711})"
                   "\n"
                   R"({"v":1,"type":"holds","pid":2147483647})"
                   "\n"
                   R"({"v":1,"type":"holds","pid":4711,"kill":false})"
                   "\n"
                   R"({"v":1,"type":"answer","nonce":18446744073709551615})"
                   "\n"
                   R"({"v":1,"type":"alive"})"
                   "\n"
                   R"({"v":1,"type":"revoked","token":8001})"
                   "\n"
                   R"({"v":1,"type":"resign"})"
                   "\n");
}

TEST(ProcessMessages, ARequestOfPeopleIsNone) {
    EXPECT_FALSE(decode_from_process(encode_request({.id = 1, .type = "status", .election = {}, .target = ""})));
    EXPECT_FALSE(decode_from_process(bare("joined")));
    EXPECT_FALSE(decode_from_process(bare("")));
    for (const auto* const hex : {"", "90", "05", "c1", "81 a1 76", "80", "81 a4 74 79 70 65 05"}) {
        EXPECT_FALSE(decode_from_process(tests::bytes_of(hex))) << hex;
    }
}

TEST(ProcessMessages, AnUnknownKeyIsIgnored) {
    const auto decoded = decode_from_process(frame_of("alive", [](MapWriter& map) { map.field("new", true); }));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(std::get<FromProcess>(*decoded), FromProcess{Alive{}});
}

TEST(ProcessMessages, EachMistakeIsASentence) {
    const auto priority = [](std::uint64_t value) {
        return complaint("campaign", [value](MapWriter& map) { map.field("priority", value); });
    };
    EXPECT_EQ(priority(1000), "");
    EXPECT_EQ(priority(1001), "priority must be an unsigned integer, at most 1000");
    EXPECT_EQ(complaint("campaign", [](MapWriter& map) { map.field("election", std::string_view{"a b"}); }),
              "election must be a name of 1 to 64 letters, digits, - or _");
    EXPECT_EQ(complaint("campaign", [](MapWriter& map) { map.field("forks", std::uint8_t{1}); }),
              "forks must be true or false");
    EXPECT_EQ(complaint(bare("answer")), "nonce must be the unsigned integer of the challenge");
    EXPECT_EQ(complaint("answer", [](MapWriter& map) { map.field("nonce", true); }),
              "nonce must be the unsigned integer of the challenge");
    EXPECT_EQ(complaint(bare("revoked")), "token must be the unsigned integer of the revocation");
    EXPECT_EQ(complaint("alive", [](MapWriter& map) { map.field("id", true); }), "id must be an unsigned integer");
    // {v: 2, type: alive}
    EXPECT_EQ(complaint(tests::bytes_of("82 a1 76 02 a4 74 79 70 65 a5 61 6c 69 76 65")),
              "v must be 1, the version of this protocol");
}

TEST(ProcessMessages, APidIsAPositiveNumberThatTheKernelCouldHaveGiven) {
    const auto pid = [](std::uint64_t value) {
        return complaint("holds", [value](MapWriter& map) { map.field("pid", value); });
    };
    constexpr auto sentence = "pid must be an unsigned integer from 1 to 2147483647";
    EXPECT_EQ(pid(1), "");
    EXPECT_EQ(pid(0), sentence);
    EXPECT_EQ(pid(std::uint64_t{INT32_MAX} + 1), sentence);
    EXPECT_EQ(pid(UINT64_MAX), sentence);
    EXPECT_EQ(complaint(bare("holds")), sentence);
}

TEST(ProcessMessages, WhetherAProcessIsToBeKilledIsTrueOrFalse) {
    const auto mistaken = [](MapWriter& map) {
        map.field("pid", 4711U);
        map.field("kill", 0U);
    };
    EXPECT_EQ(complaint("holds", mistaken), "kill must be true or false");
}

TEST(ProcessMessages, MetadataIsASmallMapOfTexts) {
    constexpr auto sentence =
        "metadata must be a map with text for keys and without floats, at most 1024 bytes long and 8 deep";
    const auto metadata = [](const std::vector<std::uint8_t>& bytes) {
        return complaint("campaign", [&](MapWriter& map) { map.embed("metadata", bytes); });
    };
    const auto map_of_size = [](std::size_t size) {  // {a: "xxx..."}, `size` bytes in all.
        std::vector<std::uint8_t> bytes{0x81, 0xa1, 'a', 0xda, 0, 0};
        bytes[4] = static_cast<std::uint8_t>((size - bytes.size()) >> 8U);
        bytes[5] = static_cast<std::uint8_t>(size - bytes.size());
        bytes.resize(size, 'x');
        return bytes;
    };
    EXPECT_EQ(metadata({0x80}), "");
    EXPECT_EQ(metadata(map_of_size(max_metadata)), "");
    EXPECT_EQ(metadata(map_of_size(max_metadata + 1)), sentence);
    EXPECT_EQ(metadata({0x05}), sentence);
    EXPECT_EQ(metadata({0x81, 0x01, 0x01}), sentence);                                // A key that is no text.
    EXPECT_EQ(metadata({0x81, 0xa1, 'a', 0xca, 0x3f, 0xc0, 0x00, 0x00}), sentence);  // 1.5
}

TEST(ProcessMessages, ABadOneIsAnsweredByItsId) {
    const auto decoded = decode_from_process(frame_of("holds", [](MapWriter& map) { map.field("id", 42U); }));
    ASSERT_TRUE(decoded && std::holds_alternative<BadRequest>(*decoded));
    EXPECT_EQ(std::get<BadRequest>(*decoded).id, 42U);
}

TEST(NodeMessages, AreDecodedToTheSameAndSayWhichLifeOfTheNodeSpeaks) {
    for (const FromNode& message : one_of_each_node_message()) {
        const auto decoded = decode_from_node(encode(message, life));
        ASSERT_TRUE(decoded) << message.index();
        EXPECT_EQ(decoded->message, message);
        EXPECT_EQ(decoded->incarnation, life);
    }
}

TEST(NodeMessages, HaveTheKeysOfTheContract) {
    std::string all;
    for (const FromNode& message : one_of_each_node_message()) all += json(encode(message, life)) + '\n';
    EXPECT_EQ(
        all,
        R"({"v":1,"type":"challenge","incarnation":77,"nonce":18446744073709551615})"
        "\n"
        R"({"v":1,"type":"joined","incarnation":77,"session":5})"
        "\n"
        R"({"v":1,"type":"held","incarnation":77,"pid":4711,"killable":true})"
        "\n"
        R"({"v":1,"type":"granted","incarnation":77,"token":8001,"valid_until_ns":2000000000,"clock_ns":1900000000})"
        "\n"
        R"({"v":1,"type":"extended","incarnation":77,"token":8001,"valid_until_ns":3000000000,"clock_ns":2900000000})"
        "\n"
        R"({"v":1,"type":"revoke","incarnation":77,"token":8001,"reason":"transfer","deadline_ns":12000000000})"
        "\n"
        R"({"v":1,"type":"refused","incarnation":77,"reason":"node_stands","text":"the node itself stands for default"})"
        "\n"
        R"({"v":1,"type":"announcement","cluster":"mesh","election":"jobs","node":"a","leader":"b","leader_id":2,)"
        R"("is_leader":false,"token":8001,"clock_ns":1000000000,"reason":"elected","metadata":{"api":"x"},)"
        R"("incarnation":77,"seq":9})"
        "\n");
}

TEST(NodeMessages, AnAnnouncementHasNothingToBelieve) {
    Announcement of_a_leader{.is_leader = true, .valid_until = Time{2s}, .incarnation = life};
    EXPECT_EQ(json(encode(of_a_leader, life)).find("valid_until_ns"), std::string::npos);
    const Frame forged = frame_of("announcement", [](MapWriter& map) {
        map.field("is_leader", true);
        map.field("valid_until_ns", std::uint64_t{5});
    });
    const auto decoded = decode_from_node(forged);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(std::get<Announcement>(decoded->message).valid_until, std::nullopt);
}

TEST(NodeMessages, AGrantWithoutAllThatItTakesIsNone) {
    for (const std::string_view type : {"granted", "extended"}) {
        EXPECT_FALSE(decode_from_node(bare(type)));
        EXPECT_FALSE(decode_from_node(frame_of(type, [](MapWriter& map) {
            map.field("token", std::uint64_t{1});
            map.field("valid_until_ns", std::uint64_t{1});
        })));
        EXPECT_FALSE(decode_from_node(frame_of(type, [](MapWriter& map) {
            map.field("token", std::uint64_t{1});
            map.field("valid_until_ns", UINT64_MAX);
            map.field("clock_ns", std::uint64_t{1});
        })));
    }
    for (const std::string_view type : {"challenge", "joined", "held", "revoke"}) {
        EXPECT_FALSE(decode_from_node(bare(type))) << type;
    }
}

TEST(NodeMessages, AnythingElseIsNone) {
    EXPECT_FALSE(decode_from_node(tests::bytes_of("80")));
    EXPECT_FALSE(decode_from_node(bare("campaign")));
    EXPECT_FALSE(decode_from_node(bare("new")));
    EXPECT_FALSE(decode_from_node(tests::bytes_of("81 a4 74 79 70 65 a7 72 65 66 75 73 65 64")));  // No version.
    EXPECT_FALSE(decode_from_node(frame_of("refused", [](MapWriter& map) { map.field("incarnation", true); })));
}

TEST(SessionFrames, EveryDamagedOneIsDecodedOrRefused) {
    std::mt19937 dice{1};
    std::vector<Frame> frames;
    for (const FromProcess& message : one_of_each_process_message()) frames.push_back(encode(message));
    for (const FromNode& message : one_of_each_node_message()) frames.push_back(encode(message, life));
    for (const Frame& good : frames) {
        for (int i = 0; i < 1'000; ++i) {
            Frame frame = good;
            frame[dice() % frame.size()] = static_cast<std::byte>(dice());
            if (dice() % 2 == 0) frame.resize(dice() % frame.size());
            (void)decode_from_process(frame);
            (void)decode_from_node(frame);
        }
    }
}

}  // namespace
}  // namespace bellwether::protocol::session
