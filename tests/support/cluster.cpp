#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/planted.hpp"

namespace bellwether::tests {

using namespace protocol;

namespace {

[[maybe_unused]] const bool plants = plant_bug_of_environment();

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

Setup setup_of(Id self, const ClusterOptions& options) {
    Setup setup;
    setup.cluster = "story";
    setup.self = {self};
    setup.params = options.params;
    setup.dynamic = options.unnamed;
    setup.session_timeout = options.session_timeout;
    setup.elections.emplace_back(ElectionName{}, options.election);
    for (const std::string& name : options.more_elections) {
        setup.elections.emplace_back(ElectionName::parse(name).value(), options.election);
    }
    for (Id id = 1; id <= options.nodes; ++id) {
        const auto named = options.priorities.find(id);
        Member member;
        member.id = {id};
        member.name = "n" + std::to_string(id);
        member.voter = std::find(options.observers.begin(), options.observers.end(), id) == options.observers.end();
        member.priority = {named == options.priorities.end() ? static_cast<std::uint16_t>(10 * id) : named->second};
        setup.members.push_back(std::move(member));
    }
    return setup;
}

Durable empty_state(const Setup& setup, bool new_state) {
    Durable durable;
    durable.membership = single_list(setup.voters());
    durable.largest_promise = setup.params.lease;
    durable.new_state = new_state;
    return durable;
}

}  // namespace

Cluster::Cluster(ClusterOptions options)
    : network_{agenda_, options.link_delay,
               [this](const Link& link, const Received& letter) {
                   Host& receiver = host(link.to.value);
                   if (receiver.machine) {
                       step(receiver, letter);
                   }
               }},
      invariants_{setup_of(1, options).voters(), [this](std::string_view number, const std::string& what) {
                      fail(std::string{number} + ": " + what);
                  }} {
    for (Id id = 1; id <= options.nodes; ++id) {
        // Each clock shows something else, so that a comparison between two of them goes wrong.
        const Time shows = Time{1h} + (options.nodes - id) * 77min;
        Setup setup = setup_of(id, options);
        Durable durable = empty_state(setup, options.first_boot);
        durable.incarnation = {std::uint64_t{id} * 100};
        hosts_.try_emplace(id, std::move(setup), NodeClock{now_, shows, 0}, std::move(durable));
        host(id).disk.latency = options.write_latency;
        if (std::find(options.asleep.begin(), options.asleep.end(), id) == options.asleep.end()) {
            start(id);
        }
    }
}

// --- The world's loop ---

void Cluster::advance(TrueTime target, const std::function<bool()>& is_enough) {
    while (!failed_ && !is_enough()) {
        Host* due = nullptr;
        TrueTime next = agenda_.next();
        for (auto& [id, host] : hosts_) {
            if (host.deadline() < next) {
                next = host.deadline();
                due = &host;
            }
        }
        if (next > target) break;
        steps_without_progress_ = next > now_ ? 0 : steps_without_progress_ + 1;
        if (steps_without_progress_ > 10'000) {
            return fail("the mesh spins: 10000 steps, and time stands still");
        }
        now_ = std::max(now_, next);
        if (due != nullptr) {
            step(*due, Deadline{});
        } else {
            agenda_.run_next();
        }
    }
    if (!failed_ && !is_enough()) {
        now_ = target;
    }
}

void Cluster::plan(Host& host, TrueTime moment, const Event& event) {
    agenda_.plan(moment, [this, &host, life = host.life, event] {
        if (host.life == life) {
            step(host, event);
        }
    });
}

void Cluster::step(Host& host, const Event& event) {
    if (failed_ || !host.machine) return;
    if (host.paused) return host.queue(event);
    const Time local = host.clock.at(now_);
    // A copy: performing an action may end the process.
    const Actions actions = host.machine->step(local, event);
    invariants_.stepped(now_, host.instance(), host.machine->held(), host.clock);
    for (const Action& action : actions) {
        if (!host.machine) return;
        perform(host, action);
    }
    if (!host.machine) return;
    for (const Believed& believed : std::exchange(host.believed, {})) {
        step(host, believed);
    }
}

void Cluster::perform(Host& host, const Action& action) {
    const auto handlers = Overloaded{
        [&](const Store& store) {
            invariants_.asked_to_store(host.id(), store.record);
            if (host.disk.begin(store)) {
                begin_write(host);
            }
        },
        [&](const Send& send) {
            invariants_.sent(send, host.disk.content());
            network_.send(now_, {host.id(), send.to, Channel::votes}, {host.id(), send.message, send.route});
        },
        [&](const Publish& publish) {
            invariants_.published(publish.heartbeat, host.disk.content());
            if (!host.setup.own().voter) return;  // Nobody subscribes to an observer.
            for (const auto& [id, other] : hosts_) {
                if (id != host.id().value) {
                    network_.send(now_, {host.id(), {id}, Channel::heartbeats}, {host.id(), publish.heartbeat, {}});
                }
            }
        },
        [&](const Announce& announce) {
            const Announcement& said = announce.announcement;
            const Time horizon = host.clock.at(now_) + 3 * host.setup.params.heartbeat;
            invariants_.announced(now_, host.instance(), said, host.has_subscriber, horizon, host.clock);
            host.last_said[said.election] = said;
            if (host.has_subscriber && said.valid_until) {
                host.believed.push_back({said.election, *said.valid_until});
            }
        },
        [&](const Answer& answer) { answers_.push_back(answer); },
        [&](const Decision& decision) {
            ++decisions_[decision.rule][host.id().value];
            story_.tell(now_, host.id(), words(decision), is_notable(decision.rule));
        },
        [&](const RoleChange& change) { story_.tell(now_, host.id(), words(change), false); },
        [&](const TellSession& tell) { perform(host, tell); },
        [&](const KillHeld& kill) { perform(host, kill); },
        [&](const SessionOver& over) { perform(host, over); },
        [&](const Left&) { end_process(host); },
    };
    std::visit(handlers, action);
}

void Cluster::begin_write(Host& host) {
    agenda_.plan(now_ + host.disk.latency, [this, &host, life = host.life] { finish_write(host, life); });
}

void Cluster::finish_write(Host& host, std::uint64_t life) {
    if (host.life != life || host.disk.stalled || !host.disk.busy()) return;
    const Stored done = host.disk.finish();
    invariants_.is_on_disk(host.id(), host.disk.content());
    if (host.disk.busy()) {
        begin_write(host);
    }
    step(host, done);
}

void Cluster::end_process(Host& host) {
    invariants_.died(now_, host.instance());
    host.die();
    for (auto& [id, other] : hosts_) {
        if (other.machine && !network_.is_cut({host.id(), {id}, Channel::heartbeats})) {
            plan(other, now_ + 200us, LinkDown{host.id()});
        }
    }
}

// --- Time ---

void Cluster::elapse(Duration span) {
    advance(now_ + span, [] { return false; });
}

void Cluster::elapse_until(const Condition& condition, Duration at_most) {
    advance(now_ + at_most, [&] { return condition.holds(*this); });
    if (!failed_ && !condition.holds(*this)) {
        fail("waited in vain until " + condition.words);
    }
}

void Cluster::elapse_without(const Condition& condition, Duration span) {
    advance(now_ + span, [&] { return condition.holds(*this); });
    if (!failed_ && condition.holds(*this)) {
        fail("it came to be that " + condition.words);
    }
}

void Cluster::fail(const std::string& why) {
    if (failed_) return;
    failed_ = true;
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(now_.time_since_epoch()).count();
    ADD_FAILURE() << why << " (" << ms << " ms after the start)\n" << story_.all();
}

// --- Looks ---

Status Cluster::status(Id node) const { return host(node).machine.value().status(host(node).clock.at(now_)); }

ElectionStatus Cluster::election(Id node, std::string_view name) const {
    for (const ElectionStatus& election : status(node).elections) {
        if (election.name.view() == name) return election;
    }
    return {};
}

const Announcement& Cluster::announcement(Id node, std::string_view name) const {
    return host(node).last_said.at(ElectionName::parse(name).value());
}

std::vector<Id> Cluster::nodes() const {
    std::vector<Id> ids;
    for (const auto& [id, host] : hosts_) {
        ids.push_back(id);
    }
    return ids;
}

std::size_t Cluster::decisions(Rule rule, Id node) const {
    const auto of_rule = decisions_.find(rule);
    if (of_rule == decisions_.end()) return 0;
    std::size_t count = 0;
    for (const auto& [id, times] : of_rule->second) {
        count += node == 0 || node == id ? times : 0;
    }
    return count;
}

void Cluster::expect(std::string_view lines) const {
    EXPECT_EQ(unindented(lines), unindented(story_.chapter())) << "the whole story:\n" << story_.all();
}

std::optional<Answer> Cluster::answer(std::uint64_t command) const {
    const auto place = std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.id == command; });
    return place == answers_.end() ? std::nullopt : std::optional{*place};
}

}  // namespace bellwether::tests
