#include "client/session.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/clock.hpp"
#include "client/control.hpp"
#include "protocol/session_codec.hpp"

namespace bellwether::client {

using namespace std::chrono_literals;
using protocol::Duration;
using protocol::Time;
using protocol::session::Answer;
using protocol::session::Challenge;
using protocol::session::Revoked;

namespace {

constexpr Duration alive_interval = 1s;
constexpr Duration join_timeout = 2s;
constexpr Duration shortest_back_off = 50ms;
constexpr Duration longest_back_off = 2s;

// Those that waiting does not cure.
constexpr std::array<std::string_view, 5> final_reasons{"node_stands", "observer", "forbidden", "exists",
                                                        "bad_request"};

int made(int fd, const char* what) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    return fd;
}

void attach(int poller, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot watch a descriptor");
    }
}

}  // namespace

Session::Session(zmq::context_t& context, std::filesystem::path run_dir, protocol::session::Campaign campaign)
    : context_{&context},
      run_dir_{std::move(run_dir)},
      campaign_{std::move(campaign)},
      poller_{made(::epoll_create1(EPOLL_CLOEXEC), "no descriptor for a session")},
      timer_{::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC)},
      due_{now()},
      back_off_{shortest_back_off} {
    if (timer_ < 0) {
        ::close(poller_);
        throw std::system_error(errno, std::generic_category(), "no timer for a session");
    }
    attach(poller_, timer_);
    set_timer();
}

Session::~Session() {
    resign();
    ::close(timer_);
    ::close(poller_);
}

std::optional<SessionEvent> Session::next(std::chrono::milliseconds timeout) {
    const Time deadline = now() + timeout;
    for (bool undisturbed = true;;) {
        auto event = step();
        // Whatever was sent may have taken the edge of a message that came meanwhile.
        if (!event && connection_ && connection_->has_message()) continue;
        set_timer();
        if (event || !undisturbed || now() >= deadline) return event;
        undisturbed = wait_until(deadline);
    }
}

