#include <algorithm>
#include <array>

#include "protocol/codec.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/session_codec.hpp"
#include "tests/fuzz/seeds.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::fuzz {

using namespace protocol;

namespace {

Input input_of(const std::vector<std::byte>& frame) {
    Input input(frame.size());
    std::transform(frame.begin(), frame.end(), input.begin(),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return input;
}

Input wire_frame(const Message& message) {
    std::vector<std::byte> frame;
    Codec{"mesh"}.encode(message, frame);
    return input_of(frame);
}

// Behind the byte that says who is to read it.
Input behind(std::uint8_t first, Input rest) {
    rest.insert(rest.begin(), first);
    return rest;
}

Announcement announcement() {
    Announcement said{.cluster = "mesh",
                      .node = "alpha",
                      .leader = "alpha",
                      .leader_id = {1},
                      .is_leader = true,
                      .token = {8001},
                      .valid_until = at_ns(1'200'000'000),
                      .clock = at_ns(1'000'000'000),
                      .reason = Reason::transfer,
                      .metadata = {0x82, 0xa1, 'a', 0x01, 0xa1, 'b', 0x92, 0xc3, 0xa1, 'c'},
                      .incarnation = {1'700'000'000'000'000},
                      .seq = 7};
    return said;
}

// What to_json() may be shown beside what we write ourselves: every kind of value.
constexpr std::array<std::uint8_t, 44> every_kind{0x88, 0xa1, 'n',  0xc0, 0xa1, 't',  0xc3, 0xa1, 'u',  0xcd, 0x03,
                                                  0xe8, 0xa1, 'i',  0xd1, 0xff, 0x00, 0xa1, 's',  0xa4, 0xc3, 0xa9,
                                                  '"',  0x0a, 0xa1, 'b',  0xc4, 0x02, 0x00, 0xff, 0xa1, 'x',  0xd4,
                                                  0x01, 0x02, 0xa1, 'm',  0x81, 0xa1, 'k',  0x92, 0x7f, 0xe0, 0xa0};

std::vector<ControlRequest> requests() {
    const ElectionName jobs = *ElectionName::parse("jobs");
    return {{.id = 1, .type = "status"},
            {.id = 2, .type = "stepdown", .hold = std::chrono::seconds{5}},
            {.id = 3, .type = "stepdown", .election = jobs, .target = "bravo"},
            {.id = 4, .type = "transfer", .target = "bravo", .hold = std::chrono::seconds{60}},
            {.id = 5, .type = "drain"},
            {.id = 6, .type = "undrain"},
            {.id = 7, .type = "transfer", .target = "nobody"}};
}

// What a process says from its first word to its last. The length of `alive` is odd, which lets time pass.
std::vector<session::FromProcess> words_of_a_process() {
    const session::Campaign campaign{.election = *ElectionName::parse("work"), .metadata = announcement().metadata};
    const session::Alive alive;
    return {campaign,
            alive,
            alive,
            alive,
            alive,
            alive,
            session::Holds{.pid = 4711},
            session::Answer{.nonce = 5},
            session::Revoked{.token = {1001}},
            alive,
            session::Resign{},
            alive,
            campaign};
}

void append_frame(Input& input, const Frame& bytes) {
    const Input frame = input_of(bytes);
    input.push_back(static_cast<std::uint8_t>(frame.size()));
    input.insert(input.end(), frame.begin(), frame.end());
}

}  // namespace

Seeds wire_seeds() {
    constexpr std::array names{"heartbeat", "vote_request", "vote_reply", "transfer", "request", "response"};
    const auto messages = tests::one_of_each();
    Seeds seeds;
    for (std::size_t i = 0; i < names.size(); ++i) seeds[names[i]] = wire_frame(messages[i]);

    tests::RandomMessages any{7};
    for (std::size_t acks = 0; acks < 4; ++acks) {
        for (std::size_t elections = 0; elections < 3; ++elections) {
            seeds["heartbeat_" + std::to_string(acks) + "_" + std::to_string(elections)] =
                wire_frame(any.heartbeat(acks, elections));
        }
    }
    return seeds;
}

Seeds local_seeds() {
    Announcement follower = announcement();
    follower.is_leader = false;
    follower.leader = "";
    follower.metadata.clear();
    const ControlReply refused{.id = 3, .done = false, .reason = "no_target", .text = "transfer needs a target"};
    return {{"leader", behind(0, input_of(encode_announcement(announcement(), true)))},
            {"view", behind(0, input_of(encode_announcement(announcement(), false)))},
            {"follower", behind(0, input_of(encode_announcement(follower, true)))},
            {"done", behind(1, input_of(encode_reply({.id = 2, .done = true})))},
            {"refused", behind(1, input_of(encode_reply(refused)))},
            {"json_of_an_announcement", behind(2, input_of(encode_announcement(announcement(), true)))},
            {"json_of_every_kind", behind(2, {every_kind.begin(), every_kind.end()})},
            {"campaign", behind(3, input_of(session::encode(session::Campaign{
                                       .metadata = announcement().metadata, .priority = Priority{5}, .forks = true})))},
            {"holds", behind(3, input_of(session::encode(session::Holds{.pid = 4711})))},
            {"waits", behind(3, input_of(session::encode(session::Holds{.pid = 4711, .kill = false})))},
            {"answer", behind(3, input_of(session::encode(session::Answer{.nonce = 5})))},
            {"alive", behind(3, input_of(session::encode(session::Alive{})))},
            {"revoked", behind(3, input_of(session::encode(session::Revoked{.token = {1001}})))},
            {"resign", behind(3, input_of(session::encode(session::Resign{})))},
            {"challenge", behind(4, input_of(session::encode(session::Challenge{.nonce = 5}, {7})))},
            {"joined", behind(4, input_of(session::encode(session::Joined{.session = 1}, {7})))},
            {"held", behind(4, input_of(session::encode(session::HeldProcess{.pid = 4711, .killable = true}, {7})))},
            {"granted", behind(4, input_of(session::encode(session::Granted{.token = {1001},
                                                                            .valid_until = at_ns(2'000'000'000),
                                                                            .clock = at_ns(1'000'000'000)},
                                                           {7})))},
            {"extended", behind(4, input_of(session::encode(session::Extended{.token = {1001},
                                                                              .valid_until = at_ns(2'000'000'000),
                                                                              .clock = at_ns(1'000'000'000)},
                                                            {7})))},
            {"revoke",
             behind(4, input_of(session::encode(
                           session::Revoke{.token = {1001}, .reason = Reason::drain, .deadline = at_ns(2'000'000'000)},
                           {7})))},
            {"session_refused", behind(4, input_of(session::encode(session::Refused{"limit", "no more"}, {7})))},
            {"session_announcement", behind(4, input_of(session::encode(announcement(), {7})))}};
}

Seeds control_seeds() {
    Seeds seeds;
    Input all{0};
    for (const ControlRequest& request : requests()) {
        Input one{static_cast<std::uint8_t>(request.id % 2)};
        append_frame(one, encode_request(request));
        append_frame(all, encode_request(request));
        seeds[request.type + "_" + std::to_string(request.id)] = one;
    }
    seeds["all"] = all;
    Input life{0};
    for (const session::FromProcess& words : words_of_a_process()) append_frame(life, session::encode(words));
    seeds["session"] = life;
    return seeds;
}

}  // namespace bellwether::fuzz
