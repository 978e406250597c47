#include "node/poller.hpp"

#include <cerrno>
#include <system_error>

namespace bellwether::node {
Poller::Poller() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
    if (!epoll_) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
}

void Poller::watch(int fd) { watch(fd, nullptr); }

void Poller::watch(Doorbell& bell) {
    watch(bell.fd(), &bell);
    bell.is_rung_by_poller();
    bells_.push_back(&bell);
}

void Poller::watch(int fd, Doorbell* bell) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = bell;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }
    ready_.emplace_back();
}

void Poller::wait(bool at_once) {
    for (Doorbell* bell : bells_) {
        if (bell->has_more()) at_once = true;
    }
    look_for(at_once ? 0 : -1);
}

void Poller::look_for(int timeout) {
    const int count = ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), timeout);
    if (count < 0 && errno != EINTR) throw std::system_error{errno, std::generic_category(), "epoll_wait"};
    for (int i = 0; i < count; ++i) {
        if (auto* bell = static_cast<Doorbell*>(ready_[static_cast<std::size_t>(i)].data.ptr)) bell->touch();
    }
}

}  // namespace bellwether::node
