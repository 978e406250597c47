// For tests with real sockets on loopback: free ports, small meshes, waiting for what must come.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "node/config.hpp"
#include "node/inbox.hpp"
#include "node/transport.hpp"

namespace bellwether::testing {

// Of the loopback interface, free a moment ago.
[[nodiscard]] std::uint16_t free_port();

// Voters 1...n named n1, n2 ... of the cluster "test", all on loopback.
[[nodiscard]] node::Config mesh_of(int voters);

// Polls the condition until it holds or `patience` is over; says which.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds patience = std::chrono::seconds{10});

// Resident memory of this process.
[[nodiscard]] std::size_t resident_mb();

// Of a process.
[[nodiscard]] std::size_t open_descriptors(pid_t pid);

// What a transport delivers, copied.
[[nodiscard]] std::vector<protocol::Event> take(node::Transport& transport);

// A counter by its name; 0 if there is none.
[[nodiscard]] std::uint64_t value_of(const std::vector<protocol::Counter>& counters, std::string_view name);

}  // namespace bellwether::testing
