#include "node/curve.hpp"

#include <charconv>
#include <cstdint>

#include "node/curve_doorkeeper.hpp"

namespace bellwether::node {
namespace {

constexpr std::string_view key_name = "X-Key";

// Drafted when Debian's libzmq was released, and built into it: an encrypted listener without anybody to ask admits
// nobody, instead of everybody.
constexpr int zap_enforce_domain = 93;

// With its last zero: without it libzmq would make a copy, and leave that in the memory it frees.
void set_secret(zmq::socket_t& socket, const SecretKey& secret) {
    if (zmq_setsockopt(socket.handle(), ZMQ_CURVE_SECRETKEY, secret.z85(), key_characters + 1) != 0) {
        throw zmq::error_t{};
    }
}

std::string_view property(const zmq::message_t& message, const char* name) {
    const char* value = zmq_msg_gets(message.handle(), name);
    return value == nullptr ? std::string_view{} : value;
}

}  // namespace

std::vector<Way> ways_to(const NodeConfig& peer, SecurityMode mode) {
    std::vector<Way> ways;
    if (mode != SecurityMode::off) {
        for (const std::string& key : peer.public_keys) ways.push_back({key});
    }
    const Way plain;
    if (mode == SecurityMode::serve) ways.push_back(plain);
    if (mode == SecurityMode::off || mode == SecurityMode::accept) ways.insert(ways.begin(), plain);
    return ways;
}

void listen_encrypted(zmq::socket_t& listener, const KeyPair& own) {
    listener.set(zmq::sockopt::curve_server, true);
    set_secret(listener, own.secret);
    listener.set(zmq::sockopt::zap_domain, mesh_domain);
    const int yes = 1;
    if (zmq_setsockopt(listener.handle(), zap_enforce_domain, &yes, sizeof(yes)) != 0) throw zmq::error_t{};
}

void show_own_key(zmq::socket_t& connecting, const KeyPair& own) {
    connecting.set(zmq::sockopt::curve_publickey, own.public_key);
    set_secret(connecting, own.secret);
}

void choose_way(zmq::socket_t& connecting, const Way& way) {
    if (way.is_plain()) {
        connecting.set(zmq::sockopt::curve_server, false);  // Which is how one says NULL.
    } else {
        connecting.set(zmq::sockopt::curve_serverkey, way.server_key);
    }
}

Proof proof_of(const zmq::message_t& payload) {
    const std::string_view id = property(payload, "User-Id");
    Proof proof{.key = property(payload, key_name.data())};
    std::from_chars(id.data(), id.data() + id.size(), proof.sender.value);
    return proof;
}

std::string key_property(std::string_view key) {
    std::string text{static_cast<char>(key_name.size())};
    text += key_name;
    for (unsigned shift = 32; shift > 0; shift -= 8) text += static_cast<char>(key.size() >> (shift - 8));
    return text + std::string{key};
}

}  // namespace bellwether::node
