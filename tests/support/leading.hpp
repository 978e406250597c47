// A node on a stage that leads: for the tests of how it stops.
#pragma once

#include <vector>

#include "tests/support/stage.hpp"

namespace bellwether::tests {

// Leads, and has done so long enough that nobody preempts it.
struct Leading {
    Leading() : Leading{StageOptions{.self = 3, .in_quarantine = true}} {}
    explicit Leading(const StageOptions& options) : stage{options} {
        stage.let_it_lead();
        stage.elapse(500ms);
        stage.mark();
    }

    [[nodiscard]] std::vector<protocol::NodeId> asked() const {
        std::vector<protocol::NodeId> heirs;
        for (const protocol::Send& send : stage.of<protocol::Send>()) {
            const auto* transfer = std::get_if<protocol::Transfer>(&send.message);
            if (transfer != nullptr && transfer->step == protocol::TransferStep::prepare) {
                heirs.push_back(send.to);
            }
        }
        return heirs;
    }

    void answer(Id heir, protocol::TransferStep step) {
        protocol::Transfer transfer = stage.sent<protocol::Transfer>(heir).back();
        transfer.sender = {heir};
        transfer.incarnation = stage.peer(heir).heartbeat.incarnation;
        transfer.step = step;
        stage.hear(heir, transfer);
    }

    [[nodiscard]] protocol::Answer answered() const {
        const auto answers = stage.of<protocol::Answer>();
        return answers.empty() ? protocol::Answer{0, false, "not yet", ""} : answers.back();
    }

    [[nodiscard]] protocol::Answer answer_to(std::uint64_t command) const {
        for (const protocol::Answer& answer : stage.of<protocol::Answer>()) {
            if (answer.id == command) return answer;
        }
        return {command, false, "not yet", ""};
    }

    Stage stage;
};

}  // namespace bellwether::tests
