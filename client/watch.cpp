#include "client/watch.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <string>
#include <vector>

#include "client/clock.hpp"
#include "protocol/params.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::client {

using protocol::Time;

namespace {

// A restarted daemon is found again within this time.
constexpr std::chrono::milliseconds reconnect_interval{20};
constexpr std::chrono::milliseconds longest_reconnect_interval{200};

std::string subscription(Topic topic, const std::optional<protocol::ElectionName>& election) {
    const bool leader = topic == Topic::leader;
    if (!election) return leader ? "leader/" : "view/";
    return leader ? protocol::leader_topic(*election) : protocol::view_topic(*election);
}

std::span<const std::byte> bytes_of(const zmq::message_t& message) {
    return {static_cast<const std::byte*>(message.data()), message.size()};
}

}  // namespace

Watch::Watch(zmq::context_t& context, const std::filesystem::path& run_dir, Topic topic,
             const std::optional<protocol::ElectionName>& election)
    : socket_{context, zmq::socket_type::sub} {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::reconnect_ivl, static_cast<int>(reconnect_interval.count()));
    socket_.set(zmq::sockopt::reconnect_ivl_max, static_cast<int>(longest_reconnect_interval.count()));
    socket_.set(zmq::sockopt::subscribe, subscription(topic, election));
    socket_.connect("ipc://" + (run_dir / protocol::leader_socket).string());
}

std::optional<News> Watch::next(std::chrono::milliseconds timeout) {
    const Time deadline = now() + timeout;
    for (bool interrupted = false;;) {
        if (auto news = receive()) return news;
        if (auto news = expire()) return news;
        if (interrupted || now() >= deadline) return std::nullopt;
        wait_until(std::min(deadline, until()), interrupted);
    }
}

void Watch::wait_until(Time deadline, bool& interrupted) {
    const auto span = std::chrono::ceil<std::chrono::milliseconds>(std::max(deadline - now(), protocol::Duration{}));
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    try {
        zmq::poll(&item, 1, span);
    } catch (const zmq::error_t& error) {
        if (error.num() != EINTR) throw;
        interrupted = true;
    }
}

std::optional<News> Watch::receive() {
    zmq::message_t part;
    while (socket_.recv(part, zmq::recv_flags::dontwait)) {
        std::size_t parts = 1;
        for (; part.more(); ++parts) {
            // The parts of a message come together.
            if (!socket_.recv(part)) break;
        }
        if (parts != 2) {
            ++refused_;
            continue;
        }
        if (auto news = take(part)) return news;
    }
    return std::nullopt;
}

std::optional<News> Watch::take(const zmq::message_t& body) {
    const auto frame = bytes_of(body);
    auto announcement = protocol::decode_announcement(frame);
    if (!announcement || (beliefs_.size() >= protocol::max_elections && !beliefs_.contains(announcement->election))) {
        ++refused_;
        return std::nullopt;
    }
    const Time received = now();
    const Belief::Effect effect = beliefs_[announcement->election].hear(*announcement, received);
    if (effect == Belief::Effect::outdated) return std::nullopt;
    const bool changed = effect == Belief::Effect::changed;
    return News{.kind = changed ? News::Kind::changed : News::Kind::repeated,
                .announcement = std::move(*announcement),
                .frame = {frame.begin(), frame.end()},
                .received = received};
}

std::optional<News> Watch::expire() {
    const Time time = now();
    for (auto& [election, belief] : beliefs_) {
        if (belief.expire(time)) {
            return News{.kind = News::Kind::unknown, .announcement = *belief.last(), .frame = {}, .received = time};
        }
    }
    return std::nullopt;
}

int Watch::fd() const { return socket_.get(zmq::sockopt::fd); }

Time Watch::until() const {
    Time earliest = protocol::never;
    for (const auto& [election, belief] : beliefs_) earliest = std::min(earliest, belief.until());
    return earliest;
}

const Belief* Watch::belief(const protocol::ElectionName& election) const {
    const auto found = beliefs_.find(election);
    return found == beliefs_.end() ? nullptr : &found->second;
}

}  // namespace bellwether::client
