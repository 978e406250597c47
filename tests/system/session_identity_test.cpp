// Whose life counts: processes whose number a daemon cannot see, sees as another one, or is told wrongly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/clock.hpp"
#include "client/connection.hpp"
#include "node/descriptor.hpp"
#include "protocol/run_directory.hpp"
#include "protocol/session_codec.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/stander.hpp"

namespace bellwether::testing {
namespace {

namespace session = protocol::session;

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto session_timeout = 2s;
const protocol::ElectionName jobs = *protocol::ElectionName::parse("jobs");

// As in a container: it has numbers of its own, and dies with the process that was started.
Launch in_its_own_pid_namespace(Launch launch) {
    launch.arguments.insert(launch.arguments.begin(), {"--pid", "--fork", "--kill-child", launch.program.string()});
    launch.program = "/usr/bin/unshare";
    return launch;
}

// A child with this number, which does nothing until it is killed.
std::optional<pid_t> start_as(pid_t number) {
    clone_args how{};
    how.exit_signal = SIGCHLD;
    how.set_tid = reinterpret_cast<std::uint64_t>(&number);
    how.set_tid_size = 1;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &how, sizeof how));
    if (pid == 0) {
        for (;;) ::pause();
    }
    return pid == number ? std::optional{pid} : std::nullopt;
}

bool connects(int socket, const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string text_of(const protocol::Frame& frame) {
    return {reinterpret_cast<const char*>(frame.data()), frame.size()};
}

class SessionIdentityInRealTime : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "needs root, for pid namespaces and numbers of its choice";
    }

    void start(const Launch& alpha) {
        mesh.start("alpha", alpha);
        mesh.start_all();
        (void)mesh.await_leader("alpha");
        mesh.await_whole();
    }
    [[nodiscard]] std::uint64_t counter(const std::string& name) const {
        return cli::number_of(mesh.status("alpha").at("counters"), name);
    }
    [[nodiscard]] static protocol::Duration from_death_to_grant(Stander& holder, const Grant& held, Stander& next) {
        const protocol::Time death = client::now();
        holder.process().kill();
        const Grant granted = next.await_grant();
        EXPECT_GT(granted.token, held.token);
        return granted.heard - death;
    }

    RealMesh mesh{{.priorities = {30, 20, 10},
                   .more_tables = "[local]\nsession_timeout = \"2s\"\n",
                   .topic = client::Topic::view}};
};

TEST_F(SessionIdentityInRealTime, AProcessThatTheDaemonCannotSeeLivesByWhatItSays) {
    start(in_its_own_pid_namespace(mesh.launch_of("alpha")));
    Stander unseen{mesh, "alpha", "jobs"};
    const Grant first = unseen.await_grant();
    EXPECT_EQ(counter("watched_processes"), 0U);
    Stander next{mesh, "bravo", "jobs"};
    ASSERT_TRUE(next.has_said("joined"));

    // It says that it is alive, and keeps what it was granted.
    EXPECT_FALSE(
        eventually([&] { return next.granted().has_value() || unseen.said().find("lost") != std::string::npos; },
                   session_timeout + 300ms));

    // Its last word was no older than a second.
    EXPECT_GT(from_death_to_grant(unseen, first, next), session_timeout - 1200ms) << "nobody could have known of it";
}

TEST_F(SessionIdentityInRealTime, AProcessInAPidNamespaceThatTheDaemonSeesIsSeenToDie) {
    start(mesh.launch_of("alpha"));
    Stander nested{mesh, "alpha", "jobs", false, in_its_own_pid_namespace};
    const Grant first = nested.await_grant();
    EXPECT_EQ(counter("watched_processes"), 1U);
    Stander next{mesh, "bravo", "jobs"};
    ASSERT_TRUE(next.has_said("joined"));
    EXPECT_LT(from_death_to_grant(nested, first, next), session_timeout - 1200ms) << "it was waited for";
}

TEST_F(SessionIdentityInRealTime, TheNumberOfAChildInAPidNamespaceMeansNobodyHere) {
    start(mesh.launch_of("alpha"));
    Stander nested{mesh, "alpha", "jobs", true, in_its_own_pid_namespace};
    const pid_t child = nested.await_held();
    // As it knows it: on this host that is another process, or none.
    EXPECT_THAT(nested.said(), HasSubstr("held " + std::to_string(child) + " 0"));
    EXPECT_EQ(counter("watched_processes"), 1U);
}

TEST_F(SessionIdentityInRealTime, WhoGotTheNumberOfADeadProcessIsNotTakenForIt) {
    start(mesh.launch_of("alpha"));
    // Whoever connects is dead before it is heard; this process keeps the connection, and speaks for it.
    node::Descriptor connection{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const pid_t dead = ::fork();
    if (dead == 0) ::_exit(connects(connection.get(), mesh.run_dir("alpha") / protocol::control_socket) ? 0 : 1);
    int status = 0;
    ASSERT_EQ(::waitpid(dead, &status, 0), dead);
    ASSERT_EQ(status, 0);
    const auto heir = start_as(dead);
    ASSERT_TRUE(heir) << std::strerror(errno);
    RawPeer peer{std::move(connection)};
    ASSERT_TRUE(peer.shake_hands("DEALER"));
    const std::string campaign = text_of(session::encode(session::Campaign{.election = jobs}));
    peer.say(zmtp_frame_head(campaign.size()) + campaign);

    // The number is looked up and its owner challenged, which it knows nothing of.
    EXPECT_TRUE(eventually([&] { return counter("watched_processes") == 1; }, patience));
    EXPECT_EQ(counter("sessions"), 0U);
    EXPECT_TRUE(eventually([&] { return counter("watched_processes") == 0; }, patience));
    EXPECT_EQ(counter("sessions"), 0U);
    EXPECT_TRUE(is_running(*heir));
    ::kill(*heir, SIGKILL);
    EXPECT_EQ(::waitpid(*heir, nullptr, 0), *heir);
}

TEST_F(SessionIdentityInRealTime, WhoNamesAProcessThatIsNoneOfItsOwnIsForbiddenAndHarmsNobody) {
    start(mesh.launch_of("alpha"));
    Stander victim{mesh, "alpha", "other"};
    (void)victim.await_grant();
    zmq::context_t context;
    client::Connection forger{context, mesh.run_dir("alpha")};
    const auto hear = [&] {
        std::optional<protocol::Frame> frame;
        (void)eventually([&] { return (frame = forger.receive()).has_value(); }, patience);
        return session::decode_from_node(frame.value_or(protocol::Frame{}));
    };
    forger.send(session::encode(session::Campaign{.election = jobs}));
    const auto challenge = hear();
    ASSERT_TRUE(challenge);
    forger.send(session::encode(session::Answer{std::get<session::Challenge>(challenge->message).nonce}));
    // The first of all processes is nobody's descendant.
    forger.send(session::encode(session::Holds{.pid = 1}));
    for (auto heard = hear(); heard; heard = hear()) {
        const auto* refused = std::get_if<session::Refused>(&heard->message);
        if (refused == nullptr) continue;
        EXPECT_EQ(refused->reason, "forbidden");
        EXPECT_THAT(refused->text, HasSubstr("process 1 is no running descendant"));
        EXPECT_EQ(counter("sessions"), 1U);
        EXPECT_TRUE(is_running(victim.process().pid()));
        return;
    }
    FAIL() << "it is not refused";
}

}  // namespace
}  // namespace bellwether::testing
