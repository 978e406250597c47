#include "tools/chaos/observer.hpp"

#include <cerrno>
#include <ostream>
#include <span>
#include <utility>

#include "client/clock.hpp"
#include "client/locate.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::chaos {

using protocol::Time;
using std::chrono::milliseconds;

namespace {

// The observer looks at its own clock as often as this, announcements or not, ...
constexpr milliseconds round_length{1};
// ... and does not trust what it measured in a round that took longer than this.
constexpr milliseconds late_round{5};
constexpr milliseconds look_interval{200};

void record_announcement(std::ostream& record, std::span<const std::byte> frame, Time received) {
    auto json = protocol::to_json(frame);
    if (!json || !json->ends_with('}')) return;
    json->pop_back();
    record << *json << ",\"received_ns\":" << protocol::ns_of(received) << "}\n";
}

void record_mark(std::ostream& record, const Mark& mark) {
    record << "{\"mark\":\"" << mark.verb << "\",\"node\":\"" << mark.node
           << "\",\"received_ns\":" << protocol::ns_of(mark.at) << "}\n";
}

}  // namespace

Observer::Observer(std::vector<std::filesystem::path> bases, std::ostream* record)
    : bases_{std::move(bases)}, record_{record}, socket_{context_, zmq::socket_type::sub}, last_round_{client::now()} {
    socket_.set(zmq::sockopt::linger, 0);
    // What is dropped would be missing in the history; it is emptied every millisecond.
    socket_.set(zmq::sockopt::rcvhwm, 0);
    socket_.set(zmq::sockopt::reconnect_ivl, 10);
    socket_.set(zmq::sockopt::subscribe, "leader/");
    look_for_nodes(last_round_);
}

bool Observer::round(Time deadline, MarkSource& marks) {
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    try {
        zmq::poll(&item, 1, round_length);
    } catch (const zmq::error_t& error) {
        if (error.num() != EINTR) throw;
    }
    const Time now = client::now();
    note_lateness(now);
    hear();
    take_marks(marks);
    look_for_nodes(now);
    return now < deadline;
}

void Observer::note_lateness(Time now) {
    if (now - last_round_ > late_round) history_.late(last_round_, now);
    last_round_ = now;
}

void Observer::look_for_nodes(Time now) {
    if (now < next_look_) return;
    next_look_ = now + look_interval;
    for (const auto& base : bases_) {
        for (const auto& run_dir : client::nodes_below(base)) {
            // Connected once, it is found again after each restart: the path is the same.
            if (!connected_.insert(run_dir).second) continue;
            socket_.connect("ipc://" + (run_dir / protocol::leader_socket).string());
        }
    }
}

void Observer::hear() {
    zmq::message_t part;
    while (socket_.recv(part, zmq::recv_flags::dontwait)) {
        while (part.more() && socket_.recv(part)) {
        }
        const Time received = client::now();
        const std::span frame{static_cast<const std::byte*>(part.data()), part.size()};
        const auto announcement = protocol::decode_announcement(frame);
        if (!announcement) {
            ++refused_;
            continue;
        }
        history_.hear(received, *announcement);
        if (record_ != nullptr) record_announcement(*record_, frame, received);
    }
}

void Observer::take_marks(MarkSource& marks) {
    while (const auto line = marks.next()) {
        const auto before = history_.marks().size();
        history_.mark(client::now(), *line);
        if (record_ != nullptr && history_.marks().size() > before) record_mark(*record_, history_.marks().back());
    }
}

}  // namespace bellwether::chaos
