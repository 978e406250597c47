// bellwether run on five hosts: one command at a time, whatever dies or stands still.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client/clock.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/lan.hpp"
#include "tests/support/places.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using protocol::Duration;
using protocol::Time;

struct Line {
    std::string word;
    Time time;
    std::uint64_t token{};
    pid_t pid{};
    std::string node;
};

std::size_t number_from(const char* variable, std::size_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoul(text);
}

double ms(Duration span) { return std::chrono::duration<double, std::milli>{span}.count(); }

// When the process is dead, be it ours or not.
Time await_death(pid_t pid) {
    const node::Descriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    pollfd item{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    if (pidfd && ::poll(&item, 1, 20'000) == 0) ADD_FAILURE() << "process " << pid << " does not end";
    return client::now();
}

class RunOnFiveHosts : public ::testing::Test {
protected:
    explicit RunOnFiveHosts(std::unique_ptr<Lan> lan = nullptr) : lan_{std::move(lan)} {}

    // Daemons, then `run` on each, with what its options are.
    void start(const std::vector<std::string>& options) {
        options_ = options;
        mesh_.start_all();
        (void)mesh_.await_any_leader();
        for (const std::string& name : mesh_.names()) start_run(name);
        leader_ = await_start(0);
    }

    void start_run(const std::string& name) {
        std::vector<std::string> arguments{"run", "--run-dir", mesh_.run_dir(name), "--election", "work"};
        arguments.insert(arguments.end(), options_.begin(), options_.end());
        arguments.insert(arguments.end(), {"--", tests::bin_dir() / "only-one", lock_, log_});
        runs_[name] = std::make_unique<ChildProcess>(
            Launch{.program = bellwether(), .arguments = arguments, .output = errors_of(name)});
    }

    [[nodiscard]] std::vector<Line> lines() const {
        std::vector<Line> found;
        for (const std::string& text : lines_of(content_of(log_))) {
            std::istringstream words{text};
            Line line;
            std::uint64_t ns = 0;
            words >> line.word >> ns >> line.token >> line.pid >> line.node;
            line.time = protocol::at_ns(ns);
            found.push_back(line);
        }
        return found;
    }

    // The newest start with a higher token.
    Line await_start(std::uint64_t above) {
        for (const Time deadline = client::now() + patience; client::now() < deadline;
             std::this_thread::sleep_for(1ms)) {
            const auto all = lines();
            for (auto line = all.rbegin(); line != all.rend(); ++line) {
                if (line->word == "start" && line->token > above) return *line;
            }
        }
        ADD_FAILURE() << "nobody starts after token " << above << '\n' << account();
        return {};
    }

    void expect_never_two() const {
        std::uint64_t last = 0;
        for (const Line& line : lines()) {
            EXPECT_NE(line.word, "taken") << line.node << " with token " << line.token << '\n' << account();
            if (line.word != "start") continue;
            EXPECT_GT(line.token, last) << account();
            last = line.token;
        }
    }

    // What was said of the time that was left, in ms, by the run of this node; below 0 if it was over.
    [[nodiscard]] std::vector<double> margins_of(const std::string& name) const {
        std::vector<double> found;
        const std::string text = content_of(errors_of(name));
        const std::regex words{R"(nothing of the command is left, ([0-9.]+) ms (before|after))"};
        for (std::sregex_iterator match{text.begin(), text.end(), words}, end; match != end; ++match) {
            const double left = std::stod((*match)[1]);
            found.push_back((*match)[2] == "before" ? left : -left);
        }
        return found;
    }

    [[nodiscard]] fs::path errors_of(const std::string& name) const { return mesh_.directory() / (name + ".run"); }
    [[nodiscard]] std::string account() const {
        std::string text = "--- the end of the log of the commands:\n" + last_lines_of(log_, 12);
        for (const std::string& name : mesh_.names())
            text += "--- run on " + name + ":\n" + last_lines_of(errors_of(name), 6);
        return text;
    }

    std::unique_ptr<Lan> lan_;  // Null: they share loopback, and cannot be cut off.
    RealMesh mesh_{{.lease = 300ms, .preempt = false, .topic = client::Topic::view, .lan = lan_.get()}};
    fs::path lock_ = mesh_.directory() / "lock";
    fs::path log_ = mesh_.directory() / "commands";
    std::vector<std::string> options_;
    std::map<std::string, std::unique_ptr<ChildProcess>> runs_;
    Line leader_;
};

TEST_F(RunOnFiveHosts, TheNextCommandStartsWithoutWaitingForALease) {
    start({"--restart"});
    std::vector<double> waits;
    const std::size_t rounds = number_from("BELLWETHER_RUN_KILLS", 6);
    for (std::size_t i = 0; i < rounds; ++i) {
        // Everybody stands again.
        std::this_thread::sleep_for(1500ms);
        const bool kill_run = i % 2 == 1;
        const Time killed = client::now();
        ::kill(kill_run ? runs_[leader_.node]->pid() : leader_.pid, SIGKILL);
        const std::string node = leader_.node;
        leader_ = await_start(leader_.token);
        waits.push_back(ms(leader_.time - killed));
        if (kill_run) start_run(node);
    }
    expect_never_two();
    std::sort(waits.begin(), waits.end());
    std::cout << "from the death to the next start: median " << waits[waits.size() / 2] << " ms, most " << waits.back()
              << " ms of " << waits.size() << '\n';
    // Far less than a lease on a machine that has nothing else to do.
    EXPECT_LT(waits[waits.size() / 2], 250.0);
}

TEST_F(RunOnFiveHosts, TheCommandIsGoneBeforeItsLeaseIsOverWhenTheDaemonIsKilledOrStopped) {
    start({"--restart"});
    std::vector<double> margins;
    const std::size_t trials = number_from("BELLWETHER_RUN_TRIALS", 4);
    for (std::size_t i = 0; i < trials; ++i) {
        const Line last = leader_;
        const std::size_t known = margins_of(last.node).size();
        const Time begin = client::now();
        if (i % 2 == 0) mesh_.kill(last.node);
        if (i % 2 == 1) mesh_.pause(last.node);
        const Time dead = await_death(last.pid);
        EXPECT_LT(dead - begin, 300ms) << account();
        leader_ = await_start(last.token);
        EXPECT_GT(leader_.time, dead) << account();
        for (const Time deadline = client::now() + patience; margins_of(last.node).size() == known;) {
            ASSERT_LT(client::now(), deadline) << account();
            std::this_thread::sleep_for(1ms);
        }
        margins.push_back(margins_of(last.node).back());
        EXPECT_GT(margins.back(), 0.0) << account();
        if (i % 2 == 0) mesh_.start(last.node);
        if (i % 2 == 1) mesh_.resume(last.node);
        std::this_thread::sleep_for(1s);
    }
    expect_never_two();
    std::sort(margins.begin(), margins.end());
    std::cout << "left before the lease is over: least " << margins.front() << " ms, median "
              << margins[margins.size() / 2] << " ms of " << margins.size() << '\n';
}

class RunOnFiveHostsOfALan : public RunOnFiveHosts {
protected:
    RunOnFiveHostsOfALan() : RunOnFiveHosts{Lan::can_be_made() ? std::make_unique<Lan>(5) : nullptr} {
        if (lan_ == nullptr) std::cout << "not as root, or without iproute2: no host is cut off\n";
    }
};

TEST_F(RunOnFiveHostsOfALan, NeverTwoThroughMixedFaults) {
    start({"--restart", "--grace", "500ms"});
    const auto seed = static_cast<unsigned>(number_from("BELLWETHER_RUN_SEED", 1));
    std::mt19937 dice{seed};
    const auto draw = [&](int from, int to) { return std::uniform_int_distribution{from, to}(dice); };
    const std::size_t faults = number_from("BELLWETHER_RUN_FAULTS", 12);
    std::size_t cuts = 0;
    for (std::size_t i = 0; i < faults; ++i) {
        const std::string node = leader_.node;
        const pid_t run = runs_[node]->pid();
        const std::chrono::milliseconds span{draw(100, 3000)};
        const auto pause = [&](pid_t pid) {
            ::kill(pid, SIGSTOP);
            std::this_thread::sleep_for(span);
            ::kill(pid, SIGCONT);
        };
        switch (draw(0, lan_ == nullptr ? 6 : 7)) {
            case 0: ::kill(leader_.pid, SIGKILL); break;
            case 1:
                ::kill(run, SIGKILL);
                (void)runs_[node]->await_end();
                start_run(node);
                break;
            case 2:
                mesh_.kill(node);
                std::this_thread::sleep_for(span);
                mesh_.start(node);
                break;
            case 3: pause(leader_.pid); break;
            case 4: pause(run); break;
            case 5:
                mesh_.pause(node);
                std::this_thread::sleep_for(span);
                mesh_.resume(node);
                break;
            case 7:
                mesh_.unplug(node);
                std::this_thread::sleep_for(span);
                mesh_.plug_in(node);
                ++cuts;
                break;
            default: (void)mesh_.order(node, {"stepdown", "--election", "work", "--for", "1s"}); break;
        }
        // Whoever leads now; the same one if it was only shaken.
        std::this_thread::sleep_for(300ms);
        const auto all = lines();
        if (!all.empty() && all.back().word == "start" && ::kill(all.back().pid, 0) == 0) {
            leader_ = all.back();
        } else {
            leader_ = await_start(all.empty() ? 0 : all.back().token);
        }
        ASSERT_FALSE(::testing::Test::HasFailure()) << "after fault " << i << " of seed " << seed;
    }
    expect_never_two();
    const auto all = lines();
    const auto is_start = [](const Line& line) { return line.word == "start"; };
    std::cout << faults << " faults, " << cuts << " of them a host cut off, "
              << std::count_if(all.begin(), all.end(), is_start) << " starts, never two\n";
}

}  // namespace
}  // namespace bellwether::testing
