// Attacks on a node by processes of its own host. docs/security.md lists them.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "client/clock.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;

constexpr int connections = 1500;

void raise_own_limit() {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 4 * connections));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(LocalProcessesInRealTime, ThatConnectMoreOftenThanThereAreDescriptorsEndNoDaemon) {
    raise_own_limit();
    RealMesh mesh{{.priorities = {30, 20, 10}, .heartbeat = 100ms, .lease = 1000ms, .security = "enforce"}};
    Launch few = mesh.launch_of("alpha");
    few.arguments.insert(few.arguments.begin(), {"--nofile=512:512", few.program});
    few.program = "/usr/bin/prlimit";
    mesh.start("alpha", few);
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    for (const std::string& name : mesh.names()) mesh.await_links(name, 3);
    const protocol::Time begin = client::now();
    {
        std::vector<RawPeer> crowd;
        for (int i = 0; i < connections; ++i) {
            for (const char* socket : {"control.sock", "leader.sock"}) {
                crowd.push_back(RawPeer::at_path(mesh.run_dir("alpha") / socket));
            }
        }
        ASSERT_TRUE(mesh.process("alpha").runs());
        // And a member is still let in.
        mesh.kill("charlie");
        mesh.start("charlie");
        mesh.await_links("charlie", 3);
    }
    EXPECT_EQ(mesh.await_leader("alpha"), leadership);
    mesh.expect_only(leadership, begin, {"charlie"});
}

}  // namespace
}  // namespace bellwether::testing
