// bin/simulate: runs seeds, shows what breaks, replays it.
#include <iostream>

#include "tests/sim/command_line.hpp"

int main(int argc, char** argv) { return bellwether::sim::simulate(argc, argv, std::cout, std::cerr); }
