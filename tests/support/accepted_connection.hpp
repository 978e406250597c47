// A connection that was accepted as libzmq accepts its own, and is read with our recv().
#pragma once

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include <gtest/gtest.h>

#include "node/descriptor.hpp"
#include "node/descriptor_limit.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::testing {

class AnAcceptedConnection : public ::testing::Test {
protected:
    void SetUp() override {
        node::limit_descriptors();
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = path.string();
        std::memcpy(address.sun_path, name.data(), name.size());
        ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(::listen(listener.get(), 8), 0);
    }

    // Of the next one that has connected.
    [[nodiscard]] node::Descriptor accepted() const {
        return node::Descriptor{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    }

    // What is there, or the error.
    [[nodiscard]] static std::string heard(const node::Descriptor& connection, std::size_t most = 4096) {
        std::array<char, 4096> bytes{};
        const ssize_t size = ::recv(connection.get(), bytes.data(), most, 0);
        return size < 0 ? std::strerror(errno) : std::string{bytes.data(), static_cast<std::size_t>(size)};
    }

    TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "listener";
    node::Descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

}  // namespace bellwether::testing
