#include "tools/cli/order.hpp"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/client/fake_daemon.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {
namespace {

using namespace std::chrono_literals;
using client::FakeDaemon;
using client::TemporaryDirectory;

int order(const std::string& command_line) {
    CLI::App app;
    int exit_status = -1;
    add_stepdown(app, exit_status);
    add_transfer(app, exit_status);
    add_drain(app, exit_status);
    add_undrain(app, exit_status);
    add_reload(app, exit_status);
    app.parse(command_line);
    return exit_status;
}

class Order : public ::testing::Test {
protected:
    // The exit status of the order; `seen` is what the daemon was asked.
    int call_and_reply(const std::string& command_line, bool done) {
        auto status = std::async(std::launch::async,
                                 [&] { return order(command_line + " --run-dir " + directory_.path().string()); });
        EXPECT_TRUE(daemon_.serve_one([&](const protocol::ControlRequest& request) {
            seen = request;
            return protocol::encode_reply(
                {.id = request.id, .done = done, .reason = done ? "" : "no_heir", .text = "so it is"});
        }));
        return status.get();
    }

    protocol::ControlRequest seen;

private:
    TemporaryDirectory directory_;
    FakeDaemon daemon_{directory_.path()};
};

TEST_F(Order, StepdownCarriesItsOptions) {
    EXPECT_EQ(call_and_reply("stepdown --for 30s --to bravo --election backups", true), exit_done);
    EXPECT_EQ(seen.type, "stepdown");
    EXPECT_EQ(seen.target, "bravo");
    EXPECT_EQ(seen.hold, 30s);
    EXPECT_EQ(seen.election.view(), "backups");
}

TEST_F(Order, ReloadTellsWhetherTheConfigurationWasPutToUse) {
    EXPECT_EQ(call_and_reply("reload", true), exit_done);
    EXPECT_EQ(seen.type, "reload");
    EXPECT_EQ(call_and_reply("reload --json", false), exit_no);
}

TEST_F(Order, TransferNamesTheHeir) {
    EXPECT_EQ(call_and_reply("transfer bravo --json", true), exit_done);
    EXPECT_EQ(seen.type, "transfer");
    EXPECT_EQ(seen.target, "bravo");
    EXPECT_FALSE(seen.hold);
}

TEST_F(Order, DrainAndUndrain) {
    EXPECT_EQ(call_and_reply("drain", true), exit_done);
    EXPECT_EQ(seen.type, "drain");
    EXPECT_EQ(seen.hold, std::nullopt);  // The daemon knows how long it is without one.
    EXPECT_EQ(call_and_reply("undrain", true), exit_done);
    EXPECT_EQ(seen.type, "undrain");
}

TEST_F(Order, ARefusalIsExitStatusOne) { EXPECT_EQ(call_and_reply("stepdown", false), exit_no); }

TEST(OrderWithoutADaemon, IsExitStatusFour) {
    const TemporaryDirectory directory;
    try {
        order("undrain --run-dir " + directory.path().string());
        FAIL() << "nobody to ask, and no complaint";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status, exit_no_daemon);
    }
}

TEST(OrderOptions, ABadDurationIsABadCall) {
    EXPECT_THROW(order("stepdown --for soon"), CLI::ParseError);
    EXPECT_THROW(order("transfer"), CLI::ParseError);
    EXPECT_THROW(order("stepdown --election a/b"), CLI::ParseError);
}

}  // namespace
}  // namespace bellwether::cli
