// How a directed test is seen to notice: a test program that is run with BELLWETHER_PLANTED_BUG=<number> of
// protocol/planted.hpp plays its stories with that rule broken. bin/mutants does so.
#pragma once

namespace bellwether::tests {

// Before the first story; whether there was anything to plant.
bool plant_bug_of_environment();

}  // namespace bellwether::tests
