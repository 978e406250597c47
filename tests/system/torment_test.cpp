// Nodes are killed, paused and ended at random, majorities too: never are two leaders believed in, tokens only grow,
// and when it is over the best-ranked leads. BELLWETHER_FAULTS=200 for a longer one, BELLWETHER_SEED for another one.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <thread>

#include "client/clock.hpp"
#include "tests/support/real_mesh.hpp"
#include "tools/chaos/report.hpp"
#include "tools/chaos/report_text.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;

unsigned number_of_environment(const char* name, unsigned otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : static_cast<unsigned>(std::stoul(value));
}

class Tormentor {
public:
    Tormentor(RealMesh& mesh, unsigned seed) : mesh_{mesh}, dice_{seed} {}

    // Whoever is up is struck, whoever is not is brought back; then the mesh is left alone for a while.
    void strike() {
        const std::string& node = mesh_.names()[dice_() % mesh_.names().size()];
        if (mesh_.is_up(node)) {
            silence(node);
            ++faults_;
        } else {
            revive(node);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{100 + dice_() % 500});
    }

    void revive_all() {
        for (const std::string& node : mesh_.names()) {
            if (!mesh_.is_up(node)) revive(node);
        }
    }

    [[nodiscard]] unsigned faults() const { return faults_; }

private:
    void silence(const std::string& node) {
        switch (dice_() % 3) {
            case 0: mesh_.kill(node); break;
            case 1: mesh_.pause(node); break;
            default: end(node); break;
        }
    }

    void end(const std::string& node) {
        const int status = mesh_.terminate(node);
        // Or it had only just been started, and did not listen to signals yet.
        EXPECT_TRUE(status == 0 || status == 128 + SIGTERM) << node << " ended with " << status;
    }

    void revive(const std::string& node) {
        if (mesh_.is_paused(node)) {
            mesh_.resume(node);
        } else {
            mesh_.start(node);
        }
    }

    RealMesh& mesh_;
    std::mt19937 dice_;
    unsigned faults_{};
};

TEST(TormentInRealTime, NeverAreTwoLeadersBelievedInAndTokensOnlyGrow) {
    const unsigned faults = number_of_environment("BELLWETHER_FAULTS", 30);
    const unsigned seed = number_of_environment("BELLWETHER_SEED", 1);
    RealMesh mesh;
    mesh.start_all();
    (void)mesh.await_leader("alpha");
    const protocol::Time begin = client::now();
    Tormentor tormentor{mesh, seed};
    while (tormentor.faults() < faults) tormentor.strike();
    tormentor.revive_all();
    (void)mesh.await_leader("alpha");

    const Record record = mesh.listener().record();
    const chaos::Report report = chaos::make_report(record.history);
    std::cout << faults << " faults, seed " << seed << ", "
              << std::chrono::duration<double>{client::now() - begin}.count() << " s\n"
              << chaos::summary(record.history, report);
    EXPECT_TRUE(report.is_safe());
    ASSERT_FALSE(report.elections.empty());
    EXPECT_GE(report.elections.front().changes, 1U);
}

}  // namespace
}  // namespace bellwether::testing
