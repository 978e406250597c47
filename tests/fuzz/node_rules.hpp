// What one node keeps to whatever its peers say: the rules of docs/protocol.md that can be seen from outside, by what
// it asks for. Whoever runs it tells everything here before it is performed; a breach ends the process.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/state_machine.hpp"

namespace bellwether::fuzz {

class NodeRules {
public:
    explicit NodeRules(const protocol::Setup& setup);  // Which must outlive this.

    // A life begins with what the disk holds, and what was asked for by another one is forgotten.
    void begin(const protocol::Durable& disk);

    // What is about to come in, where a rule depends on it.
    void hears(const protocol::Event& event);
    void is_on_disk(const protocol::Durable& record);

    // What comes out of one step.
    void does(protocol::Time now, const protocol::Actions& actions, const protocol::StateMachine& machine);

private:
    void check(const protocol::Store& store);
    void check(const protocol::Send& send);
    void check(const protocol::Publish& publish);
    void check(const protocol::Announce& announce);
    void check(const protocol::Answer& answer);
    void check(const protocol::Decision& decision);
    void check(const protocol::RoleChange& change);
    void check(const protocol::TellSession& tell);
    void check(const protocol::KillHeld& kill);
    void check(const protocol::SessionOver& over);
    void check(const protocol::Left& left);

    void hears(const protocol::SessionEvent& event);
    void may_act(protocol::SessionId session, const protocol::session::Granted& told, bool is_grant);
    [[nodiscard]] bool somebody_acts(const protocol::ElectionName& election) const;
    void check_vote(const protocol::ElectionRecord& record);
    void check_grant(const protocol::Send& send, const protocol::VoteReply& reply);
    void check_backing(const protocol::Announcement& announcement) const;
    void travels(const protocol::Message& message);

    const protocol::Setup* setup_;
    protocol::Codec codec_{"mesh"};
    std::vector<std::byte> frame_;
    protocol::Message arrived_;

    protocol::Time now_{};
    const protocol::StateMachine* machine_ = nullptr;
    protocol::Durable disk_;
    protocol::Durable asked_for_;  // The newest record; the disk's if none was asked for in this life.
    std::uint64_t last_write_ = 0;
    std::map<std::pair<protocol::ElectionName, protocol::Term>, protocol::Instance> votes_;  // Ever asked for.
    std::set<std::tuple<protocol::NodeId, protocol::Incarnation, std::uint64_t>> probes_;
    std::set<std::uint64_t> commands_;  // That wait for their answer.
    std::optional<protocol::Time> published_at_;
    protocol::Sent last_sent_{};
    std::map<protocol::ElectionName, std::uint64_t> last_seq_;
    std::map<protocol::ElectionName, protocol::Token> tokens_;
    bool left_ = false;

    // The processes, and which of them may act with which token until when.
    struct Acting {
        protocol::SessionId session{};
        protocol::Token token{};
        protocol::Time until{};
    };
    struct Joined {
        protocol::ElectionName election{};
        bool forks{};
    };
    std::map<protocol::SessionId, Joined> sessions_;
    std::map<protocol::ElectionName, Acting> acting_;
};

}  // namespace bellwether::fuzz
