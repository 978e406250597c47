// One real node among made-up peers that say whatever the bytes make them say: what could be true, what could not, and
// frames that nobody of ours would send. Its disk is slow, its process dies, its clock stands still, and all the while
// NodeRules looks on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/state_machine.hpp"
#include "tests/fuzz/node_rules.hpp"
#include "tests/fuzz/steering.hpp"
#include "tests/support/disk.hpp"

namespace bellwether::fuzz {

// The first byte of an act: its remainder by act_count says which, the rest of it in which election.
enum class Act : std::uint8_t {
    all_beat,
    one_beats,
    deadline_comes,
    time_passes,
    write_ends,
    all_writes_end,
    votes_come,
    vote_request_comes,
    transfer_comes,
    request_comes,
    response_comes,
    command_comes,
    link_breaks,
    deadline_is_believed,
    frame_comes,
    process_dies,
    session_speaks,
};
inline constexpr std::size_t act_count = 17;

class Scene {
public:
    // Takes its mesh from the first bytes.
    explicit Scene(Steering& choices);

    void act();

private:
    struct Peer {
        protocol::NodeId id{};
        protocol::Incarnation incarnation{};
        protocol::Sent sent{};
    };

    [[nodiscard]] static protocol::Setup make_setup(Steering& choices);
    [[nodiscard]] static protocol::Durable make_state(const protocol::Setup& setup, Steering& choices);

    void start();
    void step(const protocol::Event& event);
    void hear(protocol::NodeId from, protocol::Message message);

    void beat(Peer& peer, std::uint8_t says, std::uint8_t of);
    [[nodiscard]] protocol::ElectionView view(const Peer& peer, std::uint8_t says, std::uint8_t of) const;
    void let_time_pass();
    void end_write();
    void vote(Peer& peer, std::uint8_t how);
    void request_vote(Peer& peer);
    void transfer(Peer& peer);
    void request(Peer& peer);
    void respond(Peer& peer);
    void command();
    void believe();
    void receive_frame();
    void die();
    void session_speaks();

    [[nodiscard]] Peer* any_peer();
    [[nodiscard]] protocol::ElectionName election() const;
    [[nodiscard]] protocol::Term term(std::uint8_t of) const;
    [[nodiscard]] protocol::Instance instance(std::uint8_t of) const;
    [[nodiscard]] protocol::Sent echo(std::uint8_t of) const;

    Steering* choices_;
    protocol::Setup setup_;
    tests::Disk disk_;
    NodeRules rules_;
    protocol::Time now_;
    std::optional<protocol::StateMachine> machine_;
    std::vector<Peer> peers_;

    std::uint8_t topic_ = 0;

    // What it said last.
    protocol::Sent last_sent_{};
    protocol::VoteRequest last_vote_request_{};
    protocol::Request last_request_{};
    protocol::Transfer last_transfer_{};
    std::optional<protocol::Announcement> last_said_;
    protocol::Token last_granted_{};
    std::uint64_t lives_ = 0;
    protocol::Term highest_term_{};
    std::uint64_t last_command_ = 0;
    std::uint64_t last_question_ = 0;
};

}  // namespace bellwether::fuzz
