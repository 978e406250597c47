#include "node/store.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "node/clock.hpp"

namespace bellwether::node {

using protocol::Durable;

Store::Store(StateFile file) : file_(std::move(file)), event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!event_) throw std::system_error(errno, std::generic_category(), "no eventfd for the store");
    thread_ = std::thread([this] { run(); });
}

Store::~Store() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Store::begin_write(std::uint64_t write, Durable record) {
    {
        const std::lock_guard lock(mutex_);
        assert(!waiting_ || waiting_->number < write);
        superseded_ += waiting_ ? 1U : 0U;
        waiting_ = Write{write, std::move(record)};
    }
    wake_.notify_one();
}

std::optional<std::uint64_t> Store::take_stored() {
    std::uint64_t events = 0;
    [[maybe_unused]] const ssize_t size = ::read(event_fd(), &events, sizeof events);
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return std::exchange(stored_, std::nullopt);
}

std::vector<protocol::Counter> Store::counters() const {
    const std::lock_guard lock(mutex_);
    return {{"store_writes", writes_}, {"store_superseded", superseded_}, {"store_longest_write_us", longest_us_}};
}

void Store::run() {
    try {
        while (const auto write = await_write()) perform(*write);
    } catch (...) {
        {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
        }
        tell();
    }
}

// Nothing: the end.
std::optional<Store::Write> Store::await_write() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return waiting_ || ending_; });
    return std::exchange(waiting_, std::nullopt);
}

void Store::perform(const Write& write) {
    const protocol::Time begin = clock_now();
    file_.write(write.record);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock_now() - begin);
    {
        const std::lock_guard lock(mutex_);
        stored_ = write.number;
        ++writes_;
        longest_us_ = std::max(longest_us_, static_cast<std::uint64_t>(took.count()));
    }
    tell();
}

void Store::tell() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t size = ::write(event_fd(), &one, sizeof one);
}

}  // namespace bellwether::node
