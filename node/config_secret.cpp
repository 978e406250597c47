#include "node/config_secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zmq.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "node/descriptor.hpp"

namespace bellwether::node {

namespace {

constexpr const char* missing_hint =
    ": copy it from where the keys were made, or give the node a new key, as docs/security.md says";

// What holds a secret is wiped, whichever way it goes.
struct Content {
    Content() = default;
    ~Content() { ::explicit_bzero(bytes.data(), bytes.size()); }
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;

    std::array<char, key_characters + 2> bytes{};  // The key, its newline, and what must not be there.
    std::size_t size{};
};

std::string mode_of(const struct stat& status) {
    std::array<char, 8> text{};
    (void)std::snprintf(text.data(), text.size(), "%04o", status.st_mode & 07777U);
    return text.data();
}

// Nothing if only the owner, and the right one, may read it.
std::optional<std::string> exposure_of(const struct stat& status, uid_t owner) {
    if (!S_ISREG(status.st_mode)) return "is no file: it must hold the secret key";
    if (status.st_uid != owner) {
        return "belongs to the user " + std::to_string(status.st_uid) +
               ": it must belong to the one who runs the node, which is " + std::to_string(owner);
    }
    if ((status.st_mode & 0077U) != 0) {
        return "may be read or written by others, its mode is " + mode_of(status) +
               ": it must be 0600; if somebody may have read it, make a new key";
    }
    return std::nullopt;
}

// Why it cannot be opened; whose it is says more than that it is closed to us.
std::string hindrance(const std::filesystem::path& file, uid_t owner, int error) {
    struct stat status {};
    if (error == EACCES && ::stat(file.c_str(), &status) == 0) {
        if (const auto exposure = exposure_of(status, owner))
            return *exposure + "; only its owner and root may look at it";
    }
    std::string hint = error == ENOENT ? missing_hint : "";
    if (error == EACCES) hint = ": the user " + std::to_string(owner) + " must own it, and be let into its directory";
    return std::string{"cannot be opened: "} + std::strerror(error) + hint;
}

// What is wrong with it, after its name.
std::optional<std::string> read(const std::filesystem::path& file, uid_t owner, Content& content) {
    // Without waiting, were it a pipe.
    const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status {};
    if (!opened || ::fstat(opened.get(), &status) != 0) {
        return hindrance(file, owner, errno);
    }
    if (auto exposure = exposure_of(status, owner)) return exposure;
    const ssize_t size = ::read(opened.get(), content.bytes.data(), content.bytes.size());
    if (size < 0) return std::string{"cannot be read: "} + std::strerror(errno);
    content.size = static_cast<std::size_t>(size);
    return std::nullopt;
}

std::optional<SecretKey> key_in(const Content& content) {
    std::string_view text{content.bytes.data(), content.size};
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.size() != key_characters) return std::nullopt;
    return SecretKey{std::span<const char, key_characters>{text.data(), key_characters}};
}

// Nothing if it is no key, as not every 40 characters are.
std::optional<std::string> public_key_of(const SecretKey& secret) {
    std::array<char, key_characters + 1> key{};
    if (zmq_curve_public(key.data(), secret.z85()) != 0) return std::nullopt;
    return key.data();
}

}  // namespace

SecretKey::SecretKey(std::span<const char, key_characters> z85) {
    std::copy(z85.begin(), z85.end(), characters_.begin());
}

SecretKey::~SecretKey() { ::explicit_bzero(characters_.data(), characters_.size()); }

SecretKey::SecretKey(SecretKey&& other) noexcept { *this = std::move(other); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
    if (this == &other) return *this;
    characters_ = other.characters_;
    ::explicit_bzero(other.characters_.data(), other.characters_.size());
    return *this;
}

std::filesystem::path secret_file(const Config& config, const NodeConfig& self) {
    return config.security.secret_key_dir / (self.name + ".secret");
}

std::variant<KeyPair, std::string> read_key_pair(const std::filesystem::path& file, uid_t owner) {
    const std::string name = file.string() + ": ";
    Content content;
    if (const auto wrong = read(file, owner, content)) return name + *wrong;
    auto secret = key_in(content);
    auto public_key = secret ? public_key_of(*secret) : std::nullopt;
    if (!public_key)
        return name + "holds no secret key: 40 characters of Z85 and a newline, as `bellwether keygen` makes it";
    return KeyPair{.secret = *std::move(secret), .public_key = *std::move(public_key)};
}

std::variant<KeyPair, std::string> read_key_pair_of(const Config& config, const NodeConfig& self, uid_t owner) {
    const std::filesystem::path file = secret_file(config, self);
    auto pair = read_key_pair(file, owner);
    const auto* good = std::get_if<KeyPair>(&pair);
    const auto& listed = self.public_keys;
    if (good == nullptr || std::find(listed.begin(), listed.end(), good->public_key) != listed.end()) return pair;
    return file.string() + ": its public key is " + quote(good->public_key) + ", which is no public_key of " +
           self.name + " in " + config.file.string() +
           ": add it there, or put the secret of one that is there into the file";
}

}  // namespace bellwether::node
