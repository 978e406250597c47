#include "node/life.hpp"

#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "node/exit_status.hpp"

namespace bellwether::node {

using protocol::Durable;
using protocol::Incarnation;
using protocol::Membership;
using protocol::NodeId;
using protocol::Setup;

namespace {

constexpr std::uint64_t dice_range = 1024;

// "alpha, bravo, 7": by name where the file has one.
std::string names_of(const std::vector<std::vector<NodeId>>& lists, const Setup& setup) {
    std::string text;
    for (const auto& list : lists) {
        if (!text.empty()) text += " and ";
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string_view name = setup.name_of(list[i]);
            text += (i == 0 ? "" : ", ") + (name.empty() ? std::to_string(list[i].value) : std::string{name});
        }
    }
    return text;
}

std::string other_voters(const Membership& stored, const Membership& wanted, const Setup& setup) {
    return fmt::format(
        "the voters in the configuration ({}) are not those of the state ({}): give the configuration that the mesh "
        "runs with, or, to change the voters, stop all nodes and start all of them with --adopt-voters",
        names_of(wanted.lists, setup), names_of(stored.lists, setup));
}

// A state without a list is that of an observer that now votes.
Membership settle_voters(const Membership& stored, const Setup& setup, bool adopt) {
    Membership wanted = protocol::single_list(setup.voters());
    if (stored.lists.empty()) return wanted;
    if (stored.lists == wanted.lists) return stored;
    if (!adopt) throw WrongCall(other_voters(stored, wanted, setup));
    spdlog::warn("adopting the voters of the configuration ({}) instead of those of the state ({})",
                 names_of(wanted.lists, setup), names_of(stored.lists, setup));
    // The generation stays: nodes believe each other by list and generation, and a node that joins with an empty disk,
    // or gets a new one, cannot know how often the others have adopted a list.
    wanted.generation = stored.generation;
    return wanted;
}

}  // namespace

Incarnation next_incarnation(Incarnation last, std::uint64_t wall_clock_us, std::uint64_t dice) {
    const std::uint64_t earliest = std::max(last.value + 1, wall_clock_us);
    std::uint64_t next = earliest / dice_range * dice_range + dice % dice_range;
    if (next <= last.value) next += dice_range;
    return {next};
}

Incarnation next_incarnation(Incarnation last) {
    std::uint64_t dice = 0;
    if (::getrandom(&dice, sizeof dice, 0) != static_cast<ssize_t>(sizeof dice)) {
        throw std::system_error(errno, std::generic_category(), "no random numbers");
    }
    const auto wall_clock =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
    return next_incarnation(last, static_cast<std::uint64_t>(wall_clock.count()), dice);
}

Durable begin_life(const std::optional<Durable>& stored, const Setup& setup, bool adopt_voters) {
    Durable record = stored.value_or(Durable{});
    record.new_state |= !stored.has_value();
    record.incarnation = next_incarnation(record.incarnation);
    record.largest_promise = std::max(record.largest_promise, setup.params.lease);
    if (setup.own().voter) record.membership = settle_voters(record.membership, setup, adopt_voters);
    return record;
}

Durable known_to_the_machine(const Durable& record, const Setup& setup) {
    if (setup.own().voter) return record;
    Durable known;
    known.incarnation = record.incarnation;
    return known;
}

}  // namespace bellwether::node
