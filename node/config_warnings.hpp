// What a file may say, but hardly means.
#pragma once

#include <optional>

#include "node/config.hpp"
#include "node/config_draft.hpp"
#include "node/config_mistake.hpp"

namespace bellwether::node {

// Of a configuration without mistakes, sorted by place.
[[nodiscard]] Mistakes warnings_about(const Draft& draft, std::optional<PortRange> ephemeral);

}  // namespace bellwether::node
