// What came from outside and was not taken: counted by kind, and told to the log once per kind, peer and minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/local_codec.hpp"

namespace bellwether::node {

// Safe to use from several threads.
class Refusals {
public:
    // The kinds that are listed as counters from the start, with 0; others are as soon as they happen.
    explicit Refusals(std::initializer_list<std::string_view> kinds = {});

    void count(std::string_view kind);

    // Counts and, if nothing of this kind was said about `who` in the last minute, logs "who: sentence". The last
    // words of a noisy peer are no fewer than its first: the line says how many of its kind were not told.
    void report(std::string_view kind, std::string_view who, std::string_view sentence);

    // Appended in alphabetical order.
    void append_counters(std::vector<protocol::Counter>& counters) const;
    [[nodiscard]] std::uint64_t of(std::string_view kind) const;

private:
    struct Told {
        std::chrono::steady_clock::time_point at;
        std::uint64_t untold{};
    };

    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t, std::less<>> counts_;
    std::map<std::pair<std::string, std::string>, Told> told_;
};

}  // namespace bellwether::node
