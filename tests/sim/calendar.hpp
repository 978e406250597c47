// What is going to happen, in the order of true time; what is due at the same moment, in the order it was planned.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "protocol/true_time.hpp"
#include "protocol/types.hpp"

namespace bellwether::sim {

using FrameId = std::uint32_t;

// Plain words, as a run plans millions of them.
struct Entry {
    enum class What : std::uint8_t {
        arrival,       // Of `frame` from `from` at `at`, over the connection `life`.
        replay,        // The same, over no matter which.
        written,       // The disk of `at` has written.
        boot,          // The process of `at` has its lock and its incarnation.
        link_down,     // `at` notices that the connection to `from` broke.
        fault_begins,  // `number` of the plan.
        fault_ticks,
        fault_ends,
        resource,      // A write of a leader's process reaches the resource.
        errand,        // `number` of a local process.
        quiet,         // From now on something is expected.
        look,          // Whether it has come to pass.
    };
    protocol::TrueTime when{};
    std::uint64_t order{};
    What what{};
    protocol::NodeId from{};
    protocol::NodeId at{};
    std::uint32_t number{};  // A frame, a fault, a write.
    std::uint32_t life{};    // What was planned for an earlier one does not happen.
    bool votes{};            // The channel of an arrival.
};

class Calendar {
public:
    void plan(protocol::TrueTime when, Entry entry) {
        entry.when = when;
        entry.order = ++last_order_;
        entries_.push_back(entry);
        std::push_heap(entries_.begin(), entries_.end(), later);
    }

    [[nodiscard]] protocol::TrueTime next() const {
        return entries_.empty() ? protocol::end_of_time : entries_.front().when;
    }

    Entry take() {
        std::pop_heap(entries_.begin(), entries_.end(), later);
        const Entry entry = entries_.back();
        entries_.pop_back();
        return entry;
    }

private:
    static bool later(const Entry& a, const Entry& b) { return a.when != b.when ? a.when > b.when : a.order > b.order; }

    std::vector<Entry> entries_;
    std::uint64_t last_order_ = 0;
};

}  // namespace bellwether::sim
