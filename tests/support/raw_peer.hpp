// A peer that speaks ZMTP, the bytes under ZeroMQ, by hand: it may say what ZeroMQ itself never would.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "node/descriptor.hpp"

namespace bellwether::testing {

// The greeting of ZMTP 3.0 with the NULL mechanism.
[[nodiscard]] std::string zmtp_greeting();
// The command that follows it: "DEALER", "SUB". Below 256 bytes.
[[nodiscard]] std::string zmtp_ready(std::string_view socket_type, std::string_view more_properties = {});
[[nodiscard]] std::string zmtp_property(std::string_view name, std::string_view value);
// The head of a frame that says it is of this size.
[[nodiscard]] std::string zmtp_frame_head(std::uint64_t size);
[[nodiscard]] std::string zmtp_ping();

class RawPeer {
public:
    explicit RawPeer(node::Descriptor connection);  // Made elsewhere.

    // Throw std::system_error if nobody listens there.
    [[nodiscard]] static RawPeer at_port(std::uint16_t port);  // Of loopback.
    [[nodiscard]] static RawPeer at_path(const std::filesystem::path& path);

    // The other side may hang up at any time.
    void say(std::string_view bytes);

    // Greeting, READY, and those of the other side read. False if it hung up meanwhile.
    [[nodiscard]] bool shake_hands(std::string_view socket_type);

    // Reads until the other side ends the connection; false if it does not.
    [[nodiscard]] bool is_hung_up_on();
    // Without reading what is there to be read.
    [[nodiscard]] bool is_hung_up_on_within(std::chrono::milliseconds span);

    // With a reset, as a process that dies with unread data does.
    void hang_up();

private:
    node::Descriptor connection_;
};

}  // namespace bellwether::testing
