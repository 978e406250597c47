#include "tests/support/composure.hpp"

#include <gtest/gtest.h>

#include <iostream>

#include "client/clock.hpp"
#include "tests/support/flooder.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::testing {

namespace {

constexpr std::size_t most_mb = 256;
constexpr std::size_t kept_mb = 64;  // What an allocator may keep of it for the next time.
constexpr std::uint64_t longest_turn_us = 250'000;

}  // namespace

Composure::Composure(RealMesh& mesh) : mesh_{&mesh}, leadership_{mesh.await_leader("alpha")} {
    mesh.await_whole();
    before_ = mesh.status("alpha").at("counters");
    before_mb_ = mesh.process("alpha").memory().resident_mb;
    begin_ = client::now();
}

void Composure::expect_kept(const std::set<std::string>& excused, protocol::Duration most_work) const {
    ChildProcess& alpha = mesh_->process("alpha");
    ASSERT_TRUE(alpha.runs()) << "it ended with " << alpha.await_end().value_or(0);
    EXPECT_EQ(mesh_->await_leader("alpha"), leadership_);
    mesh_->expect_only(leadership_, begin_, excused);
    const Memory memory = alpha.memory();
    const std::uint64_t work_us = counter("loop_longest_work_us");
    const std::uint64_t turn_us = counter("loop_longest_turn_us");
    std::cout << "longest turn " << turn_us << " us, most work in one " << work_us << " us, resident " << before_mb_
              << " MB before, " << memory.peak_mb << " MB at most\n";
    if (!memory_can_be_measured) return;
    EXPECT_LE(std::chrono::microseconds{work_us}, most_work);
    EXPECT_LE(turn_us, longest_turn_us);
    EXPECT_LE(memory.peak_mb, most_mb);
    EXPECT_TRUE(eventually([&] { return alpha.memory().resident_mb <= before_mb_ + kept_mb; }, patience));
}

std::uint64_t Composure::counter(const std::string& name) const {
    return cli::number_of(mesh_->status("alpha").at("counters"), name);
}

void Composure::await_more(const std::string& name) const {
    const std::uint64_t before = cli::number_of(before_, name);
    mesh_->await_status("alpha", name + " above " + std::to_string(before),
                        [&](const cli::Json& status) { return cli::number_of(status.at("counters"), name) > before; });
}

}  // namespace bellwether::testing
