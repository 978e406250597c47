// A fault as a line that a person can read.
#include <cstdio>

#include "tests/sim/plan.hpp"

namespace bellwether::sim {

namespace {

std::string of(NodeId node) { return std::to_string(node.value); }

std::string ms(Duration span) { return std::to_string(span / 1ms) + "ms"; }

std::string channels(const Fault& fault) {
    std::string text = fault.heartbeats && fault.votes ? "" : fault.votes ? " votes" : " heartbeats";
    return text + (fault.holds ? ", what is sent waits" : "");
}

std::string both(const Fault& fault) { return of(fault.a) + " " + of(fault.b); }

std::string now_and_then(const Fault& fault) { return " for " + ms(fault.amount) + " every " + ms(fault.period); }

std::string deed(const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::kill: return (fault.power ? "power loss of " : "kill ") + of(fault.a);
        case FaultKind::crash_loop: return "crash loop of " + of(fault.a) + now_and_then(fault);
        case FaultKind::pause: return "pause " + of(fault.a);
        case FaultKind::flap: return "pause " + of(fault.a) + now_and_then(fault);
        case FaultKind::suspend: return "suspend " + of(fault.a);
        case FaultKind::cut: return "cut " + of(fault.a) + " -> " + of(fault.b) + channels(fault);
        case FaultKind::cut_both: return "cut " + both(fault) + channels(fault);
        case FaultKind::isolate: return "isolate " + of(fault.a) + channels(fault);
        case FaultKind::split: {
            std::string side;
            for (unsigned i = 1; i < 16; ++i) {
                side += ((fault.mask >> i) & 1U) != 0 ? " " + std::to_string(i) : "";
            }
            return "split" + side + " from the others" + channels(fault);
        }
        case FaultKind::flap_link: return "cut " + both(fault) + now_and_then(fault) + channels(fault);
        case FaultKind::flap_node: return "isolate " + of(fault.a) + now_and_then(fault) + channels(fault);
        case FaultKind::slow_link: return "slow link " + both(fault) + " by " + ms(fault.amount);
        case FaultKind::lossy_link: return "lossy link " + both(fault) + ", " + std::to_string(fault.rate / 100) + " %";
        case FaultKind::break_link: return "break connections of " + both(fault);
        case FaultKind::slow_disk: return "slow disk of " + of(fault.a) + " by " + ms(fault.amount);
        case FaultKind::stall_disk: return "stall disk of " + of(fault.a);
        case FaultKind::fail_disk: return "fail disk of " + of(fault.a);
        case FaultKind::wipe: return "wipe " + of(fault.a);
        case FaultKind::restore: return "put back the disk of " + of(fault.a);
        case FaultKind::reconfigure: return "other numbers for " + of(fault.a);
        case FaultKind::clock_rate: return "clock of " + of(fault.a) + " at " + std::to_string(fault.rate) + " ppm";
        case FaultKind::clock_jump: return "clock of " + of(fault.a) + " jumps by " + ms(fault.amount);
        case FaultKind::clock_stop: return "machine and clock of " + of(fault.a) + " stop";
        case FaultKind::subscribe: return (fault.rate != 0 ? "subscribe at " : "unsubscribe at ") + of(fault.a);
        case FaultKind::step_down:
            return "stepdown " + of(fault.a) + (fault.b == protocol::nobody ? "" : " to " + of(fault.b)) + " for " +
                   ms(fault.amount);
        case FaultKind::transfer:
            return "transfer at " + of(fault.a) + " to " + of(fault.b) + " for " + ms(fault.amount);
        case FaultKind::drain: return "drain " + of(fault.a) + " for " + ms(fault.amount);
        case FaultKind::undrain: return "undrain " + of(fault.a);
        case FaultKind::shut_down: return "shut down " + of(fault.a);
        case FaultKind::replay: return "replay " + std::to_string(fault.rate) + " frames at " + of(fault.a);
    }
    return "";
}

}  // namespace

std::string words(const Fault& fault) {
    char when[48];
    const auto at = std::chrono::floor<std::chrono::milliseconds>(fault.at.time_since_epoch()).count();
    std::snprintf(when, sizeof when, "%zu: %lld.%03llds for ", fault.index, static_cast<long long>(at / 1000),
                  static_cast<long long>(at % 1000));
    return when + ms(fault.lasts) + " " + deed(fault);
}

}  // namespace bellwether::sim
