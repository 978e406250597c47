// What a peer may say in each field. Frames are written by hand here, so that the writer cannot hide an error.
#include <gtest/gtest.h>

#include <msgpack.hpp>
#include <functional>

#include "protocol/codec.hpp"
#include "protocol/params.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

using tests::Bytes;
using tests::codec;

// A frame as a tree of values that a test may change before it is sent.
class Tree {
public:
    explicit Tree(std::size_t type_code) : handle_{unpacked(tests::one_of_each().at(type_code - 1))} {}

    // The element at this path, {15, 0, 3} being the fourth of the first of the sixteenth.
    msgpack::object& at(std::initializer_list<std::size_t> path) {
        msgpack::object* element = &root_;
        for (const std::size_t index : path) element = &element->via.array.ptr[index];
        return *element;
    }

    template <class Value>
    DecodeError with(std::initializer_list<std::size_t> path, const Value& value) {
        msgpack::object& element = at(path);
        const msgpack::object original = element;
        element = msgpack::object{value, zone_};
        const DecodeError error = sent();
        element = original;
        return error;
    }

    // Appends `value` to the array at this path.
    template <class Value>
    DecodeError with_more(std::initializer_list<std::size_t> path, const Value& value) {
        msgpack::object& array = at(path);
        const msgpack::object original = array;
        std::vector<msgpack::object> longer(array.via.array.ptr, array.via.array.ptr + array.via.array.size);
        longer.emplace_back(value, zone_);
        array.via.array.ptr = longer.data();
        array.via.array.size = static_cast<std::uint32_t>(longer.size());
        const DecodeError error = sent();
        array = original;
        return error;
    }

    DecodeError with_fewer(std::initializer_list<std::size_t> path) {
        msgpack::object& array = at(path);
        --array.via.array.size;
        const DecodeError error = sent();
        ++array.via.array.size;
        return error;
    }

    DecodeError sent() {
        msgpack::sbuffer buffer;
        msgpack::pack(buffer, root_);
        return codec.decode(std::as_bytes(std::span{buffer.data(), buffer.size()}), message);
    }

    Message message;

private:
    static msgpack::object_handle unpacked(const Message& message) {
        Bytes frame;
        codec.encode(message, frame);
        return msgpack::unpack(reinterpret_cast<const char*>(frame.data()), frame.size());
    }

    msgpack::object_handle handle_;
    msgpack::object root_ = handle_.get();
    msgpack::zone zone_;
};

constexpr auto none = DecodeError::none;
constexpr auto out_of_range = DecodeError::out_of_range;

// Where things stand in a heartbeat.
constexpr std::size_t membership = 7;
constexpr std::size_t acks = 13;
constexpr std::size_t elections = 14;

TEST(WireRead, ElementsThatNobodyKnowsYetAreIgnoredAtEveryLevel) {
    for (std::size_t code = 1; code <= 6; ++code) {
        EXPECT_EQ(Tree{code}.with_more({}, std::string{"new"}), none);
        EXPECT_EQ(Tree{code}.with_more({}, std::vector<std::vector<std::vector<int>>>{{{-1}, {}}}), none);
    }
    Tree heartbeat{1};
    EXPECT_EQ(heartbeat.with_more({membership}, 7), none);
    EXPECT_EQ(heartbeat.with_more({acks, 0}, std::string{"new"}), none);
    EXPECT_EQ(heartbeat.with_more({elections, 0}, std::vector<int>{1, 2}), none);
    EXPECT_EQ(heartbeat.with_more({elections, 0, 4}, false), none);
    EXPECT_EQ(heartbeat.message, tests::one_of_each().front());
}

TEST(WireRead, WhatIsIgnoredStillKeepsTheLimits) {
    Tree heartbeat{1};
    EXPECT_EQ(heartbeat.with_more({}, 1.5), DecodeError::not_msgpack);
    EXPECT_EQ(heartbeat.with_more({elections, 0}, std::vector<std::vector<int>>{{1}}), DecodeError::limit);
}

TEST(WireRead, AMissingElementIsRefusedAtEveryLevel) {
    for (std::size_t code = 1; code <= 6; ++code) EXPECT_EQ(Tree{code}.with_fewer({}), DecodeError::missing);
    Tree heartbeat{1};
    EXPECT_EQ(heartbeat.with_fewer({membership}), DecodeError::missing);
    EXPECT_EQ(heartbeat.with_fewer({acks, 1}), DecodeError::missing);
    EXPECT_EQ(heartbeat.with_fewer({elections, 0}), DecodeError::missing);
    EXPECT_EQ(heartbeat.with_fewer({elections, 0, 4}), DecodeError::missing);
}

