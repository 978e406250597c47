// A configuration of which keys are to be changed: read, edited, and written back when the result is good.
#pragma once

#include <filesystem>
#include <string>

#include "node/config.hpp"
#include "tools/cli/config_edit.hpp"

namespace bellwether::cli {

class KeyedMesh {
public:
    // Keys may be missing in it. Throws Failure, the mistakes having been printed.
    explicit KeyedMesh(std::filesystem::path file);

    [[nodiscard]] const std::filesystem::path& file() const { return config_.file; }
    [[nodiscard]] const node::Config& config() const { return config_; }
    // Throws Failure if there is none of this name.
    [[nodiscard]] const node::NodeConfig& find(const std::string& name) const;

    // Whether it made a difference. Throws Failure if the result could not be used; then nothing has been written.
    bool write(const ConfigEdit& edit);

private:
    std::string text_;
    node::Config config_;
};

}  // namespace bellwether::cli
