// The tables of the file, one function each: which keys they have, of which type and in which range.
#pragma once

#include "node/config_document.hpp"
#include "node/config_draft.hpp"
#include "node/config_mistake.hpp"

namespace bellwether::node {

[[nodiscard]] Draft read_sections(const Table& file, Mistakes& mistakes);

}  // namespace bellwether::node
