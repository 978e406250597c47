// What `run` has to say, on stderr: the command's output is not ours.
#pragma once

#include <cstdio>
#include <set>
#include <string>

namespace bellwether::run {

inline void say(const std::string& text) { std::fprintf(stderr, "bellwether: %s\n", text.c_str()); }

// What is so for all attempts of a process.
inline void say_once(const std::string& text) {
    static std::set<std::string> said;
    if (said.insert(text).second) say(text);
}

}  // namespace bellwether::run
