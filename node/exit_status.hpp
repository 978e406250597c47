// What bellwetherd ends with, and the two ways of not starting.
#pragma once

#include <stdexcept>

namespace bellwether::node {

enum class ExitStatus : int {
    clean = 0,
    failure = 1,     // The world did not let us: a port, a disk, a lock. std::runtime_error becomes this.
    wrong_call = 2,  // The call or the configuration is wrong; nothing was started.
};

// An operator's mistake as one sentence.
class WrongCall : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace bellwether::node
