// The Python of the documentation is run as it stands there, but for the path of the socket and the name of the node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>

#include "tests/support/mesh_sockets.hpp"
#include "tests/support/places.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

namespace fs = std::filesystem;

// The first block of Python in a page of docs/, its socket being that of the node.
std::string python_of(const std::string& page, const RealMesh& mesh, const std::string& node) {
    const std::string text = content_of(tests::source_dir() / "docs" / page);
    const std::string fence = "```python\n";
    const std::size_t begin = text.find(fence);
    if (begin == std::string::npos) throw std::runtime_error("docs/" + page + " has no Python");
    const std::string program = text.substr(begin + fence.size(), text.find("\n```", begin) - begin - fence.size());
    return std::regex_replace(program + '\n', std::regex{"ipc://[^\"]*/(leader|control)\\.sock"},
                              "ipc://" + mesh.run_dir(node).string() + "/$1.sock");
}

// Debian's own, the one that sees Debian's modules.
Launch python(const RealMesh& mesh, const std::string& program) {
    const fs::path file = mesh.directory() / "example.py";
    std::ofstream{file} << program;
    return {.program = "/usr/bin/python3", .arguments = {"-u", file}, .output = mesh.directory() / "python.log"};
}

class PythonExamplesInRealTime : public ::testing::Test {
protected:
    PythonExamplesInRealTime() {
        const Finished modules = run({.program = "/usr/bin/python3", .arguments = {"-c", "import msgpack, zmq"}});
        has_modules = modules.status == 0;
        if (!has_modules) return;
        mesh.start_all();
        (void)mesh.await_leader("alpha");
    }

    void SetUp() override {
        if (!has_modules) GTEST_SKIP() << "needs the Debian packages python3-zmq and python3-msgpack";
    }

    RealMesh mesh{{.priorities = {30, 20, 10}}};
    bool has_modules{};
};

TEST_F(PythonExamplesInRealTime, TheSubscriberOfTheAnnouncementsPageHearsWhoLeads) {
    const Launch launch = python(mesh, python_of("announcements.md", mesh, "charlie"));
    ChildProcess subscriber{launch};
    const auto has_said = [&](const std::string& word) {
        return eventually([&] { return content_of(launch.output).find(word) != std::string::npos; }, patience);
    };
    EXPECT_TRUE(has_said("alpha")) << content_of(launch.output);
    mesh.kill("alpha");
    (void)mesh.await_leader("bravo");
    EXPECT_TRUE(has_said("bravo")) << content_of(launch.output);
}

TEST_F(PythonExamplesInRealTime, TheRequestOfTheControlPageIsDone) {
    const std::string program = python_of("control.md", mesh, "bravo");
    const Finished finished =
        run(python(mesh, std::regex_replace(program, std::regex{"\"target\": \"b\""}, "\"target\": \"bravo\"")));
    EXPECT_EQ(finished.status, 0) << finished.errors;
    EXPECT_THAT(finished.output, ::testing::HasSubstr("'type': 'done'"));
    (void)mesh.await_leader("bravo");
}

TEST_F(PythonExamplesInRealTime, TheProcessOfTheSessionsPageLeadsAndTheNextOneWhenItDies) {
    const std::string program = python_of("sessions.md", mesh, "charlie");
    const Launch launch = python(mesh, program);
    std::optional<ChildProcess> first{std::in_place, launch};
    // Lines, as a file may be read in the middle of one.
    const auto has_a_token = [](const fs::path& output) {
        const std::string said = content_of(output);
        return said.find('\n', said.find("with token")) != std::string::npos;
    };
    EXPECT_TRUE(eventually([&] { return has_a_token(launch.output); }, patience)) << content_of(launch.output);
    const std::string before = content_of(launch.output);
    first->kill();
    Launch again = launch;
    again.output = mesh.directory() / "second.log";
    ChildProcess second{again};
    EXPECT_TRUE(eventually([&] { return has_a_token(again.output); }, patience)) << content_of(again.output);
    const auto token_of = [](const std::string& said) { return std::stoull(said.substr(said.find("token") + 6)); };
    EXPECT_GT(token_of(content_of(again.output)), token_of(before));
}

}  // namespace
}  // namespace bellwether::testing
