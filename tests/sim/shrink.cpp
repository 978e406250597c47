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
std::vector<std::size_t> fewest(std::vector<std::size_t> faults, std::size_t most_runs,
                                const std::function<bool(const std::vector<std::size_t>&)>& fails) {
    std::size_t runs = 0;
    std::size_t piece = std::max<std::size_t>(1, faults.size() / 2);
    for (;;) {
        bool dropped = false;
        for (std::size_t begin = 0; begin < faults.size() && runs < most_runs;) {
            std::vector<std::size_t> fewer = without(faults, begin, piece);
            ++runs;
            if (fails(fewer)) {
                faults = std::move(fewer);
                dropped = true;
            } else {
                begin += piece;
            }
        }
        if (runs >= most_runs || (piece == 1 && !dropped)) return faults;
        if (!dropped || piece > faults.size()) piece = std::max<std::size_t>(1, piece / 2);
    }
}

Options shrunk(const Options& failing, std::size_t most_runs) {
    const auto before = run(failing).violation;
    if (!before) return failing;
    std::vector<std::size_t> all(make_plan(failing).faults.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    Options best = failing;
    best.only_faults = fewest(failing.only_faults.value_or(all), most_runs, [&](const std::vector<std::size_t>& kept) {
        Options smaller = failing;
        smaller.only_faults = kept;
        const auto after = run(smaller).violation;
        return after && after->number == before->number;
    });
    return best;
}

}  // namespace bellwether::sim
