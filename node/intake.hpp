// Reads along at the connections that others make to us. None is heard out that would end the process
// (node/zmtp_greeting.hpp), and no more is taken in than is borne: what libzmq has read is in our memory, and what it
// has of a subscriber is entered on the thread that uses the socket, all of it at once. For that, libzmq calls our
// recv() and close() as it does our accept4() (node/descriptor_limit.hpp): it reads TCP and local connections with the
// former, and with nothing else.
//
// A connection is known by its descriptor. Any thread may call these, but no two recv() and close() at once of one
// descriptor: libzmq does not.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace bellwether::node {

// There must be no descriptors beyond; one that is, is not watched.
inline constexpr std::size_t max_descriptors = 65'536;

// What recv() fails with where the greeting is refused: no connection fails with it otherwise. libzmq tells it to the
// monitor of the socket.
inline constexpr int greeting_refused = EBADMSG;

struct IntakeLimits {
    // Bytes of one connection that nothing accounts for yet. Beyond, it is full: nothing is read from it any more. 0:
    // without a limit.
    std::int64_t unaccounted = 0;
    // Bytes of all connections, but for their greetings, since the last intake_is_used_up(): then they wait for the
    // next one. An end is so many bytes. 0: they never wait.
    std::int64_t at_once = 0;
};

// Of every connection that the listener accepts from now on.
void limit_intake_of_listener(int fd, const IntakeLimits& limits);

// Of a connection that has no limits yet.
void limit_intake(int fd, const IntakeLimits& limits);

// `listener` has just accepted this connection.
void watch_intake(int fd, int listener);

// How many of those are open, with a number that is not lower than this.
[[nodiscard]] std::size_t watched_from(int fd);

// So much of what the connection has sent was asked for. Pings are accounted for anyway.
void account_for_intake(int fd, std::int64_t bytes);

[[nodiscard]] bool is_full(int fd);

// Its next recv() fails.
void end_intake(int fd);

// An eventfd that is written to whenever a connection is full, and never closed: for EPOLLET, by as many as like.
[[nodiscard]] int full_bell();
void ring_full_bell();

// What was read from the connections that may wait has been dealt with.
void intake_is_used_up();

// An eventfd that is readable while a connection waits for that, and never closed.
[[nodiscard]] int waiting_bell();

// Then each of the connections that may wait is full with much less, so that who has sent most goes.
void intake_is_crowded(bool crowded);

}  // namespace bellwether::node
