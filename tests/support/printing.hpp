// How a failed test shows the words of the protocol.
#pragma once

#include <ostream>

#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/trace.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

template <class Tag, class Rep>
void PrintTo(const Strong<Tag, Rep>& strong, std::ostream* out) {
    *out << strong.value;
}
inline void PrintTo(const Instance& instance, std::ostream* out) {
    *out << instance.node.value << " in incarnation " << instance.incarnation.value;
}
inline void PrintTo(Verdict verdict, std::ostream* out) { *out << to_string(verdict); }
inline void PrintTo(Reason reason, std::ostream* out) { *out << to_string(reason); }
inline void PrintTo(RoleName role, std::ostream* out) { *out << to_string(role); }
inline void PrintTo(Stands stands, std::ostream* out) { *out << to_string(stands); }
inline void PrintTo(Eligible eligible, std::ostream* out) { *out << to_string(eligible); }
inline void PrintTo(TransferStep step, std::ostream* out) { *out << to_string(step); }

}  // namespace bellwether::protocol
