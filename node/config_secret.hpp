// The secret key of a node, in a file of its own beside the configuration: DIR/NAME.secret holds its 40 characters of
// Z85 and a newline, and nobody but the one who runs the node may read it.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <variant>

#include "node/config.hpp"

namespace bellwether::node {

inline constexpr std::size_t key_characters = 40;

// Wiped from memory when it goes or is moved from.
class SecretKey {
public:
    SecretKey() = default;
    explicit SecretKey(std::span<const char, key_characters> z85);
    ~SecretKey();
    SecretKey(SecretKey&& other) noexcept;
    SecretKey& operator=(SecretKey&& other) noexcept;
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;

    // With a zero behind it, as ZeroMQ wants it.
    [[nodiscard]] const char* z85() const { return characters_.data(); }

private:
    std::array<char, key_characters + 1> characters_{};
};

struct KeyPair {
    SecretKey secret;
    std::string public_key;  // Made from the secret.
};

[[nodiscard]] std::filesystem::path secret_file(const Config& config, const NodeConfig& self);

// The pair whose secret is in the file, or one sentence that begins with its path and says what is wrong and what would
// be right. `owner`: to whom the file must belong.
[[nodiscard]] std::variant<KeyPair, std::string> read_key_pair(const std::filesystem::path& file, uid_t owner);

// The same for a node, one of whose public keys in the configuration it must be.
[[nodiscard]] std::variant<KeyPair, std::string> read_key_pair_of(const Config& config, const NodeConfig& self,
                                                                  uid_t owner);

}  // namespace bellwether::node
