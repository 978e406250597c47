// What a test does to a mesh, and what it waits for.
#include <algorithm>

#include "tests/support/cluster.hpp"

namespace bellwether::tests {

using namespace protocol;

namespace {

constexpr Channel both[] = {Channel::heartbeats, Channel::votes};

std::string of(Id node) { return std::to_string(node); }
std::string ms(Duration span) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count()) + "ms";
}

}  // namespace

// --- Processes and disks ---

void Cluster::kill(Id node) {
    tell("kill " + of(node));
    end_process(host(node));
}

void Cluster::kill_after_its_write(Id node) {
    if (host(node).disk.busy()) {
        (void)host(node).disk.finish();
        invariants_.is_on_disk({node}, host(node).disk.content());
    }
    kill(node);
}

void Cluster::start(Id node) {
    tell("start " + of(node));
    host(node).start(now_);
    invariants_.is_on_disk({node}, host(node).disk.content());
}

void Cluster::wipe(Id node) {
    tell("wipe " + of(node));
    Durable empty;
    empty.membership = host(node).disk.content().membership;
    empty.largest_promise = host(node).setup.params.lease;
    empty.new_state = true;
    host(node).disk.replace(empty);
    invariants_.disk_replaced({node});
}

void Cluster::restore(Id node, Durable backup) {
    tell("restore a backup of " + of(node));
    host(node).disk.replace(std::move(backup));
    invariants_.disk_replaced({node});
}

void Cluster::pause(Id node) {
    tell("pause " + of(node));
    host(node).paused = true;
}

void Cluster::resume(Id node) {
    tell("resume " + of(node));
    host(node).paused = false;
    for (const Event& event : host(node).take_queue()) {
        step(host(node), event);
    }
}

void Cluster::unstall_disk(Id node) {
    host(node).disk.stalled = false;
    if (host(node).disk.busy()) {
        begin_write(host(node));
    }
}

void Cluster::run_clock_fast(Id node, std::int64_t ppm) {
    host(node).clock.run_fast(now_, ppm);
    invariants_.clock_changed({node}, host(node).clock);
}

void Cluster::suspend(Id node, Duration span) {
    pause(node);
    elapse(span);
    resume(node);
}

// --- Wires ---

void Cluster::cut(Id one, Id other) {
    tell("cut " + of(one) + " " + of(other));
    for (const Channel channel : both) {
        network_.cut(link(one, other, channel));
        network_.cut(link(other, one, channel));
    }
}

void Cluster::cut_one_way(Id from, Id to, std::optional<Channel> only) {
    tell("cut " + of(from) + " -> " + of(to) + (only ? *only == Channel::votes ? " votes" : " heartbeats" : ""));
    for (const Channel channel : both) {
        if (!only || channel == *only) {
            network_.cut(link(from, to, channel));
        }
    }
}

void Cluster::isolate(Id node) {
    for (const Id other : nodes()) {
        if (other != node) {
            cut(node, other);
        }
    }
}

void Cluster::split(std::initializer_list<Id> side, std::initializer_list<Id> other_side) {
    for (const Id one : side) {
        for (const Id other : other_side) {
            cut(one, other);
        }
    }
}

void Cluster::heal() {
    tell("heal");
    network_.heal_all();
}

void Cluster::heal(Id one, Id other) {
    tell("heal " + of(one) + " " + of(other));
    for (const Channel channel : both) {
        network_.heal(link(one, other, channel));
        network_.heal(link(other, one, channel));
    }
}

void Cluster::heal_one_way(Id from, Id to, std::optional<Channel> only) {
    tell("heal " + of(from) + " -> " + of(to));
    for (const Channel channel : both) {
        if (!only || channel == *only) {
            network_.heal(link(from, to, channel));
        }
    }
}

void Cluster::delay(Id from, Id to, Duration delay) {
    for (const Channel channel : both) {
        network_.set_delay(link(from, to, channel), delay);
    }
}

// --- People ---

std::uint64_t Cluster::command(Id at, CommandKind kind, const std::string& words, Id target, Duration hold) {
    tell(words);
    Command command;
    command.id = ++last_command_;
    command.kind = kind;
    command.target = {target};
    command.hold = hold;
    step(host(at), command);
    return command.id;
}

std::uint64_t Cluster::stepdown(Id at, Duration hold, Id target) {
    return command(at, CommandKind::stepdown, "stepdown " + of(at), target, hold);
}

std::uint64_t Cluster::transfer(Id at, Id target, Duration hold) {
    const std::string words = "transfer " + of(at) + " to " + of(target) + " for " + ms(hold);
    return command(at, CommandKind::transfer, words, target, hold);
}

std::uint64_t Cluster::drain(Id at, Duration hold) {
    return command(at, CommandKind::drain, "drain " + of(at), 0, hold);
}

std::uint64_t Cluster::undrain(Id at) { return command(at, CommandKind::undrain, "undrain " + of(at)); }

std::uint64_t Cluster::shutdown(Id at) { return command(at, CommandKind::shutdown, "shutdown " + of(at)); }

// --- What is waited for ---

Condition leads(Id node) {
    return {of(node) + " leads", [node](const Cluster& cluster) {
                return cluster.runs(node) && cluster.election(node).role == RoleName::leader;
            }};
}

Condition all_follow(Id node) {
    return {"all follow " + of(node), [node](const Cluster& cluster) {
                const auto ids = cluster.nodes();
                return leads(node).holds(cluster) && std::all_of(ids.begin(), ids.end(), [&](Id id) {
                           return !cluster.runs(id) || cluster.election(id).leader == NodeId{node};
                       });
            }};
}

Condition somebody_leads() {
    return {"somebody leads", [](const Cluster& cluster) {
                const auto ids = cluster.nodes();
                return std::any_of(ids.begin(), ids.end(), [&](Id id) { return leads(id).holds(cluster); });
            }};
}

Condition nobody_leads() {
    return {"nobody leads", [](const Cluster& cluster) { return !somebody_leads().holds(cluster); }};
}

Condition is_answered(std::uint64_t command) {
    return {"command " + std::to_string(command) + " is answered",
            [command](const Cluster& cluster) { return cluster.answer(command).has_value(); }};
}

}  // namespace bellwether::tests
