// Reads along at the connections that others make to us, until each has introduced itself, and hears out none that
// would end the process (node/zmtp_greeting.hpp). For that, libzmq calls our recv() and close() as it does our
// accept4() (node/descriptor_limit.hpp): it reads TCP and local connections with the former, and with nothing else.
#pragma once

#include <cerrno>
#include <cstddef>

namespace bellwether::node {

// There must be no descriptors beyond; one that is, is not watched.
inline constexpr std::size_t max_descriptors = 65'536;

// What recv() fails with where the greeting is refused: no connection fails with it otherwise. libzmq tells it to the
// monitor of the socket.
inline constexpr int greeting_refused = EBADMSG;

// This connection was just accepted. Until it is closed, no two threads may use it at once: libzmq does not.
void watch_handshake(int fd);

}  // namespace bellwether::node
