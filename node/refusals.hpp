// What came from outside and was not taken: counted by kind, and told to the log once per kind, peer and minute, of a
// few peers only. Strangers come from as many addresses as they like, and must not fill a disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/local_codec.hpp"

namespace bellwether::node {

// Safe to use from several threads.
class Refusals {
public:
    // The kinds that are listed as counters from the start, with 0; others are as soon as they happen.
    explicit Refusals(std::initializer_list<std::string_view> kinds = {});

    void count(std::string_view kind);

    // Counts and, if nothing of this kind was said about `who` in this minute, nor about too many others, logs
    // "who: sentence". The line says how many of its kind were not told before it.
    void report(std::string_view kind, std::string_view who, std::string_view sentence,
                std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());

    // Appended in alphabetical order.
    void append_counters(std::vector<protocol::Counter>& counters) const;
    [[nodiscard]] std::uint64_t of(std::string_view kind) const;

private:
    struct Kind {
        std::uint64_t count{};
        std::chrono::steady_clock::time_point minute;                // When the one began in which were told:
        std::set<std::string, std::less<>> told;
        std::uint64_t untold{};  // Since the last line.
    };
    Kind& counted(std::string_view kind);

    mutable std::mutex mutex_;
    std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace bellwether::node
