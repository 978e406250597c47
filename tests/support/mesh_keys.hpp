// Keys for meshes that exist only in a test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/config_secret.hpp"

namespace bellwether::testing {

struct Keys {
    std::string public_key;
    std::string secret;
};
[[nodiscard]] Keys new_keys();
[[nodiscard]] node::KeyPair pair_of(const Keys& keys);

// Gives each node a new key, and the mesh that mode. The keys stand in the order of the nodes.
[[nodiscard]] std::vector<Keys> encrypt(node::Config& config, node::SecurityMode mode);

// DIR/NAME.secret, as bellwether keygen writes it.
void write_secret(const std::filesystem::path& directory, const std::string& node, const Keys& keys);

// What the socket connects to from now on must hold `server_key`, and is shown `own`.
void speak_as(zmq::socket_t& socket, const Keys& own, const std::string& server_key);

}  // namespace bellwether::testing
