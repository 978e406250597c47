// What `run` has to say, on stderr: the command's output is not ours.
#pragma once

#include <cstdio>
#include <string>

namespace bellwether::run {

inline void say(const std::string& text) { std::fprintf(stderr, "bellwether: %s\n", text.c_str()); }

}  // namespace bellwether::run
