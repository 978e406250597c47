#include "tests/support/siege.hpp"

#include <algorithm>
#include <iostream>

#include "client/clock.hpp"
#include "protocol/codec.hpp"
#include "tests/support/flooder.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_mb = 256;
constexpr std::size_t kept_mb = 64;  // What an allocator may keep of it for the next time.
// Of processor time. Others run beside it here, so how long a turn lasts is another matter.
constexpr std::uint64_t longest_work_us = 10'000;
constexpr std::uint64_t longest_turn_us = 250'000;

}  // namespace

Siege::Siege() {
    mesh.start_all();
    leadership_ = mesh.await_leader("alpha");
    for (const std::string& name : mesh.names()) mesh.await_links(name, 3);
    before_ = mesh.status("alpha").at("counters");
    before_mb_ = mesh.process("alpha").memory().resident_mb;
    begin_ = client::now();
}

void Siege::TearDown() {
    ChildProcess& alpha = mesh.process("alpha");
    ASSERT_TRUE(alpha.runs()) << "it ended with " << alpha.await_end().value_or(0);
    mesh.await_links("alpha", linked_);
    EXPECT_EQ(mesh.await_leader("alpha"), leadership_);
    mesh.expect_only(leadership_, begin_, {"bravo", "charlie"});
    const Memory memory = alpha.memory();
    const std::uint64_t work_us = counter("loop_longest_work_us");
    const std::uint64_t turn_us = counter("loop_longest_turn_us");
    std::cout << "longest turn " << turn_us << " us, most work in one " << work_us << " us, resident " << before_mb_
              << " MB before, " << memory.peak_mb << " MB at most\n";
    if (!memory_can_be_measured) return;
    EXPECT_LE(work_us, longest_work_us);
    EXPECT_LE(turn_us, longest_turn_us);
    EXPECT_LE(memory.peak_mb, most_mb);
    EXPECT_TRUE(eventually([&] { return alpha.memory().resident_mb <= before_mb_ + kept_mb; }, patience));
}

std::uint64_t Siege::counter(const std::string& name) const {
    return cli::number_of(mesh.status("alpha").at("counters"), name);
}

void Siege::await_more(const std::string& name) {
    const std::uint64_t before = cli::number_of(before_, name);
    mesh.await_status("alpha", name + " above " + std::to_string(before),
                      [&](const cli::Json& status) { return cli::number_of(status.at("counters"), name) > before; });
}

zmq::socket_t Siege::plain_dealer() {
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(mesh.vote_endpoint("alpha"));
    return socket;
}

zmq::socket_t Siege::dealer_at(const std::string& endpoint, const Keys& own) {
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, 0);
    speak_as(socket, own, mesh.keys("alpha").public_key);
    socket.connect(endpoint);
    return socket;
}

void Siege::send(zmq::socket_t& socket, std::string_view frame) {
    (void)socket.send(zmq::buffer(frame), zmq::send_flags::dontwait);
}

bool Siege::hears(zmq::socket_t& socket, std::chrono::milliseconds span) {
    zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
    return zmq::poll(&item, 1, span) > 0;
}

std::string encoded(const protocol::Message& message, std::string_view cluster) {
    std::vector<std::byte> frame;
    protocol::Codec{cluster}.encode(message, frame);
    return {reinterpret_cast<const char*>(frame.data()), frame.size()};
}

protocol::VoteRequest grab(std::uint16_t sender) {
    return {.sender = {sender},
            .incarnation = {1},
            .sent = {protocol::ns_of(client::now())},
            .request = 1,
            .election = {},
            .term = {1'000'000},
            .priority = {1000},
            .probe = false};
}

}  // namespace bellwether::testing
