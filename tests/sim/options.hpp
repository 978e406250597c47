// What one run is told: a seed is the rest of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/time.hpp"

namespace bellwether::sim {

using protocol::Duration;
using namespace std::chrono_literals;

// What a run is mainly about. `general` draws from everything.
enum class Mix : std::uint8_t {
    general,
    slow,      // Pairs of nodes with slow, lossy links between them.
    handover,  // Step-downs, transfers and drains to and fro.
    restarts,  // Processes of three nodes that die, loop in restarts, lose what was not synced.
    wiped,     // Disks that are replaced by empty ones.
    two,       // Two nodes, and one.
    minority,  // A minority that is killed, paused, cut off, crash-looped or flaps: the others must not notice.
    clocks,    // Clocks outside their bound: S2 is not promised, all else is.
    boot,      // The first boot of a mesh, under faults.
    links,     // Many links that break and heal, each for about a lease: partial partitions that overlap.
    restored,  // A disk that is put back to an older state, again and again.
    drift,     // Clocks at the ends of their bound, and nothing else that is slow.
    leases,    // Each node has another D, and restarts with another one.
    sessions,  // Not nodes stand, but processes: they come and go, hang, do not stop, and have children.
};

struct NamedMix {
    Mix mix;
    std::string_view name;
    std::string_view what;
};
[[nodiscard]] const std::vector<NamedMix>& all_mixes();
[[nodiscard]] std::string_view name_of(Mix mix);
[[nodiscard]] std::optional<Mix> mix_named(std::string_view name);

struct Options {
    std::uint64_t seed = 1;
    Mix mix = Mix::general;
    std::string scenario{};  // Of scenarios.hpp, instead of a mix.
    Duration duration = 20s;
    unsigned nodes = 0;   // 0: the seed decides.
    unsigned voters = 0;  // Likewise.
    // Only these of the plan's faults are inflicted; nothing: all.
    std::optional<std::vector<std::size_t>> only_faults{};
    bool lets_none_rest = false;  // Each step looks at every election, as if a word or a deadline was for all.
};

// The arguments of `simulate` that make the same run.
[[nodiscard]] std::string arguments(const Options& options);

}  // namespace bellwether::sim
