// One request to a daemon and its reply, over control.sock.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "protocol/local_codec.hpp"
#include "protocol/local_messages.hpp"

namespace bellwether::client {

struct NoReply {
    enum class Why : std::uint8_t {
        no_daemon,  // Nobody was asked.
        forbidden,  // Nobody was asked, as this user may not.
        lost,       // It was asked, and ended before it answered: what it was asked for may have been done or not.
        late,       // It was asked, and has not answered in time: the same holds.
    };
    Why why{};
    std::string text;  // A sentence for people.

    [[nodiscard]] bool was_asked() const { return why == Why::lost || why == Why::late; }
};

// The reply as it came, or why there is none; text that cannot be read is up to the caller. Blocks for up to `timeout`;
// any thread may call it. `request.id` is echoed in the reply and may be anything.
[[nodiscard]] std::variant<protocol::Frame, NoReply> ask(const std::filesystem::path& run_dir,
                                                         const protocol::ControlRequest& request,
                                                         std::chrono::milliseconds timeout);

// Nothing if a process listens on control.sock of this directory, else what is in the way. A stopped process listens,
// too.
[[nodiscard]] std::optional<NoReply> why_not_reachable(const std::filesystem::path& run_dir);

}  // namespace bellwether::client
