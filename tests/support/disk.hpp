// The disk of a virtual node. It writes one record at a time; of those that wait only the newest is written, and
// that completes the older ones. What is not yet written when the node dies is lost.
#pragma once

#include <optional>
#include <utility>

#include "protocol/action.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::tests {

class Disk {
public:
    explicit Disk(protocol::Durable content) : content_{std::move(content)} {}

    [[nodiscard]] const protocol::Durable& content() const { return content_; }
    void replace(protocol::Durable content) { content_ = std::move(content); }

    // Whether the disk was idle, so that this write begins now.
    [[nodiscard]] bool begin(protocol::Store write) {
        auto& place = writing_ ? waiting_ : writing_;
        const bool begins = !writing_.has_value();
        place = std::move(write);
        return begins;
    }
    [[nodiscard]] bool busy() const { return writing_.has_value(); }

    // The write under way is on disk; the one that waited, if any, begins.
    protocol::Stored finish() {
        const protocol::Stored done{writing_->write};
        content_ = std::move(writing_->record);
        writing_ = std::exchange(waiting_, std::nullopt);
        return done;
    }

    void lose_unwritten() {
        writing_.reset();
        waiting_.reset();
    }

    Duration latency = 1ms;
    bool stalled = false;

private:
    protocol::Durable content_;
    std::optional<protocol::Store> writing_;
    std::optional<protocol::Store> waiting_;
};

}  // namespace bellwether::tests
