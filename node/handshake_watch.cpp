#include "node/handshake_watch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/zmtp_greeting.hpp"

namespace bellwether::node {
namespace {

using Begun = std::vector<std::byte>;

// What has come of a greeting that is not complete; null: nothing is waited for. By descriptor. Never destroyed, as
// threads of libraries may still close something when the process ends.
std::array<std::atomic<Begun*>, max_descriptors> greetings{};

std::atomic<Begun*>* greeting_of(int fd) {
    const auto index = static_cast<std::size_t>(fd);
    return fd >= 0 && index < greetings.size() ? &greetings.at(index) : nullptr;
}

void end_watch(std::atomic<Begun*>& greeting, Begun* instead = nullptr) {
    const std::unique_ptr<Begun> over{greeting.exchange(instead)};
}

bool is_refused(std::atomic<Begun*>& greeting, const void* bytes, std::size_t size) {
    Begun& begun = *greeting.load();
    const std::size_t more = std::min(size, max_greeting_bytes - begun.size());
    const auto* first = static_cast<const std::byte*>(bytes);
    begun.insert(begun.end(), first, first + more);
    const Greeting judgement = judge_greeting(begun);
    if (judgement == Greeting::harmless) end_watch(greeting);
    return judgement == Greeting::refused;
}

}  // namespace

void watch_handshake(int fd) {
    if (auto* greeting = greeting_of(fd)) end_watch(*greeting, std::make_unique<Begun>().release());
}

}  // namespace bellwether::node

using bellwether::node::greeting_of;

// In the place of the C library's, also for libzmq.
extern "C" ssize_t recv(int fd, void* buf, std::size_t n, int flags) {
    const ssize_t got = ::recvfrom(fd, buf, n, flags, nullptr, nullptr);
    auto* greeting = greeting_of(fd);
    if (got <= 0 || greeting == nullptr || greeting->load(std::memory_order_relaxed) == nullptr) return got;
    if (!bellwether::node::is_refused(*greeting, buf, static_cast<std::size_t>(got))) return got;
    errno = bellwether::node::greeting_refused;
    return -1;
}

extern "C" int close(int fd) {
    auto* greeting = greeting_of(fd);
    if (greeting != nullptr && greeting->load(std::memory_order_relaxed) != nullptr) {
        bellwether::node::end_watch(*greeting);
    }
    return static_cast<int>(::syscall(SYS_close, fd));
}
