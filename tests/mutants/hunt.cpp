#include <algorithm>

#include "tests/mutants/mutants.hpp"
#include "tests/sim/campaign.hpp"

namespace bellwether::mutants {

namespace {

std::vector<sim::Failure> failures(protocol::Bug bug, const sim::Options& options, std::uint64_t first,
                                   std::uint64_t last, unsigned jobs) {
    protocol::planted_bug = bug;
    const sim::Totals totals = sim::campaign(options, first, last, jobs);
    protocol::planted_bug = protocol::Bug::none;
    return totals.failures;
}

}  // namespace

std::optional<Catch> hunt(protocol::Bug bug, const sim::Options& options, std::uint64_t first, std::uint64_t last,
                          unsigned jobs) {
    // A thread that is ahead may find a later seed first, so a handful is finished before one looks.
    const std::uint64_t handful = jobs == 1 ? 1 : 8 * std::uint64_t{jobs};
    for (std::uint64_t seed = first; seed <= last; seed += handful) {
        for (const sim::Failure& failure : failures(bug, options, seed, std::min(last, seed + handful - 1), jobs)) {
            const std::uint64_t found = failure.options.seed;
            if (failures(protocol::Bug::none, options, found, found, 1).empty()) {
                return Catch{found, failure.violation};
            }
        }
    }
    return std::nullopt;
}

}  // namespace bellwether::mutants
