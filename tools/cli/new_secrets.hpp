// Key pairs that are made here: their secrets lie in files of their own, and go again if what they are for fails.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace bellwether::cli {

// The public key of a new pair whose secret is now in the file. Throws Failure, also if there is such a file.
[[nodiscard]] std::string create_secret(const std::filesystem::path& file);

// To whom the secret in the file should belong: who asks, but root looks after those of others.
[[nodiscard]] uid_t expected_owner(const std::filesystem::path& file);

// Several pairs of which all or none are to be there.
class NewSecrets {
public:
    NewSecrets() = default;
    ~NewSecrets();
    NewSecrets(const NewSecrets&) = delete;
    NewSecrets& operator=(const NewSecrets&) = delete;

    [[nodiscard]] std::string create(const std::filesystem::path& file);
    void keep() { files_.clear(); }

private:
    std::vector<std::filesystem::path> files_;
};

}  // namespace bellwether::cli
