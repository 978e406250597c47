#include "client/bellwether.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include <zmq.hpp>

#include "client/clock.hpp"
#include "client/session.hpp"
#include "client/watch.hpp"

using namespace bellwether;
using client::SessionEvent;

struct bw_watch {
    bw_watch(const char* run_dir, const protocol::ElectionName& election)
        : watch{context, run_dir, client::Topic::view, election} {}

    zmq::context_t context;
    client::Watch watch;
    client::News news;
};

struct bw_session {
    bw_session(const char* run_dir, const protocol::session::Campaign& campaign)
        : session{context, run_dir, campaign} {}

    zmq::context_t context;
    client::Session session;
    std::string text;
};

struct bw_guard {
    client::Guard guard;
};

namespace {

protocol::ElectionName election_named(const char* name) {
    if (name == nullptr) return {};
    const auto election = protocol::ElectionName::parse(name);
    if (!election) throw std::invalid_argument{"an election is named by 1-64 of a-z A-Z 0-9 _ -"};
    return *election;
}

const char* directory_named(const char* name) {
    if (name == nullptr) throw std::invalid_argument{"run_dir is NULL; it is the run directory of a node"};
    return name;
}

// What cannot be said for want of memory is not: the node waits for the deadline then.
template <class Say>
bool said(const Say& say) noexcept {
    try {
        return say();
    } catch (const std::exception&) {
        return false;
    }
}

// What `make` makes; or null, and why in `error`.
template <class Make>
auto made(char* error, std::size_t error_size, const Make& make) noexcept -> decltype(make()) {
    try {
        return make();
    } catch (const std::exception& problem) {
        if (error != nullptr && error_size > 0) std::snprintf(error, error_size, "%s", problem.what());
        return nullptr;
    }
}

std::chrono::milliseconds span_of(int timeout_ms) { return std::chrono::milliseconds{timeout_ms < 0 ? 0 : timeout_ms}; }

bw_event event_of(const client::Joined& /*event*/, std::string& /*text*/) { return {.kind = BW_JOINED}; }
bw_event event_of(const client::Granted& event, std::string& /*text*/) {
    return {.kind = BW_GRANTED, .token = event.token.value, .time_ns = protocol::ns_of(event.valid_until)};
}
bw_event event_of(const client::Extended& event, std::string& /*text*/) {
    return {.kind = BW_EXTENDED, .token = event.token.value, .time_ns = protocol::ns_of(event.valid_until)};
}
bw_event event_of(const client::Revoke& event, std::string& text) {
    text = protocol::to_string(event.reason);
    return {.kind = BW_REVOKE, .token = event.token.value, .time_ns = protocol::ns_of(event.deadline)};
}
bw_event event_of(const client::Lost& event, std::string& /*text*/) {
    return {.kind = BW_LOST, .token = event.token.value};
}
bw_event event_of(const client::HeldProcess& event, std::string& /*text*/) {
    return {.kind = BW_HELD, .token = event.pid};
}
bw_event event_of(const client::Refused& event, std::string& text) {
    text = event.text.empty() ? event.reason : event.text;
    return {.kind = BW_REFUSED};
}
bw_event event_of(const client::Waiting& event, std::string& text) {
    text = event.text;
    return {.kind = BW_WAITING};
}
bw_event event_of(const protocol::Announcement& event, std::string& text) {
    text = event.leader;
    return {.kind = BW_LEADER, .token = event.token.value};
}

}  // namespace

bw_watch* bw_watch_open(const char* run_dir, const char* election, char* error, size_t error_size) {
    return made(error, error_size, [&] { return new bw_watch{directory_named(run_dir), election_named(election)}; });
}

void bw_watch_close(bw_watch* watch) { delete watch; }

int bw_watch_next(bw_watch* watch, int timeout_ms, bw_leader* leader) {
    try {
        const auto deadline = client::now() + span_of(timeout_ms);
        do {
            const auto left = std::max(deadline - client::now(), protocol::Duration{});
            auto news = watch->watch.next(std::chrono::ceil<std::chrono::milliseconds>(left));
            if (!news) return 0;
            watch->news = std::move(*news);
        } while (watch->news.kind == client::News::Kind::repeated);
    } catch (const std::exception&) {
        return -1;
    }
    const protocol::Announcement& said = watch->news.announcement;
    const bool known = watch->news.is_known();
    *leader = {.leader = known ? said.leader.c_str() : "",
               .reason = known ? protocol::to_string(said.reason).data() : "unknown",
               .token = known ? said.token.value : 0,
               .is_leader = known && said.is_leader ? 1 : 0};
    return 1;
}

int bw_watch_fd(const bw_watch* watch) { return watch->watch.fd(); }

bw_session* bw_session_open(const char* run_dir, const char* election, char* error, size_t error_size) {
    return made(error, error_size, [&] {
        return new bw_session{directory_named(run_dir),
                              protocol::session::Campaign{.election = election_named(election)}};
    });
}

void bw_session_close(bw_session* session) { delete session; }

bw_event bw_session_next(bw_session* session, int timeout_ms) {
    bw_event event{};
    try {
        session->text.clear();
        if (const auto next = session->session.next(span_of(timeout_ms))) {
            event = std::visit([&](const auto& each) { return event_of(each, session->text); }, *next);
        }
        event.text = session->text.c_str();
    } catch (const std::exception&) {
        event = {.kind = BW_BROKEN, .text = "no memory or descriptor is left"};
    }
    return event;
}

int bw_session_fd(const bw_session* session) { return session->session.fd(); }

void bw_session_revoked(bw_session* session) {
    (void)said([&] {
        session->session.revoked();
        return true;
    });
}
void bw_session_resign(bw_session* session) {
    (void)said([&] {
        session->session.resign();
        return true;
    });
}
int bw_session_hold(bw_session* session, uint32_t pid) {
    return said([&] { return session->session.hold(pid); }) ? 1 : 0;
}

bw_guard* bw_session_guard(const bw_session* session) { return new (std::nothrow) bw_guard{session->session.guard()}; }
void bw_guard_close(bw_guard* guard) { delete guard; }
int bw_guard_may_act(const bw_guard* guard) { return guard->guard.may_act() ? 1 : 0; }
uint64_t bw_guard_token(const bw_guard* guard) { return guard->guard.token().value; }
