#include "tools/cli/new_secrets.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>

#include <zmq.h>

#include "node/config_secret.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/whole_file.hpp"

namespace bellwether::cli {

namespace {

// The 40 characters, then the newline where ZeroMQ has put its zero. Wiped when it goes.
struct SecretLine {
    std::array<char, node::key_characters + 1> characters{};
    SecretLine() = default;
    ~SecretLine() { ::explicit_bzero(characters.data(), characters.size()); }
    SecretLine(const SecretLine&) = delete;
    SecretLine& operator=(const SecretLine&) = delete;
};

}  // namespace

std::string create_secret(const std::filesystem::path& file) {
    SecretLine secret;
    std::array<char, node::key_characters + 1> public_key{};
    if (zmq_curve_keypair(public_key.data(), secret.characters.data()) != 0) {
        throw Failure{exit_no, std::string{"no keys can be made: "} + zmq_strerror(zmq_errno())};
    }
    secret.characters.back() = '\n';
    create_private_file(file, {secret.characters.data(), secret.characters.size()});
    return public_key.data();
}

uid_t expected_owner(const std::filesystem::path& file) {
    struct stat status {};
    const bool belongs_to_other = ::geteuid() == 0 && ::stat(file.c_str(), &status) == 0;
    return belongs_to_other ? status.st_uid : ::geteuid();
}

NewSecrets::~NewSecrets() {
    for (const std::filesystem::path& file : files_) ::unlink(file.c_str());
}

std::string NewSecrets::create(const std::filesystem::path& file) {
    std::string public_key = create_secret(file);
    files_.push_back(file);
    return public_key;
}

}  // namespace bellwether::cli
