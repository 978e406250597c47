// One way to write each state down, so that states which cannot behave differently are one. Moments are relative to
// the present, and those of which only matters that they are past are all the same; so a mesh in which nothing new
// happens comes back to a state it was in, and the space of states is finite though time is not bounded.
#pragma once

#include <optional>
#include <utility>

#include "protocol/durable.hpp"
#include "protocol/event.hpp"
#include "tests/explore/digest.hpp"
#include "tests/explore/setting.hpp"

namespace bellwether::explore {

class Canon {
public:
    // Of what a node with this local time holds, or of what is on its way, at this grain.
    Canon(const Setting& setting, std::uint32_t at, Time now) : setting_{setting}, at_{at}, now_{now} {}

    template <class Number>
    void add(Number number) {
        digest_.add(number);
    }
    template <class Tag, class Rep>
    void add(protocol::Strong<Tag, Rep> strong) {
        digest_.add(strong.value);
    }
    void add(Duration span) { digest_.add(span.count()); }
    void add(const protocol::Instance& instance) {
        add(instance.node);
        add(instance.incarnation);
    }
    void add(const protocol::ElectionView& view);
    void add(const protocol::VoteRequest& request);
    void add(const protocol::Durable& durable);

    // Compared by `now < until`: how long it lasts, or that it is over.
    void until(Time time);
    [[nodiscard]] bool is_past(Time time) const { return time <= now_; }
    // Compared by `now >= since + span`, with no span longer than `longest`.
    void since(Time time, Duration longest);
    // Of a message of `sender`: how old it is, or that it is older than all that may still travel.
    void sent(NodeId sender, Sent sent) { age(sender, sent, setting_.old); }
    void exact(NodeId sender, Sent sent) { age(sender, sent, Duration::max()); }

    template <class Optional, class Describe>
    void maybe(const Optional& value, const Describe& describe) {
        add(value.has_value());
        if (value) describe(*value);
    }

    // What is on its way to a node.
    [[nodiscard]] static std::uint64_t letter(const Setting& setting, std::uint32_t at, NodeId to,
                                              const protocol::Event& letter);

    [[nodiscard]] const Setting& setting() const { return setting_; }
    [[nodiscard]] std::uint64_t value() const { return digest_.value(); }

private:
    void age(NodeId sender, Sent sent, Duration old);
    void add(const protocol::Heartbeat& heartbeat);
    void add(const protocol::VoteReply& reply, NodeId to);
    void add(const protocol::Transfer& transfer);

    const Setting& setting_;
    std::uint32_t at_;
    Time now_;
    Digest digest_;
};

}  // namespace bellwether::explore
