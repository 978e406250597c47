#include "tools/cli/prospect.hpp"

#include <gtest/gtest.h>

namespace bellwether::cli {
namespace {

using namespace std::chrono_literals;

class AskingIfItLeads : public ::testing::Test {
protected:
    [[nodiscard]] std::string why(protocol::Duration span) const { return prospect(status_, {}, span).why; }

    Json& election() { return status_["elections"][0]; }

    Json status_ = Json::parse(R"({
        "node": "alpha", "priority": 30, "lease_ms": 300, "draining": false, "leaving": false, "quorum_linked": true,
        "elections": [{"name": "default", "role": "leader", "leader": "alpha", "token": 8001, "lease_left_ms": 250,
                       "heir": null, "heir_id": 0, "hold_left_ms": 0, "preempt": true, "sessions": 0, "session": 0,
                       "revoking": false}],
        "peers": [{"name": "bravo", "priority": 20, "voter": true, "link_up": true, "leaving": false},
                  {"name": "charlie", "priority": 40, "voter": true, "link_up": false, "leaving": false}]})");
};

TEST_F(AskingIfItLeads, YesIfItDoes) {
    EXPECT_TRUE(prospect(status_, {}, 0s).leads);
    EXPECT_TRUE(prospect(status_, {}, 30s).leads);
}

TEST_F(AskingIfItLeads, NoIfAnotherDoesOrNobody) {
    election()["role"] = "follower";
    election()["leader"] = "bravo";
    EXPECT_EQ(why(0s), "bravo leads");
    election()["leader"] = nullptr;
    EXPECT_EQ(why(0s), "nobody is known to lead");
}

TEST_F(AskingIfItLeads, NoIfItsLeaseHasRunOut) {
    election()["lease_left_ms"] = 0U;
    EXPECT_EQ(why(0s), "its lease has run out");
}

TEST_F(AskingIfItLeads, NoWhileNoneOfItsSessionsLeads) {
    election()["sessions"] = 2U;
    EXPECT_EQ(why(0s), "no session leads at present");
    election()["session"] = 7U;
    EXPECT_EQ(why(0s), "");
}

TEST_F(AskingIfItLeads, NoIfTheElectionIsUnknown) {
    election()["name"] = "backups";
    EXPECT_NE(why(0s).find("no election \"default\" is known"), std::string::npos);
}

TEST_F(AskingIfItLeads, NotForLongIfItIsAboutToLetGo) {
    const Json before = status_;
    const auto expect = [&](const std::string& sentence) {
        EXPECT_EQ(why(30s), sentence);
        EXPECT_EQ(why(0s), "");
        status_ = before;
    };
    status_["leaving"] = true;
    expect("it is shutting down");
    status_["draining"] = true;
    expect("it is being drained");
    election()["heir"] = "bravo";
    election()["heir_id"] = 2U;
    expect("it hands over to bravo");
    election()["revoking"] = true;
    expect("its session is asked to stop");
    status_["quorum_linked"] = false;
    expect("it has lost its quorum");
    election()["lease_left_ms"] = 149U;
    expect("its lease is not renewed");
}

TEST_F(AskingIfItLeads, NotForLongIfABetterRankedNodeMayTakeOver) {
    status_["peers"][1]["link_up"] = true;
    EXPECT_EQ(why(30s), "charlie outranks it and may take over");
    election()["hold_left_ms"] = 30'000U;
    EXPECT_EQ(why(30s), "");
    EXPECT_EQ(why(31s), "charlie outranks it and may take over");
    election()["preempt"] = false;
    EXPECT_EQ(why(31s), "");
}

TEST_F(AskingIfItLeads, WhereProcessesStandOnlyANodeThatHasOneMayTakeOver) {
    election()["sessions"] = 1U;
    election()["session"] = 7U;
    status_["peers"][1]["link_up"] = true;
    EXPECT_EQ(why(30s), "");
    election()["challenger"] = "charlie";
    election()["challenger_id"] = 3U;
    EXPECT_EQ(why(30s), "charlie outranks it and may take over");
    EXPECT_EQ(why(0s), "");
    election()["hold_left_ms"] = 30'000U;
    EXPECT_EQ(why(30s), "");
}

}  // namespace
}  // namespace bellwether::cli
