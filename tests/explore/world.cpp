#include "tests/explore/world.hpp"

#include <algorithm>

#include "tests/explore/canon.hpp"
#include "tests/explore/inspector.hpp"

namespace bellwether::explore {

using namespace protocol;

std::uint64_t fingerprint(const Seat& seat, const Setting& setting) {
    Canon canon{setting, seat.stepped_at, {}};
    canon.add(seat.machine ? Inspector::fingerprint(*seat.machine, setting, seat.stepped_at) : 0);
    canon.add(seat.life);
    canon.add(seat.disk);
    canon.add(seat.survives);
    for (const auto* store : {&seat.writing, &seat.waiting}) {
        canon.maybe(*store, [&](const Store& s) {
            canon.add(seat.last_write - s.write);
            canon.add(s.record);
        });
    }
    return canon.value();
}

std::uint64_t World::fingerprint(const Setting& setting) const {
    Digest digest;
    digest.add(turn);
    digest.add(cut_off);
    for (const std::uint8_t count : used) {
        digest.add(count);
    }
    if (setting.bounds.grains != 0) {
        digest.add(at);
    }
    digest.add(highest_term.value);
    for (const auto& seat : seats) {
        digest.add(seat->fingerprint);
        digest.add(seat->machine ? at - seat->stepped_at : 0U);
    }
    digest.add(checks_fingerprint);
    // No belief in a leadership lasts longer.
    digest.add(std::min<std::int64_t>(at - checked_at, setting.old / grain));
    std::uint64_t bag = 0;
    for (const Letter& letter : letters) {
        Digest one;
        one.add(letter.fingerprint);
        one.add(letter.from);
        one.add(letter.to);
        one.add(at - letter.sent_at);
        bag += one.value();
    }
    digest.add(bag);
    return digest.value();
}

}  // namespace bellwether::explore
