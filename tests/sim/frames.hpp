// The bytes that are under way. A frame that goes to many is encoded once and counted; its memory is used again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "tests/sim/calendar.hpp"

namespace bellwether::sim {

class Frames {
public:
    // To be filled; nobody holds it yet.
    FrameId make() {
        if (free_.empty()) {
            frames_.emplace_back();
            return static_cast<FrameId>(frames_.size() - 1);
        }
        const FrameId id = free_.back();
        free_.pop_back();
        return id;
    }
    [[nodiscard]] std::vector<std::byte>& bytes(FrameId id) { return frames_[id].bytes; }

    void hold(FrameId id) { ++frames_[id].holders; }
    // The last one makes room.
    void drop(FrameId id) {
        if (--frames_[id].holders == 0) {
            free_.push_back(id);
        }
    }

private:
    struct Frame {
        std::vector<std::byte> bytes;
        std::uint32_t holders = 0;
    };
    std::deque<Frame> frames_;
    std::vector<FrameId> free_;
};

}  // namespace bellwether::sim
