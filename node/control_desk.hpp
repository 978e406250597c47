// Where the requests of people and scripts become commands, and the answers find their way back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "protocol/action.hpp"
#include "protocol/event.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/setup.hpp"

namespace bellwether::node {

class ControlDesk {
public:
    explicit ControlDesk(const protocol::Setup& setup) : setup_(&setup) {}  // Must outlive this.

    // A command with a number of our own, to be given to the state machine, or the reply that refuses the request.
    // Not for "status" and "reload", which are no commands.
    using Outcome = std::variant<protocol::Command, protocol::ControlReply>;
    [[nodiscard]] Outcome accept(std::uint64_t caller, const protocol::ControlRequest& request);

    struct Delivery {
        std::uint64_t caller{};
        protocol::ControlReply reply;
    };
    // Nothing if nobody here asked, as for a shutdown.
    [[nodiscard]] std::optional<Delivery> answer(const protocol::Answer& answer);

private:
    struct Waiting {
        std::uint64_t caller{};
        std::uint64_t request{};
    };

    [[nodiscard]] std::string names_of_nodes() const;
    [[nodiscard]] std::optional<protocol::ControlReply> mistake_in(const protocol::ControlRequest& request) const;

    const protocol::Setup* setup_;
    std::map<std::uint64_t, Waiting> waiting_;
    std::uint64_t last_id_ = 0;
};

}  // namespace bellwether::node
