#include "tests/support/planted.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/planted.hpp"

namespace bellwether::tests {

bool plant_bug_of_environment() {
#ifdef BELLWETHER_PLANTED_BUGS
    if (const char* text = std::getenv("BELLWETHER_PLANTED_BUG")) {
        std::uint8_t number = 0;
        const std::string_view digits{text};
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
        protocol::planted_bug = protocol::Bug{number};
        return true;
    }
#endif
    return false;
}

}  // namespace bellwether::tests
