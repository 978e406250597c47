// What must hold between the values of a file that are each good by themselves.
#pragma once

#include "node/config_draft.hpp"
#include "node/config_mistake.hpp"

namespace bellwether::node {

// Reports each broken rule where the value stands that breaks it, never at a default. Fills in the defaults that
// depend on other values.
void check_rules(Draft& draft, Keys keys, Mistakes& mistakes);

}  // namespace bellwether::node
