// What many nodes said over time, kept as what an observer needs of it: when a process could believe that a node
// leads, and when each node told its host of a new leader. Repetitions cost no memory. Times are CLOCK_BOOTTIME.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/local_messages.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::chaos {

// From begin until end a process of the node's host, told what the observer was told, could believe that its host
// leads. An announcement is believed from its receipt until its deadline or until the node says something newer.
struct Believed {
    protocol::ElectionName election;
    std::string node;
    protocol::Token token{};
    protocol::Reason reason{};
    protocol::Time begin;
    protocol::Time end;
    friend bool operator==(const Believed&, const Believed&) = default;
};

// A node named a leader that it had not named before.
struct Told {
    protocol::ElectionName election;
    std::string node;
    std::string leader;
    protocol::Token token{};
    protocol::Time at;
};

// Somebody did something to the mesh: "kill alpha".
struct Mark {
    protocol::Time at;
    std::string verb;
    std::string node;

    // After which the node is not heard from: kill, term, stop.
    [[nodiscard]] bool silences() const;
};

// The observer itself did not run, so what it heard at the end of this span was there earlier.
struct Late {
    protocol::Time begin;
    protocol::Time end;
};

class History {
public:
    void hear(protocol::Time received, const protocol::Announcement& announcement);
    // "VERB NODE"; an empty line is nothing.
    void mark(protocol::Time at, const std::string& line);
    void late(protocol::Time begin, protocol::Time end) { lates_.push_back({begin, end}); }

    // In the order of their begin, deadlines that lie in the future included.
    [[nodiscard]] std::vector<Believed> believed() const;
    [[nodiscard]] const std::vector<Told>& told() const { return told_; }
    [[nodiscard]] const std::vector<Mark>& marks() const { return marks_; }
    [[nodiscard]] const std::vector<Late>& lates() const { return lates_; }
    [[nodiscard]] std::size_t announcements() const { return announcements_; }

private:
    using Order = std::pair<protocol::Incarnation, std::uint64_t>;
    struct Source {
        std::optional<Order> newest;
        std::optional<Believed> open;
        std::string leader;
        protocol::Token token{};
    };
    void follow_belief(Source& source, protocol::Time received, const protocol::Announcement& announcement);
    void follow_leader(Source& source, protocol::Time received, const protocol::Announcement& announcement);

    std::map<std::pair<protocol::ElectionName, std::string>, Source> sources_;
    std::vector<Believed> closed_;
    std::vector<Told> told_;
    std::vector<Mark> marks_;
    std::vector<Late> lates_;
    std::size_t announcements_{};
};

}  // namespace bellwether::chaos
