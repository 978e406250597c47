// Wakes a thread that polls. Any thread may ring; the one that polls silences, and then looks for what it was woken.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace bellwether::client {

class Bell {
public:
    Bell() : fd_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
        if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~Bell() { ::close(fd_); }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    // Readable from the first ring() until silence().
    [[nodiscard]] int fd() const { return fd_; }

    // Nothing is lost if either fails: it rings already, or is silent.
    void ring() const {
        const std::uint64_t once = 1;
        [[maybe_unused]] const auto written = ::write(fd_, &once, sizeof once);
    }
    void silence() const {
        std::uint64_t rings = 0;
        [[maybe_unused]] const auto read = ::read(fd_, &rings, sizeof rings);
    }

private:
    int fd_;
};

}  // namespace bellwether::client
