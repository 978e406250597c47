#include "tests/fuzz/seeds.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "tests/fuzz/scene.hpp"

namespace bellwether::fuzz {

namespace {

constexpr std::string_view mesh = R"(cluster = "demo"
[timing]
heartbeat = "50ms"
lease = "300ms"
[election]
preempt_delay = "2s"
[elections.jobs]
candidate = "session"
[security]
mode = "off"
[local]
tcp = "tcp://127.0.0.1:7100"
[[node]]
name = "alpha"
id = 1
priority = 30
heartbeat = "tcp://127.0.0.1:7101"
vote = "tcp://127.0.0.1:7102"
bind = "0.0.0.0"
[node.metadata]
url = "http://alpha"
ports = [1, 2]
[node.metadata.rack]
row = 7
[[node]]
name = "bravo"
id = 2
role = "voter"
heartbeat = "tcp://[::1]:7103"
vote = "tcp://bravo.example.org:7104"
[[node]]
name = "charlie"
id = 3
role = "observer"
)";

constexpr std::string_view mistaken = R"(clutser = 'demo'
[timing]
heartbeat = 50
lease = 1e3
[[node]]
name = "a b"
id = 0x10000
heartbeat = "udp://*:0"
[[node]]
name = "x"
id = 2
public_key = ["short", 1979-05-27]
)";

Input text(std::string_view of) { return {of.begin(), of.end()}; }

// A mesh of so many, which of them it is, and its past; then acts.
Input scene(std::uint8_t nodes, std::uint8_t shape, std::uint8_t past,
            const std::vector<std::vector<std::uint8_t>>& acts) {
    Input input{static_cast<std::uint8_t>(nodes - 1), shape, past};
    for (const auto& act : acts) input.insert(input.end(), act.begin(), act.end());
    return input;
}

template <class... Choices>
std::vector<std::uint8_t> act(Act which, Choices... choices) {
    return {static_cast<std::uint8_t>(which), static_cast<std::uint8_t>(choices)...};
}

}  // namespace

Seeds config_seeds() {
    return {{"mesh", text(mesh)},
            {"mistaken", text(mistaken)},
            {"least", text("cluster = \"a\"\n[[node]]\nname = \"a\"\nid = 1\n"
                           "heartbeat = \"tcp://a:1\"\nvote = \"tcp://a:2\"\n")}};
}

Seeds step_seeds() {
    const auto beat = act(Act::all_beat, 0);
    const auto silent = act(Act::all_beat, 0x20);
    const auto wait = act(Act::time_passes, 0x89);  // 0.1 ms * 10 * 2^8, and nobody looks at the clock.
    const auto due = act(Act::deadline_comes);
    const auto written = act(Act::all_writes_end);
    const auto votes = act(Act::votes_come, 0);
    const auto believed = act(Act::deadline_is_believed);
    const auto claim = act(Act::one_beats, 1, 2, 4);  // Of the second peer, that it leads.
    const std::vector<std::vector<std::uint8_t>> winning{beat, wait,    beat,  due,  written, due, silent, due,
                                                         due,  written, votes, beat, due,     due, beat};
    auto with = [&](std::vector<std::vector<std::uint8_t>> more) {
        more.insert(more.begin(), winning.begin(), winning.end());
        return more;
    };
    const Input frame = wire_seeds().at("vote_request");
    auto frame_comes = act(Act::frame_comes, frame.size());
    frame_comes.insert(frame_comes.end(), frame.begin(), frame.end());
    return {
        {"alone", scene(1, 0, 0, {due, due, written, due, due, believed, due})},
        {"wins_of_three", scene(3, 2, 0, winning)},
        {"wins_of_five", scene(5, 4, 0, with({believed, due, beat}))},
        {"steps_down",
         scene(3, 2, 0, with({believed, act(Act::command_comes, 0), act(Act::transfer_comes, 1, 1), wait, due, due}))},
        {"shuts_down", scene(3, 2, 0, with({act(Act::command_comes, 4), act(Act::transfer_comes, 1, 1), wait, due}))},
        {"loses_its_quorum", scene(3, 2, 0, with({act(Act::link_breaks, 0), wait, due, due}))},
        {"follows", scene(3, 0, 0, {beat, wait, claim, due, claim, act(Act::request_comes, 1, 3), due})},
        {"votes", scene(3, 0, 0, {beat, wait, claim, due, act(Act::vote_request_comes, 1, 4), written, frame_comes})},
        {"observes", scene(3, 0x42, 0, {claim, due, claim, act(Act::response_comes, 0, 3), wait, due})},
        {"new_state", scene(3, 1, 0x1f, {beat, wait, beat, due, written, beat, due})},
        {"dies", scene(3, 2, 0, with({act(Act::process_dies, 1), due, beat, wait, due}))}};
}

std::map<std::string, Seeds> all_seeds() {
    return {{"canary_fuzz", {{"harmless", {0xb3, 0x11, 0x01, 'a', 'b'}}}},
            {"codec_differential_fuzz", wire_seeds()},
            {"config_fuzz", config_seeds()},
            {"control_request_fuzz", control_seeds()},
            {"local_codec_fuzz", local_seeds()},
            {"state_file_fuzz", state_seeds()},
            {"step_fuzz", step_seeds()},
            {"wire_codec_fuzz", wire_seeds()}};
}

}  // namespace bellwether::fuzz
