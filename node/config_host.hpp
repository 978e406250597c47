// What is wrong with a configuration only on the host that is to run it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "node/config.hpp"
#include "node/config_mistake.hpp"

namespace bellwether::node {

// Nothing if this host knows no group of that name.
[[nodiscard]] std::optional<gid_t> find_group(const std::string& name);

// For a daemon that is to start here they are mistakes; elsewhere the file may be good nevertheless.
[[nodiscard]] Mistakes mistakes_on_this_host(const Config& config);

}  // namespace bellwether::node
