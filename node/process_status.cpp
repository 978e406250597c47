#include "node/process_status.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>

#include "node/descriptor.hpp"

namespace bellwether::node {

namespace {

constexpr int longest_line_of_ancestors = 64;

// What stands between `separators`, as far as it is numbers.
std::vector<std::uint32_t> numbers_in(std::string_view text, std::string_view separators) {
    std::vector<std::uint32_t> numbers;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find_first_of(separators));
        std::uint32_t number = 0;
        if (!word.empty()) {
            const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
            if (error != std::errc{} || end != word.data() + word.size()) return {};
            numbers.push_back(number);
        }
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return numbers;
}

// "Uid:\t1000\t1000\t1000\t1000"
std::vector<std::uint32_t> field(std::string_view text, std::string_view name) {
    const std::size_t begin = text.find(name);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + name.size());
    return numbers_in(text.substr(0, text.find('\n')), " \t");
}

// At the other end of a local connection.
PeerProcess process_at(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
    return {.pid = static_cast<std::uint32_t>(peer.pid), .uid = peer.uid, .gid = peer.gid};
}

std::vector<gid_t> further_groups_at(int connection) {
    std::vector<gid_t> groups;
    socklen_t size = 0;  // The kernel says how much it is.
    while (::getsockopt(connection, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0) {
        if (errno != ERANGE) return {};
        groups.resize(size / sizeof(gid_t));
    }
    groups.resize(size / sizeof(gid_t));
    return groups;
}

}  // namespace

PeerProcess sender_of(const zmq::message_t& payload) {
    const char* address = ::zmq_msg_gets(payload.handle(), "Peer-Address");
    return address == nullptr ? PeerProcess{} : parse_peer_address(address);
}

PeerProcess parse_peer_address(std::string_view address) {
    const auto numbers = numbers_in(address.substr(std::min(address.find(':'), address.size())), ":");
    if (numbers.size() != 3) return {};
    return {.pid = numbers[2], .uid = numbers[0], .gid = numbers[1]};
}

// The number of a descriptor is used again as soon as its connection has ended, be it by somebody of other groups. So
// one of our own is asked, which stays what it is, and it must be of the process that sent.
std::vector<gid_t> groups_of_sender(const zmq::message_t& payload) {
    const PeerProcess sender = sender_of(payload);
    const Descriptor connection{::fcntl(::zmq_msg_get(payload.handle(), ZMQ_SRCFD), F_DUPFD_CLOEXEC, 0)};
    if (!connection || process_at(connection.get()) != sender) return {};
    std::vector<gid_t> groups = further_groups_at(connection.get());
    groups.push_back(sender.gid);
    return groups;
}

std::optional<ProcessStatus> status_of_process(std::uint32_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
    return parse_process_status(std::string{std::istreambuf_iterator<char>{file}, {}});
}

std::optional<ProcessStatus> parse_process_status(std::string_view text) {
    const auto parent = field(text, "\nPPid:");
    const auto uids = field(text, "\nUid:");
    if (parent.size() != 1 || uids.size() != 4) return std::nullopt;
    return ProcessStatus{
        .parent = parent[0], .uid = uids[0], .effective_uid = uids[1], .is_nested = field(text, "\nNSpid:").size() > 1};
}

bool is_descendant(std::uint32_t pid, std::uint32_t ancestor, uid_t uid) {
    auto status = status_of_process(pid);
    if (!status || status->uid != uid || status->effective_uid != uid) return false;
    for (int i = 0; status && i < longest_line_of_ancestors; ++i) {
        if (status->parent == ancestor) return true;
        if (status->parent == 0) return false;
        status = status_of_process(status->parent);
    }
    return false;
}

}  // namespace bellwether::node
