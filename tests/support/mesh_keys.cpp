#include "tests/support/mesh_keys.hpp"

#include <array>
#include <fstream>
#include <span>
#include <stdexcept>

namespace bellwether::testing {

using node::key_characters;

Keys new_keys() {
    std::array<char, key_characters + 1> public_key{};
    std::array<char, key_characters + 1> secret{};
    if (zmq_curve_keypair(public_key.data(), secret.data()) != 0) throw zmq::error_t{};
    return {public_key.data(), secret.data()};
}

node::KeyPair pair_of(const Keys& keys) {
    return {.secret = node::SecretKey{std::span<const char, key_characters>{keys.secret.data(), key_characters}},
            .public_key = keys.public_key};
}

std::vector<Keys> encrypt(node::Config& config, node::SecurityMode mode) {
    std::vector<Keys> all;
    config.security.mode = mode;
    for (node::NodeConfig& node : config.nodes) node.public_keys = {all.emplace_back(new_keys()).public_key};
    return all;
}

void write_secret(const std::filesystem::path& directory, const std::string& node, const Keys& keys) {
    std::filesystem::create_directories(directory);
    const std::filesystem::path file = directory / (node + ".secret");
    std::ofstream{file} << keys.secret << '\n';
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

void speak_as(zmq::socket_t& socket, const Keys& own, const std::string& server_key) {
    socket.set(zmq::sockopt::curve_publickey, own.public_key);
    socket.set(zmq::sockopt::curve_secretkey, own.secret);
    socket.set(zmq::sockopt::curve_serverkey, server_key);
}

}  // namespace bellwether::testing
