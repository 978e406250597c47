// control.sock: frames of a person, a script or a process that stands for leadership, from the bytes to what the node
// does and to the answer. The first byte says how many voters the mesh has; of more than one, the others are never
// heard.
#include <optional>
#include <set>
#include <variant>

#include "node/control_desk.hpp"
#include "node/session_desk.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/session_codec.hpp"
#include "protocol/state_machine.hpp"
#include "tests/fuzz/steering.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace bellwether;
using protocol::ControlReply;
using protocol::ControlRequest;

protocol::Setup setup_of(std::uint16_t voters) {
    protocol::Setup setup;
    setup.cluster = "mesh";
    setup.self = {1};
    for (std::uint16_t id = 1; id <= 3; ++id) {
        protocol::Member member;
        member.id = {id};
        member.name = id == 1 ? "alpha" : id == 2 ? "bravo" : "charlie";
        member.voter = id <= voters;
        setup.members.push_back(std::move(member));
    }
    setup.elections.emplace_back(protocol::ElectionName{}, protocol::ElectionSettings{});
    return setup;
}

// A node, its desk and its disk, which writes at once.
class Office {
public:
    explicit Office(const protocol::Setup& setup) : desk_{setup}, machine_{setup, state_of(setup), now_} {
        // Past the quarantine, the campaign and the first lease: alone it leads.
        for (int turns = 0; turns < 8; ++turns) pass_time();
    }

    void receive(std::span<const std::byte> frame) {
        if (const auto words = protocol::session::decode_from_process(frame)) {
            return std::visit([this](const auto& each) { hear(each); }, *words);
        }
        const auto request = protocol::decode_request(frame);
        if (const auto* bad = std::get_if<protocol::BadRequest>(&request)) {
            fuzz::require(!bad->text.empty(), "refused without a word");
            reply({.id = bad->id, .done = false, .reason = "bad_request", .text = bad->text});
        } else {
            serve(std::get<ControlRequest>(request));
        }
    }

    void pass_time() {
        sessions_.expire(now_);
        now_ = std::max(now_ + std::chrono::milliseconds{10}, std::min(machine_.next_deadline(), now_ + longest_turn));
        step(protocol::Deadline{});
        while (const auto write = std::exchange(written_, {})) step(protocol::Stored{*write});
    }

private:
    static constexpr protocol::Duration longest_turn = std::chrono::milliseconds{400};

    static protocol::Durable state_of(const protocol::Setup& setup) {
        protocol::Durable state;
        state.incarnation = {1};
        state.membership = protocol::single_list(setup.voters());
        state.largest_promise = setup.params.lease;
        return state;
    }

    void hear(const node::SessionDesk::Said& words) {
        node::SessionDesk::Events events;
        sessions_.hear(now_, caller, unseen, words, events);
        for (const protocol::Event& event : events) step(event);
    }

    void post(const protocol::Frame& frame) {
        const auto heard = protocol::session::decode_from_node(frame);
        fuzz::require(heard.has_value(), "words of the node that cannot be read");
        const auto* granted = std::get_if<protocol::session::Granted>(&heard->message);
        if (granted == nullptr) return;
        fuzz::require(granted->token >= token_, "a smaller token");
        fuzz::require(granted->clock <= now_ && now_ < granted->valid_until, "a grant that is over when it is told");
        token_ = granted->token;
    }

    void serve(const ControlRequest& request) {
        const auto again = protocol::decode_request(protocol::encode_request(request));
        fuzz::require(std::holds_alternative<ControlRequest>(again) && std::get<ControlRequest>(again) == request,
                      "a request that was read is asked as something else");
        if (request.type == "status") {
            const auto status = protocol::encode_status(request.id, machine_.status(now_), {{"frames", 1}}, "1.0");
            fuzz::require(protocol::to_json(status).has_value(), "a status that cannot be shown");
            return;
        }
        const auto outcome = desk_.accept(caller, request);
        if (const auto* refusal = std::get_if<ControlReply>(&outcome)) {
            fuzz::require(refusal->id == request.id && !refusal->done, "a refusal that is none");
            reply(*refusal);
        } else {
            waiting_.insert(request.id);
            step(std::get<protocol::Command>(outcome));
        }
    }

    void step(const protocol::Event& event) {
        for (const protocol::Action& action : machine_.step(now_, event)) {
            if (const auto* store = std::get_if<protocol::Store>(&action)) {
                written_ = store->write;
            } else if (const auto* answer = std::get_if<protocol::Answer>(&action)) {
                deliver(*answer);
            } else if (const auto* tell = std::get_if<protocol::TellSession>(&action)) {
                sessions_.perform(*tell);
            } else if (const auto* kill = std::get_if<protocol::KillHeld>(&action)) {
                sessions_.perform(*kill);
            } else if (const auto* over = std::get_if<protocol::SessionOver>(&action)) {
                sessions_.perform(*over);
            } else if (const auto* announce = std::get_if<protocol::Announce>(&action)) {
                sessions_.announce(announce->announcement);
            }
        }
    }

    void deliver(const protocol::Answer& answer) {
        const auto delivery = desk_.answer(answer);
        fuzz::require(delivery && delivery->caller == caller, "an answer to nobody");
        const auto asked = waiting_.find(delivery->reply.id);
        fuzz::require(asked != waiting_.end(), "an answer to what was not asked");
        waiting_.erase(asked);
        reply(delivery->reply);
    }

    static void reply(const ControlReply& reply) {
        fuzz::require(protocol::decode_reply(protocol::encode_reply(reply)) == reply, "an answer that cannot be read");
    }

    static constexpr std::uint64_t caller = 17;
    // Of another pid namespace: it joins without a challenge, and what it names is never a process of this host.
    static constexpr node::PeerProcess unseen{};

    protocol::Time now_{std::chrono::seconds{1}};
    node::ControlDesk desk_;
    node::SessionDesk sessions_{{1}, [this](std::uint64_t, const protocol::Frame& frame) { post(frame); }};
    protocol::StateMachine machine_;
    protocol::Token token_;  // Granted last.
    std::optional<std::uint64_t> written_;
    std::multiset<std::uint64_t> waiting_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const protocol::Setup alone = setup_of(1);
    static const protocol::Setup one_of_three = setup_of(3);
    constexpr int most_frames = 16;
    fuzz::Steering choices{fuzz::bytes_of(data, size)};
    Office office{choices.coin() ? one_of_three : alone};
    for (int frames = 0; frames < most_frames && !choices.is_at_end(); ++frames) {
        const std::uint8_t length = choices.byte();
        office.receive(choices.bytes(length));
        if (length % 2 == 1) office.pass_time();
    }
    return 0;
}
