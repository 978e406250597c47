// A local process that stands for an election through its node, and does the leader's work as it is told.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/action.hpp"
#include "protocol/event.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::tests {

struct ProcessOptions {
    std::string election = "default";
    std::optional<std::uint16_t> priority = {};
    std::vector<std::uint8_t> metadata = {};
    bool forks = false;
    bool has_children = false;                // That it has named: they live on when it dies, until they are killed.
    std::optional<Duration> stops_after = 0ms;  // It was revoked; nothing: it never stops.
};

struct Process {
    protocol::SessionId id{};
    std::uint16_t node{};
    protocol::ElectionName election{};
    ProcessOptions options{};
    std::uint64_t life{};  // Of the daemon that it talks to.
    bool is_alive = true;
    bool is_hushed = false;  // It says nothing any more, and goes on.
    bool children_live = false;
    bool is_over = false;  // Its node holds nothing for it any more.
    unsigned killed = 0;   // How often its node wanted its children dead.
    protocol::Token token{};  // With which it acts, as long as this lasts:
    protocol::Time valid_until = protocol::long_ago;
    std::vector<protocol::session::FromNode> told{};

    template <class Message>
    [[nodiscard]] std::vector<Message> heard() const {
        std::vector<Message> found;
        for (const auto& message : told) {
            if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
        }
        return found;
    }
};

}  // namespace bellwether::tests