TEST(WireRead, NoFloatTravelsWhereverItStands) {
    for (std::size_t code = 1; code <= 6; ++code) {
        Tree tree{code};
        for (std::size_t field = 0; field < tree.at({}).via.array.size; ++field) {
            EXPECT_EQ(tree.with({field}, 1.5), DecodeError::not_msgpack) << code << " " << field;
        }
    }
}

TEST(WireRead, NothingIsTakenForSomethingElse) {
    for (std::size_t code = 1; code <= 6; ++code) {
        Tree tree{code};
        for (std::size_t field = 0; field < tree.at({}).via.array.size; ++field) {
            EXPECT_NE(tree.with({field}, std::map<int, int>{}), none) << code << " " << field;
            EXPECT_NE(tree.with({field}, -1), none) << code << " " << field;
        }
    }
}

TEST(WireRead, ASenderIsSomebody) {
    for (std::size_t code = 1; code <= 6; ++code) {
        Tree tree{code};
        EXPECT_EQ(tree.with({3}, 0), out_of_range);
        EXPECT_EQ(tree.with({3}, 65535), none);
        EXPECT_EQ(tree.with({3}, 65536), out_of_range);
    }
}

TEST(WireRead, AnIncarnationIsNeverZero) {
    EXPECT_EQ(Tree{1}.with({4}, 0), out_of_range);
    EXPECT_EQ(Tree{2}.with({4}, 0), out_of_range);
    EXPECT_EQ(Tree{3}.with({5}, 0), out_of_range);
    EXPECT_EQ(Tree{4}.with({4}, 0), out_of_range);
    EXPECT_EQ(Tree{5}.with({4}, 0), out_of_range);
    EXPECT_EQ(Tree{6}.with({5}, 0), out_of_range);
}

