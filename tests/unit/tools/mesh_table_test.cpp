#include "tools/cli/mesh_table.hpp"

#include <gtest/gtest.h>

namespace bellwether::cli {
namespace {

Account answers(const std::string& node, const std::string& role, const std::string& leader) {
    Json election{{"name", "default"}, {"role", role}, {"token", 1000U}, {"hindrance", ""}};
    election["leader"] = leader.empty() ? Json{} : Json(leader);
    return {node, Json{{"node", node},
                       {"linked", 3U},
                       {"voters", 3U},
                       {"quorum_linked", true},
                       {"elections", Json::array({election})}}};
}

Account fails(const std::string& node, client::NoReply::Why why) { return {node, client::NoReply{why, "no"}}; }

TEST(MeshTable, PutsTheNodesSideBySide) {
    EXPECT_EQ(mesh_table({answers("alpha", "leader", "alpha"), answers("bravo", "follower", "alpha"),
                          fails("charlie", client::NoReply::Why::no_daemon), fails("delta", client::NoReply::Why::late),
                          fails("echo", client::NoReply::Why::forbidden)},
                         {}),
              "NODE     ROLE         LEADER  TOKEN  LINKED  REMARKS\n"
              "alpha    leader       alpha   1000   3/3\n"
              "bravo    follower     alpha   1000   3/3\n"
              "charlie  not running  -       -      -\n"
              "delta    no answer    -       -      -\n"
              "echo     no access    -       -      -       Permission denied\n");
}

TEST(MeshTable, IsWellWhenAllNameOneLeader) {
    EXPECT_EQ(mesh_status({answers("alpha", "leader", "alpha"), answers("bravo", "follower", "alpha")}, {}), 0);
}

TEST(MeshTable, IsUnknownWhenTheyDifferOrNobodyLeads) {
    EXPECT_EQ(mesh_status({answers("alpha", "leader", "alpha"), answers("bravo", "leader", "bravo")}, {}), 3);
    EXPECT_EQ(mesh_status({answers("alpha", "follower", "")}, {}), 3);
}

TEST(MeshTable, IsNoDaemonWhenNobodyAnswered) {
    EXPECT_EQ(mesh_status({fails("alpha", client::NoReply::Why::no_daemon)}, {}), 4);
}

}  // namespace
}  // namespace bellwether::cli
