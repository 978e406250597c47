#include "node/zmtp_greeting.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/raw_peer.hpp"

namespace bellwether::node {
namespace {

using testing::zmtp_frame_head;
using testing::zmtp_greeting;
using testing::zmtp_property;
using testing::zmtp_ready;

const std::string reserved{"\0\x6b\x8b\x45\x67", 5};

Greeting judge(const std::string& bytes) { return judge_greeting(std::as_bytes(std::span{bytes})); }

// However the bytes are cut: nothing is known before `decided` of them have come, and nothing changes after.
void expect_decided(const std::string& bytes, std::size_t decided, Greeting judgement) {
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        ASSERT_EQ(judge(bytes.substr(0, size)), size < decided ? Greeting::incomplete : judgement)
            << "after " << size << " bytes";
    }
}

std::string claiming(const std::string& id) {
    return zmtp_greeting() + zmtp_ready("DEALER", zmtp_property("Identity", id));
}

// READY in the long form of a frame.
std::string long_frame(const std::string& properties) {
    const std::string body = "\5READY" + properties;
    std::string head = zmtp_frame_head(body.size());
    head.front() = '\6';
    return head + body;
}

TEST(AGreeting, ThatClaimsAReservedIdIsRefusedWithItsLastByte) {
    const std::string bytes = claiming(reserved);
    expect_decided(bytes + "more", bytes.size(), Greeting::refused);
}

TEST(AGreeting, ThatClaimsOneInALongFrameIsRefusedToo) {
    const std::string bytes =
        zmtp_greeting() + long_frame(zmtp_property("Socket-Type", "REQ") + zmtp_property("Identity", reserved));
    expect_decided(bytes + "more", bytes.size(), Greeting::refused);
}

TEST(AGreeting, WithoutAnIdIsHarmless) {
    expect_decided(zmtp_greeting() + zmtp_ready("SUB") + "more", 64 + zmtp_ready("SUB").size(), Greeting::harmless);
    expect_decided(claiming("") + reserved, claiming("").size(), Greeting::harmless);
}

TEST(AGreeting, WithAnIdThatMayBeChosenIsHarmless) {
    for (const std::string& id : {std::string{"alpha"}, std::string{"a\0\0", 3}, std::string(255 - 50, '\x1')}) {
        EXPECT_EQ(judge(claiming(id)), Greeting::harmless) << id;
    }
}

TEST(AGreeting, OfSeveralIdsMayHoldNoReservedOne) {
    const std::string good = zmtp_property("Identity", "alpha");
    const std::string bad = zmtp_property("Identity", reserved);
    EXPECT_EQ(judge(zmtp_greeting() + zmtp_ready("DEALER", good + good)), Greeting::harmless);
    EXPECT_EQ(judge(zmtp_greeting() + zmtp_ready("DEALER", good + bad)), Greeting::refused);
    EXPECT_EQ(judge(zmtp_greeting() + zmtp_ready("DEALER", bad + good)), Greeting::refused);
}

TEST(AGreeting, IsReadWhateverTheFlagsAndTheLettersAre) {
    for (const char flags : {'\0', '\1', '\4', '\5', '\x7c'}) {
        std::string bytes = claiming(reserved);
        bytes[64] = flags;
        EXPECT_EQ(judge(bytes), Greeting::refused) << static_cast<int>(flags);
    }
    EXPECT_EQ(judge(zmtp_greeting() + zmtp_ready("REQ", zmtp_property("IDENTITY", reserved))), Greeting::refused);
}

TEST(AGreeting, IsReadToItsEndThoughAPropertyIsCutOffThere) {
    const std::string bad = zmtp_property("Identity", reserved);
    for (const std::string& rest :
         {std::string{"\x0aX"}, std::string{"\1X\0\0", 4}, std::string{"\1X\xff\xff\xff\xff"}}) {
        EXPECT_EQ(judge(zmtp_greeting() + zmtp_ready("DEALER", bad + rest)), Greeting::refused);
        EXPECT_EQ(judge(zmtp_greeting() + zmtp_ready("DEALER", rest)), Greeting::harmless);
    }
    // One that is not all there is none, to libzmq as well.
    EXPECT_EQ(judge(zmtp_greeting() + zmtp_ready("DEALER", bad.substr(0, bad.size() - 1))), Greeting::harmless);
}

TEST(AGreeting, IsReadOnlyWhereReadyComesFirst) {
    EXPECT_EQ(judge(zmtp_greeting() + std::string{"\4\7\4PING\0\0", 9} + claiming(reserved)), Greeting::harmless);
    EXPECT_EQ(judge(zmtp_greeting() + std::string{"\4\0", 2}), Greeting::harmless);
}

TEST(AGreeting, OfZmtp1IsRefused) {
    const std::string anonymous{"\1\0", 2};
    expect_decided(anonymous, 1, Greeting::refused);
    expect_decided("GET / HTTP/1.1\r\n\r\n", 1, Greeting::refused);
    // With a length in eight bytes, which begins as the signature does and goes on otherwise.
    expect_decided(std::string{"\xff\0\0\0\0\0\0\0\6\0", 10} + reserved, 10, Greeting::refused);
}

TEST(AGreeting, OfARevisionBefore3IsRefused) {
    for (const char revision : {'\0', '\1', '\2'}) {
        std::string bytes = zmtp_greeting();
        bytes[10] = revision;
        expect_decided(bytes, 11, Greeting::refused);
    }
    std::string later = claiming(reserved);
    for (const char revision : {'\4', '\xff'}) {
        later[10] = revision;
        EXPECT_EQ(judge(later), Greeting::refused);
        EXPECT_EQ(judge(later.substr(0, 64)), Greeting::incomplete);
    }
}

TEST(AGreeting, OfAnotherMechanismIsUpToLibzmq) {
    for (const std::string& name : {std::string{"CURVE"}, std::string{"PLAIN"}, std::string{"NULL\0x", 6}}) {
        std::string bytes = claiming(reserved);
        expect_decided(bytes.replace(12, name.size(), name), 64, Greeting::harmless);
    }
}

TEST(AGreeting, WithMoreThanAKibibyteToSayIsRefusedBeforeItIsSaid) {
    const std::string most = long_frame(zmtp_property("X", std::string(1024 - 6 - 6, 'x')));
    ASSERT_EQ(64 + most.size(), max_greeting_bytes);
    expect_decided(zmtp_greeting() + most, max_greeting_bytes, Greeting::harmless);
    expect_decided(zmtp_greeting() + long_frame(zmtp_property("X", std::string(1024 - 6 - 5, 'x'))), 64 + 9,
                   Greeting::refused);
    EXPECT_EQ(judge(zmtp_greeting() + zmtp_frame_head(~std::uint64_t{0})), Greeting::refused);
}

}  // namespace
}  // namespace bellwether::node
