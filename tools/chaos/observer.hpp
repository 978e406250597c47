// Listens to the leader topic of every node below some directories, for as long as it is told to, and keeps the
// history. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <set>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "protocol/time.hpp"
#include "tools/chaos/history.hpp"
#include "tools/chaos/mark_source.hpp"

namespace bellwether::chaos {

class Observer {
public:
    // What is heard goes to `record` as well, a JSON object a line; null: nowhere.
    Observer(std::vector<std::filesystem::path> bases, std::ostream* record);

    // Until `deadline` or until stopped() says so, which is asked every few milliseconds.
    template <class Stopped>
    void run(protocol::Time deadline, MarkSource& marks, Stopped stopped) {
        while (round(deadline, marks) && !stopped()) {
        }
    }

    [[nodiscard]] const History& history() const { return history_; }
    [[nodiscard]] std::size_t nodes() const { return connected_.size(); }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    bool round(protocol::Time deadline, MarkSource& marks);
    void look_for_nodes(protocol::Time now);
    void note_lateness(protocol::Time now);
    void hear();
    void take_marks(MarkSource& marks);

    std::vector<std::filesystem::path> bases_;
    std::ostream* record_;
    zmq::context_t context_;
    zmq::socket_t socket_;
    std::set<std::filesystem::path> connected_;
    History history_;
    protocol::Time next_look_{};
    protocol::Time last_round_{};
    std::uint64_t refused_{};
};

}  // namespace bellwether::chaos
