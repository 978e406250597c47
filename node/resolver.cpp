#include "node/resolver.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/config_endpoint.hpp"

namespace bellwether::node {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds system_retry{3000};

struct Question {
    std::string host;
    Clock::time_point due;
};

std::vector<std::string> ask_system(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
    std::vector<std::string> addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        char text[NI_MAXHOST] = {};
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST) == 0) {
            addresses.emplace_back(text);
        }
    }
    freeaddrinfo(list);
    return addresses;
}

}  // namespace

std::optional<std::string> address_of(const std::string& host) {
    if (is_address(host)) return host;
    if (host == "localhost") return "127.0.0.1";
    return std::nullopt;
}

// Outlives the Resolver while its thread is in a lookup, which nothing can interrupt.
struct Resolver::Shared {
    Shared(Lookup how, std::chrono::milliseconds every)
        : lookup{std::move(how)}, retry{every}, readable{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
        if (readable < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
    }
    ~Shared() { close(readable); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    void run();
    [[nodiscard]] std::optional<Asker> wait_for_due(std::unique_lock<std::mutex>& lock);

    const Lookup lookup;
    const std::chrono::milliseconds retry;
    const int readable;
    std::mutex mutex;
    std::condition_variable changed;
    std::map<Asker, Question> questions;
    std::vector<Resolved> answers;
    bool running = false;
    bool ended = false;
};

void Resolver::Shared::run() {
    std::unique_lock lock{mutex};
    while (const auto asker = wait_for_due(lock)) {
        const std::string host = questions.at(*asker).host;
        lock.unlock();
        std::vector<std::string> addresses = lookup(host);
        lock.lock();
        const auto found = questions.find(*asker);
        if (found == questions.end()) continue;  // Nobody wants to know any more.
        found->second.due = Clock::now() + retry;
        answers.push_back({*asker, std::move(addresses)});
        eventfd_write(readable, 1);
    }
}

// Whose turn it is; nothing at the end.
std::optional<Asker> Resolver::Shared::wait_for_due(std::unique_lock<std::mutex>& lock) {
    while (!ended) {
        const auto first = std::min_element(questions.begin(), questions.end(),
                                            [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
        if (first == questions.end()) {
            changed.wait(lock);
        } else if (first->second.due <= Clock::now()) {
            return first->first;
        } else {
            changed.wait_until(lock, Clock::time_point{first->second.due});
        }
    }
    return std::nullopt;
}

Resolver::Resolver() : Resolver{ask_system, system_retry} {}

Resolver::Resolver(Lookup lookup, std::chrono::milliseconds retry)
    : shared_{std::make_shared<Shared>(std::move(lookup), retry)} {}

Resolver::~Resolver() {
    const std::lock_guard lock{shared_->mutex};
    shared_->ended = true;
    shared_->changed.notify_all();
}

void Resolver::watch(Asker asker, const std::string& host) {
    const std::lock_guard lock{shared_->mutex};
    shared_->questions.try_emplace(asker, Question{host, Clock::now()});
    shared_->changed.notify_all();
    if (!shared_->running) {
        shared_->running = true;
        std::thread{[shared = shared_] { shared->run(); }}.detach();
    }
}

void Resolver::rest(Asker asker) {
    const std::lock_guard lock{shared_->mutex};
    shared_->questions.erase(asker);
}

std::vector<Resolved> Resolver::take() {
    eventfd_t ignored{};
    if (eventfd_read(shared_->readable, &ignored) != 0) return {};
    const std::lock_guard lock{shared_->mutex};
    return std::exchange(shared_->answers, {});
}

int Resolver::fd() const { return shared_->readable; }

}  // namespace bellwether::node
