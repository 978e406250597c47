#include "tools/chaos/observer.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "client/clock.hpp"
#include "tests/unit/client/fake_daemon.hpp"
#include "tests/unit/tools/chaos/saying.hpp"

namespace bellwether::chaos {
namespace {

using namespace std::chrono_literals;

TEST(ObserverInRealTime, HearsEveryNodeBelowItsDirectories) {
    const client::TemporaryDirectory directory;
    client::FakeDaemon alpha{directory.path() / "demo/alpha"};
    client::FakeDaemon bravo{directory.path() / "demo/bravo"};
    std::ofstream{directory.path() / "marks"} << "kill alpha\n";
    MarkSource marks{directory.path() / "marks"};
    std::ostringstream record;
    Observer observer{{directory.path()}, &record};
    EXPECT_EQ(alpha.await_subscriber(), "leader/");
    EXPECT_EQ(bravo.await_subscriber(), "leader/");

    alpha.publish("leader/default/",
                  protocol::encode_announcement(leads("alpha", 1000, client::now() + 10s), /*with_deadline=*/true));
    bravo.publish("leader/default/", protocol::encode_announcement(follows("bravo", "alpha", 1000), true));
    bravo.publish("leader/default/", {std::byte{0xc1}});
    observer.run(client::now() + 2s, marks, [&] { return observer.refused() > 0; });
    observer.run(client::now() + 20ms, marks, [] { return false; });

    EXPECT_EQ(observer.nodes(), 2U);
    EXPECT_EQ(observer.history().announcements(), 2U);
    EXPECT_EQ(observer.history().believed().size(), 1U);
    EXPECT_EQ(observer.history().marks().size(), 1U);
    std::istringstream lines{record.str()};
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_TRUE(nlohmann::json::parse(line).contains("received_ns")) << line;
    }
    EXPECT_EQ(count, 3U);
}

}  // namespace
}  // namespace bellwether::chaos
