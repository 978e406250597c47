// The unit for systemd: that systemd takes it, and that its commands work for a user without root and capabilities, in
// the directories that it names. The rest of its sandbox is made by systemd, and not tried here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/places.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr uid_t nobody = 65534;

std::string replaced_all(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

// A host of its own in a directory: programs, configuration, state and run directory where the unit has them.
class ServiceUnit : public ::testing::Test {
protected:
    void SetUp() override {
        fs::permissions(host.path(), fs::perms{0755});
        for (const char* each : {"usr/bin", "etc/bellwether", "var/lib/bellwether", "run/bellwether"}) {
            fs::create_directories(host.path() / each);
        }
        for (const fs::path& program : {bellwetherd(), bellwether()}) {
            fs::copy_file(program, host.path() / "usr/bin" / program.filename());
        }
        unit = content_of(tests::source_dir() / "packaging/bellwetherd@.service");
        unit = replaced_all(unit, "/var/lib/", host.path().string() + "/var/lib/");
        for (const std::string each : {"/usr/bin/", "/etc/", "/run/bellwether"}) {
            unit = replaced_all(unit, each, host.path().string() + each);
        }
    }

    // The words of the line `NAME=...`, for the node alpha.
    [[nodiscard]] std::vector<std::string> words_of(const std::string& name) const {
        const std::size_t begin = unit.find("\n" + name + "=") + name.size() + 2;
        std::istringstream line{replaced_all(unit.substr(begin, unit.find('\n', begin) - begin), "%i", "alpha")};
        return {std::istream_iterator<std::string>{line}, {}};
    }

    // Without a capability, whoever runs the tests.
    [[nodiscard]] Launch unprivileged(std::vector<std::string> words) const {
        const std::string user = std::to_string(::geteuid() == 0 ? nobody : ::geteuid());
        std::vector<std::string> arguments{"--no-new-privs", "--inh-caps=-all"};
        if (::geteuid() == 0) {
            arguments.insert(arguments.end(),
                             {"--bounding-set=-all", "--reuid=" + user, "--regid=" + user, "--clear-groups"});
        }
        arguments.insert(arguments.end(), words.begin(), words.end());
        return {.program = "/usr/bin/setpriv", .arguments = std::move(arguments), .output = host.path() / "log"};
    }

    void give(const std::string& directory) const {
        if (::geteuid() == 0) {
            ASSERT_EQ(::chown((host.path() / directory).c_str(), nobody, nobody), 0);
        }
    }

    TemporaryDirectory host;
    std::string unit;
};

TEST_F(ServiceUnit, IsOneThatSystemdTakes) {
    const fs::path file = host.path() / "bellwetherd@.service";
    std::ofstream{file} << unit;
    const Finished verified = run({.program = "/usr/bin/systemd-analyze", .arguments = {"verify", "--man=no", file}});
    EXPECT_EQ(verified.status, 0);
    EXPECT_EQ(verified.output + verified.errors, "");
}

TEST_F(ServiceUnit, HasCommandsThatNeedNeitherRootNorCapabilitiesInRealTime) {
    const std::string free_ports = [] {
        const RealMesh mesh{MeshPlan{.priorities = {10}}};
        return content_of(mesh.config());
    }();
    const fs::path config = host.path() / "etc/bellwether/mesh.toml";
    std::ofstream{config} << free_ports;
    fs::create_directory(host.path() / "etc/bellwether/keys");
    fs::permissions(host.path() / "etc/bellwether/keys", fs::perms{0700});
    fs::permissions(host.path() / "var/lib/bellwether", fs::perms{0700});
    for (const char* own : {"etc/bellwether/keys", "var/lib/bellwether", "run/bellwether"}) give(own);
    // As root does it on a real host: what it makes there belongs to the user of the service.
    const Finished keys = run({.program = bellwether(), .arguments = {"keygen", "--mesh", config}});
    ASSERT_EQ(keys.status, 0) << keys.errors;

    ChildProcess daemon{unprivileged(words_of("ExecStart"))};
    const std::vector<std::string> ask{host.path() / "usr/bin/bellwether", "leader", "--run-dir",
                                       host.path() / "run/bellwether"};
    EXPECT_TRUE(eventually([&] { return run(unprivileged(ask)).status == 0; }, patience))
        << last_lines_of(host.path() / "log", 20);
    EXPECT_EQ(run(unprivileged(words_of("ExecReload"))).status, 0) << last_lines_of(host.path() / "log", 20);
    daemon.send(SIGTERM);
    EXPECT_EQ(daemon.await_end(), 0) << last_lines_of(host.path() / "log", 20);
}

}  // namespace
}  // namespace bellwether::testing
