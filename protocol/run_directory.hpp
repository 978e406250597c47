// Where a node's sockets lie, BASE/<cluster>/<node>/, as text: one rule for the daemon that makes the directory and
// for everybody who looks for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bellwether::protocol {

inline constexpr std::string_view leader_socket = "leader.sock";
inline constexpr std::string_view control_socket = "control.sock";

inline constexpr std::string_view system_run_base = "/run/bellwether";

// The base of root is the system's. Others have $XDG_RUNTIME_DIR/bellwether, or /tmp/bellwether-<uid> where that is
// not an absolute path.
[[nodiscard]] inline std::string default_run_base(std::uint32_t uid, std::string_view xdg_runtime_dir) {
    if (uid == 0) return std::string{system_run_base};
    if (xdg_runtime_dir.starts_with('/')) return std::string{xdg_runtime_dir} + "/bellwether";
    return "/tmp/bellwether-" + std::to_string(uid);
}

[[nodiscard]] inline std::string run_directory(std::string_view base, std::string_view cluster, std::string_view node) {
    return std::string{base} + '/' + std::string{cluster} + '/' + std::string{node};
}

}  // namespace bellwether::protocol
