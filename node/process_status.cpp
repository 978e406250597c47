#include "node/process_status.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

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

}  // namespace

PeerProcess sender_of(const zmq::message_t& payload) {
    const char* address = ::zmq_msg_gets(payload.handle(), "Peer-Address");
    return address == nullptr ? PeerProcess{} : parse_peer_address(address);
}

PeerProcess parse_peer_address(std::string_view address) {
    const auto numbers = numbers_in(address.substr(std::min(address.find(':'), address.size())), ":");
    return numbers.size() == 3 ? PeerProcess{.pid = numbers[2], .uid = numbers[0]} : PeerProcess{};
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
