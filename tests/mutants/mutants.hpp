// The planted bugs of protocol/planted.hpp, and where each of them shows: in which simulation, or, if none has met it
// so far, in the directed test of the rule that it breaks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/planted.hpp"
#include "tests/sim/outcome.hpp"

namespace bellwether::mutants {

struct Mutant {
    protocol::Bug bug;
    std::string_view name;
    std::string_view rule;  // Of docs/protocol.md.
    // A mix or a named partition of the simulator, and the first seed that showed it there; or a test program and,
    // for `seed` 0, which of its tests.
    std::string_view where;
    std::uint64_t seed;
    std::string_view test{};
};
// In the order of the page; each bug that can be planted is there once.
[[nodiscard]] const std::vector<Mutant>& all_mutants();
[[nodiscard]] const Mutant* mutant_named(std::string_view name);

// A mix or a named partition.
[[nodiscard]] std::optional<sim::Options> hunting_ground(std::string_view name);
[[nodiscard]] std::vector<std::string_view> all_hunting_grounds();

struct Catch {
    std::uint64_t seed{};
    sim::Violation violation;
};

// Plants the bug and runs seeds first...last of the options until one of them violates something which it does not
// violate without the bug; which one that is does not depend on the number of threads. Nothing else may run in this
// process meanwhile.
[[nodiscard]] std::optional<Catch> hunt(protocol::Bug bug, const sim::Options& options, std::uint64_t first,
                                        std::uint64_t last, unsigned jobs = 1);

// Runs a test of a program next to this one, whole and with the bug: whether it passes the one and fails the other.
[[nodiscard]] bool is_noticed_by(protocol::Bug bug, std::string_view program, std::string_view test);

}  // namespace bellwether::mutants