// False if a signal ended it.
bool Session::wait_until(Time deadline) const {
    const auto span = std::chrono::ceil<std::chrono::milliseconds>(std::max(deadline - now(), Duration{}));
    pollfd item{.fd = poller_, .events = POLLIN, .revents = 0};
    return ::poll(&item, 1, static_cast<int>(std::min<std::int64_t>(span.count(), 60'000))) >= 0;
}

std::optional<SessionEvent> Session::step() {
    // What waits in the queue is older than the clock: first it, then the judgement.
    if (auto event = receive()) return event;
    const Time time = now();
    if (auto event = expire(time)) return event;
    return attend(time);
}

std::optional<SessionEvent> Session::receive() {
    while (connection_ && stage_ != Stage::over) {
        const auto frame = connection_->receive();
        if (!frame) break;
        const auto heard = protocol::session::decode_from_node(*frame);
        // One connection, one life of a daemon.
        if (!heard || heard->incarnation != incarnation_.value_or(heard->incarnation)) continue;
        incarnation_ = heard->incarnation;
        if (auto event = std::visit([&](const auto& message) { return on(message); }, heard->message)) return event;
    }
    return std::nullopt;
}

std::optional<SessionEvent> Session::expire(Time time) {
    if (!holding_ || time < holding_->valid_until) return std::nullopt;
    mandate_.withdraw();
    const Lost lost{std::exchange(holding_, std::nullopt)->token};
    // It may have been extended, too late for us: the node need not wait for this token.
    send(Revoked{lost.token});
    return lost;
}

std::optional<SessionEvent> Session::attend(Time time) {
    if (stage_ == Stage::over) return std::nullopt;
    if (connection_ && connection_->is_lost()) return come_apart(time, "the daemon has ended");
    if (time < due_) return std::nullopt;
    if (stage_ == Stage::apart) return connect(time);
    if (stage_ == Stage::joining) return come_apart(time, "the daemon does not answer");
    send(protocol::session::Alive{});
    return std::nullopt;
}

std::optional<SessionEvent> Session::connect(Time time) {
    if (auto hindrance = why_not_reachable(run_dir_)) return come_apart(time, std::move(hindrance->text));
    try {
        connection_ = std::make_unique<Connection>(*context_, run_dir_);
        attach(poller_, connection_->fd());
    } catch (const std::exception& error) {
        return come_apart(time, std::string{"cannot connect to the daemon: "} + error.what());
    }
    incarnation_.reset();
    stage_ = Stage::joining;
    send(campaign_);
    due_ = time + join_timeout;
    return std::nullopt;
}

std::optional<SessionEvent> Session::come_apart(Time time, std::string why) {
    drop_connection();
    stage_ = Stage::apart;
    due_ = time + back_off_;
    back_off_ = std::min(2 * back_off_, longest_back_off);
    if (why == said_) return std::nullopt;
    said_ = why;
    return Waiting{std::move(why)};
}

std::optional<SessionEvent> Session::on(const Challenge& challenge) {
    send(Answer{challenge.nonce});
    return std::nullopt;
}

std::optional<SessionEvent> Session::on(const Joined& joined) {
    stage_ = Stage::joined;
    due_ = now() + alive_interval;
    if (!was_late_) all_is_well();
    return joined;
}

std::optional<SessionEvent> Session::on(const Granted& granted) {
    if (now() < granted.clock) return refuse_the_clock();
    if (now() >= granted.valid_until) return on_late(granted);
    was_late_ = false;
    all_is_well();
    mandate_.give(granted.token, granted.clock, granted.valid_until);
    holding_ = Holding{.token = granted.token, .valid_until = granted.valid_until};
    return granted;
}

std::optional<SessionEvent> Session::on_late(const Granted& granted) {
    // A hand-over was given up; the deadline that is known of this token is as good, and it may still be acted with.
    if (token() == granted.token) return std::nullopt;
    if (!std::exchange(was_late_, true)) {
        // It may have waited in the queue while this process stood still. There is nothing to begin.
        send(Revoked{granted.token});
        return std::nullopt;
    }
    // The next would be late, too, and so on without end: better that others lead.
    send(protocol::session::Resign{});
    return come_apart(now(),
                      "what the daemon grants is over when it comes here: its clock is behind this process's (run both "
                      "on one kernel and in one time namespace), or this host is too slow for the lease");
}

void Session::all_is_well() {
    back_off_ = shortest_back_off;
    said_.clear();
}

std::optional<SessionEvent> Session::on(const Extended& extended) {
    if (!holding_ || holding_->token != extended.token) return std::nullopt;
    holding_->valid_until = std::max(holding_->valid_until, extended.valid_until);
    if (!holding_->stopping) mandate_.give(extended.token, extended.clock, holding_->valid_until);
    return extended;
}

std::optional<SessionEvent> Session::on(const Revoke& revoke) {
    if (!holding_ || holding_->token != revoke.token) {
        // Held no more, so nobody has to wait.
        send(Revoked{revoke.token});
        return std::nullopt;
    }
    // What was begun may be ended; nothing new begins.
    mandate_.withdraw();
    holding_->stopping = true;
    return revoke;
}

std::optional<SessionEvent> Session::on(const Refused& refused) {
    const bool is_final = std::find(final_reasons.begin(), final_reasons.end(), refused.reason) != final_reasons.end();
    if (!is_final) {
        // This daemon waits for no answer of ours, so what is held must not outlast the next step.
        if (holding_) holding_->valid_until = now();
        return come_apart(now(), refused.text);
    }
    mandate_.withdraw();
    holding_.reset();
    drop_connection();
    stage_ = Stage::over;
    return refused;
}

std::optional<SessionEvent> Session::refuse_the_clock() {
    resign();
    return Refused{.reason = "clock",
                   .text =
                       "the daemon's clock is ahead of this process's, so its deadlines mean nothing here; run both "
                       "on one kernel and in one time namespace"};
}

void Session::revoked() {
    mandate_.withdraw();
    if (const auto held = std::exchange(holding_, std::nullopt)) send(Revoked{held->token});
}

void Session::resign() {
    mandate_.withdraw();
    holding_.reset();
    if (connection_) send(protocol::session::Resign{});
    drop_connection();
    stage_ = Stage::over;
}

bool Session::hold(std::uint32_t pid, bool kill) {
    if (stage_ != Stage::joined) return false;
    send(protocol::session::Holds{.pid = pid, .kill = kill});
    return true;
}

std::optional<Time> Session::valid_until() const {
    return holding_ ? std::optional{holding_->valid_until} : std::nullopt;
}

void Session::send(const protocol::session::FromProcess& message) {
    if (!connection_) return;
    connection_->send(protocol::session::encode(message));
    if (stage_ == Stage::joined) due_ = now() + alive_interval;
}

void Session::drop_connection() {
    if (!connection_) return;
    ::epoll_ctl(poller_, EPOLL_CTL_DEL, connection_->fd(), nullptr);
    connection_.reset();
}

void Session::set_timer() {
    Time time = stage_ == Stage::over ? protocol::never : due_;
    if (holding_) time = std::min(time, holding_->valid_until);
    const std::int64_t ns = time == protocol::never ? 0 : time.time_since_epoch().count();
    itimerspec spec{};
    spec.it_value = {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace bellwether::client
