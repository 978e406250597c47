#include "tests/support/network.hpp"

#include <algorithm>
#include <utility>

namespace bellwether::tests {

Network::Network(Agenda& agenda, Duration delay, Deliver deliver)
    : agenda_{agenda}, delay_{delay}, deliver_{std::move(deliver)} {}

void Network::send(TrueTime now, const Link& link, protocol::Received letter) {
    Wire& wire = wires_[link];
    if (wire.held) {
        wire.waiting.push_back(std::move(letter));
        return;
    }
    const Duration delay = wire.delay < Duration::zero() ? delay_ : wire.delay;
    wire.last_arrival = std::max(wire.last_arrival, now + delay);
    agenda_.plan(wire.last_arrival, [this, link, letter = std::move(letter)] {
        if (!is_cut(link)) {
            ++wires_[link].carried;
            deliver_(link, letter);
        }
    });
}

void Network::heal_all() {
    for (auto& [link, wire] : wires_) {
        wire.cut = false;
    }
}

void Network::release(TrueTime now, const Link& link) {
    Wire& wire = wires_[link];
    wire.held = false;
    for (auto& letter : std::exchange(wire.waiting, {})) {
        send(now, link, std::move(letter));
    }
}

bool Network::is_cut(const Link& link) const {
    const auto place = wires_.find(link);
    return place != wires_.end() && place->second.cut;
}

std::size_t Network::carried(const Link& link) const {
    const auto place = wires_.find(link);
    return place == wires_.end() ? 0 : place->second.carried;
}

}  // namespace bellwether::tests
