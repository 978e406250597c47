#include "tests/sim/shrink.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/sim/run.hpp"

namespace bellwether::sim {

namespace {

std::vector<std::size_t> without(const std::vector<std::size_t>& list, std::size_t begin, std::size_t count) {
    std::vector<std::size_t> rest = list;
    const auto first = rest.begin() + static_cast<std::ptrdiff_t>(begin);
    rest.erase(first, first + static_cast<std::ptrdiff_t>(std::min(count, rest.size() - begin)));
    return rest;
}

}  // namespace

// Zeller's ddmin, in its simple form.
Options shrunk(const Options& failing, std::size_t most_runs) {
    Options best = failing;
    const auto before = run(failing).violation;
    if (!before) return best;
    if (!best.only_faults) {
        best.only_faults.emplace(make_plan(failing).faults.size());
        std::iota(best.only_faults->begin(), best.only_faults->end(), std::size_t{0});
    }
    std::size_t runs = 1;
    std::size_t piece = std::max<std::size_t>(1, best.only_faults->size() / 2);
    for (;;) {
        bool dropped = false;
        for (std::size_t begin = 0; begin < best.only_faults->size() && runs < most_runs;) {
            Options smaller = best;
            smaller.only_faults = without(*best.only_faults, begin, piece);
            ++runs;
            const auto after = run(smaller).violation;
            if (after && after->number == before->number) {
                best = smaller;
                dropped = true;
            } else {
                begin += piece;
            }
        }
        if (runs >= most_runs || (piece == 1 && !dropped)) return best;
        if (!dropped || piece > best.only_faults->size()) piece = std::max<std::size_t>(1, piece / 2);
    }
}

}  // namespace bellwether::sim
