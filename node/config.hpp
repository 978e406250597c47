// The one file that describes the whole mesh, the same on every host. Reading it finds all the mistakes at once, each
// with its place; what comes out has been checked and can be run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/config_endpoint.hpp"
#include "node/config_mistake.hpp"
#include "protocol/params.hpp"
#include "protocol/types.hpp"

namespace bellwether::node {

inline constexpr std::size_t max_cluster_name = 64;
inline constexpr std::size_t max_node_name = 32;
inline constexpr std::size_t max_group_name = 32;
inline constexpr std::size_t max_public_keys = 8;  // Of one node: the old and the new while keys are changed, and room.
inline constexpr std::size_t max_file_bytes = std::size_t{4} << 20U;

enum class Role : std::uint8_t { voter, observer };
[[nodiscard]] std::string_view to_string(Role role);

enum class SecurityMode : std::uint8_t {
    off,
    accept,  // Own listeners plain, connects either way.
    serve,  // Own listeners CURVE, connects either way.
    enforce,  // CURVE only.
};
[[nodiscard]] std::string_view to_string(SecurityMode mode);

struct Security {
    SecurityMode mode = SecurityMode::off;
    std::filesystem::path secret_key_dir = "keys";  // As given until parse() has put the file's own folder before it.
    bool allow_plaintext = false;
};

// Of the processes on a host, who is told what a daemon knows. Commands are for the group of [local] in any case.
enum class Watchers : std::uint8_t { group, everybody };

struct Local {
    std::string group;  // Of the run directory and its sockets; empty: the daemon's own.
    Place group_place;  // Whether there is such a group, only the daemon's host can say.
    Watchers watch = Watchers::group;
    std::optional<Endpoint> tcp;  // The leader topic there as well; loopback only.
    protocol::Duration session_timeout = std::chrono::seconds{10};
};

struct NodeConfig {
    std::string name;
    protocol::NodeId id{};
    Role role = Role::voter;
    protocol::Priority priority{1};
    // Of voters only: nobody connects to an observer, its endpoints are empty.
    Endpoint heartbeat;
    Endpoint vote;
    std::optional<std::string> bind;
    std::vector<std::string> public_keys;  // Z85, 40 characters each.
    std::vector<std::uint8_t> metadata;  // msgpack map as it travels; empty: none.

    [[nodiscard]] bool is_voter() const { return role == Role::voter; }

    // Where the node itself listens for what peers send to `endpoint`: the same port, on `bind` if given.
    [[nodiscard]] Endpoint listener(const Endpoint& endpoint) const;
};

struct Config {
    std::filesystem::path file;
    std::string cluster;
    protocol::Params params;
    protocol::ElectionSettings election;  // Of the election "default".
    std::map<protocol::ElectionName, protocol::ElectionSettings> elections;  // The other ones that the file names.
    Security security;
    Local local;
    std::vector<NodeConfig> nodes;  // In the order of the file; at least one voter of a priority above 0.
    Mistakes warnings;  // Allowed, but hardly meant.

    // Of any election: one that the file does not name is led by sessions only.
    [[nodiscard]] protocol::ElectionSettings settings_of(const protocol::ElectionName& name) const;
    [[nodiscard]] protocol::ElectionSettings unnamed_election() const;

    [[nodiscard]] const NodeConfig* find(std::string_view name) const;  // Null if there is none.
    // The node named as this host is, with or without the host's domain; null if there is none.
    [[nodiscard]] const NodeConfig* find_for_host(std::string_view host_name) const;

    [[nodiscard]] std::vector<const NodeConfig*> voters() const;  // Sorted by id.
    [[nodiscard]] std::size_t quorum() const { return voters().size() / 2 + 1; }
    [[nodiscard]] std::size_t survivable_failures() const { return voters().size() - quorum(); }

    // Everything on which the nodes must agree, as lines that do not depend on the order or the wording of the file:
    // two nodes whose texts differ show it in `status`, and a diff of the texts says why.
    [[nodiscard]] std::string safety_settings() const;
    [[nodiscard]] std::uint64_t safety_hash() const;  // As it travels in heartbeats.
};

struct PortRange {
    std::uint16_t first{};
    std::uint16_t last{};
};

// From which this host takes the ports of outgoing connections; nothing if it does not say.
[[nodiscard]] std::optional<PortRange> ephemeral_ports();

// Of a file for which keys are about to be made, what they mend is no mistake: that they are missing, or that a mesh
// without them may be reached from other hosts.
enum class Keys : std::uint8_t { needed, to_come };

// Never throws, whatever the bytes. `file` is not read: it names the mistakes, and its folder is the one that relative
// paths are relative to.
[[nodiscard]] std::variant<Config, Mistakes> parse(std::string_view text, const std::filesystem::path& file,
                                                   std::optional<PortRange> ephemeral = ephemeral_ports(),
                                                   Keys keys = Keys::needed);

// Its text, or why it cannot be had.
[[nodiscard]] std::variant<std::string, Mistake> read_file(const std::filesystem::path& file);

// A file that cannot be read is one mistake without a place.
[[nodiscard]] std::variant<Config, Mistakes> load(const std::filesystem::path& file);

}  // namespace bellwether::node
