// What the fuzzers begin with: real messages and files, so that they need not invent msgpack, TOML and SQLite first.
#pragma once

#include <map>
#include <string>

#include "tests/fuzz/mutator.hpp"

namespace bellwether::fuzz {

// By file name.
using Seeds = std::map<std::string, Input>;

[[nodiscard]] Seeds wire_seeds();     // Frames between nodes.
[[nodiscard]] Seeds local_seeds();    // local_codec_fuzz: the reader, then the frame.
[[nodiscard]] Seeds control_seeds();  // control_request_fuzz: the mesh, then frames, each after its length.
[[nodiscard]] Seeds config_seeds();   // Files of TOML.
[[nodiscard]] Seeds step_seeds();     // step_fuzz: a node, then what happens to it.
[[nodiscard]] Seeds state_seeds();    // state_file_fuzz: a way, then a file or changes to one.

// By fuzzer.
[[nodiscard]] std::map<std::string, Seeds> all_seeds();

}  // namespace bellwether::fuzz
