#include "tests/sim/run.hpp"

namespace bellwether::sim {

Outcome run(const Options& options, const Teller& teller) {
    const Plan plan = make_plan(options);
    World world{plan, teller};
    return world.run();
}

}  // namespace bellwether::sim
