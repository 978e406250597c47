// Who a process is, as far as the kernel tells: at the other end of a local connection, and in /proc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <sys/types.h>
#include <zmq.hpp>

namespace bellwether::node {

// The kernel's word, from when the connection was made.
struct PeerProcess {
    std::uint32_t pid{};  // 0: of a pid namespace that ours does not see.
    uid_t uid = static_cast<uid_t>(-1);  // Nobody's, until the kernel has told.
    gid_t gid = static_cast<gid_t>(-1);  // The first of its groups.
    friend bool operator==(const PeerProcess&, const PeerProcess&) = default;
};

// Of a message that came through an ipc socket; of nobody if it came another way.
[[nodiscard]] PeerProcess sender_of(const zmq::message_t& payload);

// All groups that the sender of such a message was in when it connected. None once the connection is gone.
[[nodiscard]] std::vector<gid_t> groups_of_sender(const zmq::message_t& payload);

// libzmq's property of such a message, "localhost:UID:GID:PID".
[[nodiscard]] PeerProcess parse_peer_address(std::string_view address);

struct ProcessStatus {
    std::uint32_t parent{};
    uid_t uid{};
    uid_t effective_uid{};
    bool is_nested{};  // It lives in a pid namespace within ours: the numbers that it knows are not those that we know.
};

// Nothing if there is no such process, or none that we may look at.
[[nodiscard]] std::optional<ProcessStatus> status_of_process(std::uint32_t pid);
// Of the text of /proc/PID/status.
[[nodiscard]] std::optional<ProcessStatus> parse_process_status(std::string_view text);

// It is a child of `ancestor`, or a child of a child and so on, and acts for no other user than `uid`. Whoever wants
// to be sure that `pid` was no other process meanwhile looks at its pidfd before and after.
[[nodiscard]] bool is_descendant(std::uint32_t pid, std::uint32_t ancestor, uid_t uid);

}  // namespace bellwether::node
