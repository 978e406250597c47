#include "tools/chaos/mark_source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace bellwether::chaos {

namespace {

constexpr std::size_t longest_line = 4096;

}  // namespace

MarkSource::MarkSource() : fd_{::isatty(STDIN_FILENO) == 1 ? -1 : STDIN_FILENO} {}

MarkSource::MarkSource(const std::string& file) : fd_{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)} {
    if (fd_ < 0) throw std::runtime_error{"cannot open " + file + ": " + std::strerror(errno)};
}

MarkSource::~MarkSource() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
}

std::optional<std::string> MarkSource::next() {
    read_what_is_there();
    const auto end = buffer_.find('\n');
    if (end == std::string::npos) {
        if (buffer_.size() > longest_line) buffer_.clear();
        return std::nullopt;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
}

void MarkSource::read_what_is_there() {
    // Standard input is not made non-blocking: others share it. A file at its end is readable, and reads nothing.
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    if (fd_ < 0 || ::poll(&ready, 1, 0) != 1 || (ready.revents & POLLIN) == 0) return;
    char bytes[512];
    const ssize_t count = ::read(fd_, bytes, sizeof bytes);
    if (count > 0) buffer_.append(bytes, static_cast<std::size_t>(count));
}

}  // namespace bellwether::chaos