TEST(WireRead, ALeaseIsAtMostAMinute) {
    Tree heartbeat{1};
    for (const std::size_t field : {6U, 12U}) {
        EXPECT_EQ(heartbeat.with({field}, 0), none);
        EXPECT_EQ(heartbeat.with({field}, 60'000'000'000U), none);
        EXPECT_EQ(heartbeat.with({field}, 60'000'000'001U), out_of_range);
    }
}

TEST(WireRead, ATermLeavesRoomForItsToken) {
    const std::uint64_t highest = max_term.value;
    Tree heartbeat{1};
    for (const std::size_t field : {10U, 11U}) {
        EXPECT_EQ(heartbeat.with({field}, highest), none);
        EXPECT_EQ(heartbeat.with({field}, highest + 1), out_of_range);
    }
    EXPECT_EQ(heartbeat.with({acks, 0, 3}, highest + 1), out_of_range);
    EXPECT_EQ(heartbeat.with({elections, 0, 2}, highest + 1), out_of_range);
    EXPECT_EQ(heartbeat.with({elections, 0, 6}, highest + 1), out_of_range);
    EXPECT_EQ(Tree{2}.with({8}, highest + 1), out_of_range);
    EXPECT_EQ(Tree{3}.with({7}, highest + 1), out_of_range);
    EXPECT_EQ(Tree{3}.with({10}, highest + 1), out_of_range);
}

TEST(WireRead, ASendTimeLeavesRoomForTheLeaseThatIsAddedToIt) {
    EXPECT_EQ(Tree{1}.with({5}, max_sent.value), none);
    EXPECT_EQ(Tree{1}.with({5}, max_sent.value + 1), out_of_range);
    EXPECT_EQ(Tree{1}.with({acks, 0, 2}, max_sent.value + 1), out_of_range);
    EXPECT_EQ(Tree{2}.with({5}, max_sent.value + 1), out_of_range);
    EXPECT_EQ(Tree{3}.with({9}, max_sent.value + 1), out_of_range);
}

TEST(WireRead, FlagsThatNobodyKnowsYetAreIgnored) {
    Tree heartbeat{1};
    EXPECT_EQ(heartbeat.with({9}, 0xf5), none);
    EXPECT_EQ(heartbeat.message, tests::one_of_each().front());
    EXPECT_EQ(heartbeat.with({9}, 256), out_of_range);
}

TEST(WireRead, AnAckIsForSomebody) {
    EXPECT_EQ(Tree{1}.with({acks, 0, 0}, 0), out_of_range);
    EXPECT_EQ(Tree{1}.with({acks, 0, 1}, 0), out_of_range);
}

TEST(WireRead, SupportIsForAWholeInstanceOrForNobody) {
    Tree heartbeat{1};
    EXPECT_EQ(heartbeat.with({elections, 0, 4}, std::vector<int>{0, 0}), none);
    EXPECT_EQ(heartbeat.with({elections, 0, 4}, std::vector<int>{1, 0}), out_of_range);
    EXPECT_EQ(heartbeat.with({elections, 0, 4}, std::vector<int>{0, 1}), out_of_range);
}

TEST(WireRead, AnEnumeratorIsOneThatExists) {
    Tree heartbeat{1};
    EXPECT_EQ(heartbeat.with({elections, 0, 1}, 3), out_of_range);
    EXPECT_EQ(heartbeat.with({elections, 0, 8}, 3), out_of_range);
    EXPECT_EQ(heartbeat.with({elections, 0, 10}, reason_count - 1), none);
    EXPECT_EQ(heartbeat.with({elections, 0, 10}, int{reason_count}), out_of_range);
    EXPECT_EQ(Tree{3}.with({8}, verdict_count - 1), none);
    EXPECT_EQ(Tree{3}.with({8}, int{verdict_count}), out_of_range);
    EXPECT_EQ(Tree{4}.with({7}, 3), out_of_range);
    EXPECT_EQ(Tree{5}.with({7}, 2), out_of_range);
}

TEST(WireRead, PriorityHolderAndHoldHaveTheirLimits) {
    Tree heartbeat{1};
    EXPECT_EQ(heartbeat.with({elections, 0, 7}, 1000), none);
    EXPECT_EQ(heartbeat.with({elections, 0, 7}, 1001), out_of_range);
    EXPECT_EQ(heartbeat.with({elections, 0, 9}, 999), none);
    EXPECT_EQ(heartbeat.with({elections, 0, 9}, 1000), out_of_range);
    EXPECT_EQ(heartbeat.with({elections, 0, 11}, 86'400'000), none);
    EXPECT_EQ(heartbeat.with({elections, 0, 11}, 86'400'001), out_of_range);
    EXPECT_EQ(Tree{2}.with({9}, 1001), out_of_range);
    EXPECT_EQ(Tree{5}.with({9}, 86'400'001), out_of_range);
}

TEST(WireRead, AnElectionHasAName) {
    EXPECT_EQ(Tree{2}.with({7}, std::string{}), out_of_range);
    EXPECT_EQ(Tree{2}.with({7}, std::string{"a b"}), out_of_range);
    EXPECT_EQ(Tree{2}.with({7}, std::string(64, 'x')), none);
    EXPECT_EQ(Tree{2}.with({7}, std::string(65, 'x')), DecodeError::limit);
}

TEST(WireRead, AResponseHasItsLimits) {
    Tree response{6};
    EXPECT_EQ(response.with({8}, std::string(max_reason_bytes + 1, 'x')), DecodeError::limit);
    EXPECT_EQ(response.with({9}, std::string(max_text_bytes, 'x')), none);
    EXPECT_EQ(response.with({9}, std::string(max_text_bytes + 1, 'x')), DecodeError::limit);
    EXPECT_EQ(response.with({10}, std::vector<char>(max_metadata + 1)), DecodeError::limit);
    EXPECT_EQ(response.with({10}, std::vector<char>{}), none);
    EXPECT_EQ(response.with({10}, std::vector<char>{1}), out_of_range);
}

TEST(WireRead, MoreAcksOrElectionsThanAMeshMayHaveAreRefused) {
    Tree heartbeat{1};
    for (const auto& [list, most] : {std::pair{acks, max_nodes}, {elections, max_elections}}) {
        const msgpack::object one = heartbeat.at({list, 0});
        EXPECT_EQ(heartbeat.with({list}, std::vector(most, one)), none);
        EXPECT_EQ(heartbeat.with({list}, std::vector(most + 1, one)), DecodeError::limit);
    }
}

}  // namespace
}  // namespace bellwether::protocol
