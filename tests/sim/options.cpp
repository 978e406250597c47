#include "tests/sim/options.hpp"

#include <algorithm>

namespace bellwether::sim {

const std::vector<NamedMix>& all_mixes() {
    static const std::vector<NamedMix> mixes{
        {Mix::general, "general", "everything: 1-9 voters, observers, several elections"},
        {Mix::slow, "slow", "pairs of nodes with slow, lossy links between them"},
        {Mix::handover, "handover", "step-downs, transfers, drains and preemption, to and fro"},
        {Mix::restarts, "restarts", "three nodes that die and restart, also in loops"},
        {Mix::wiped, "wiped", "disks that are replaced by empty ones"},
        {Mix::restored, "restored", "a disk that is put back to an older state, again and again"},
        {Mix::two, "two", "meshes of two nodes, and of one"},
        {Mix::minority, "minority", "a disturbed minority must change neither leader nor term"},
        {Mix::clocks, "clocks", "clocks outside their bound; S2 is not promised there"},
        {Mix::boot, "boot", "the first boot of a mesh under faults"},
        {Mix::sessions, "sessions", "processes that stand through their nodes, die, hang and do not stop in time"},
        {Mix::drift, "drift", "clocks at the ends of their bound, and leaders that are cut off"},
        {Mix::leases, "leases", "each node has another D, and restarts with another one"},
        {Mix::links, "links", "many links that break and heal, each for about a lease, and short restarts"},
    };
    return mixes;
}

std::string_view name_of(Mix mix) {
    const auto& mixes = all_mixes();
    return std::find_if(mixes.begin(), mixes.end(), [&](const NamedMix& named) { return named.mix == mix; })->name;
}

std::optional<Mix> mix_named(std::string_view name) {
    for (const NamedMix& named : all_mixes()) {
        if (named.name == name) return named.mix;
    }
    return std::nullopt;
}

std::string arguments(const Options& options) {
    std::string text = "--seed " + std::to_string(options.seed);
    if (!options.scenario.empty()) {
        text += " --scenario " + options.scenario;
    } else if (options.mix != Mix::general) {
        text += " --mix " + std::string{name_of(options.mix)};
    }
    if (options.duration != Options{}.duration) {
        text += " --duration " + std::to_string(options.duration / 1ms) + "ms";
    }
    if (options.nodes != 0) {
        text += " --nodes " + std::to_string(options.nodes);
    }
    if (options.voters != 0) {
        text += " --voters " + std::to_string(options.voters);
    }
    if (options.only_faults) {
        text += " --only-faults ";
        for (std::size_t i = 0; i < options.only_faults->size(); ++i) {
            text += (i == 0 ? "" : ",") + std::to_string((*options.only_faults)[i]);
        }
        if (options.only_faults->empty()) {
            text += "none";
        }
    }
    return text;
}

}  // namespace bellwether::sim
