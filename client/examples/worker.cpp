// A worker that acts only while its host leads: a loop of events, a thread that works, and a token that goes along with
// each act. `worker RUN_DIR ELECTION COMMAND...` calls the command with the token each 100 ms while it may.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bellwether/client/session.hpp>

using namespace std::chrono_literals;
namespace client = bellwether::client;
namespace protocol = bellwether::protocol;

namespace {

// Whoever is acted on refuses a token that is smaller than one it has seen: then a pause right here does no harm.
void act(protocol::Token token, std::vector<std::string> command) {
    command.push_back(std::to_string(token.value));
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    pid_t pid = 0;
    if (::posix_spawnp(&pid, words.front(), nullptr, nullptr, words.data(), environ) != 0) return;
    ::waitpid(pid, nullptr, 0);
}

// One act at a time, and none is begun when it may not.
void work(const client::Guard& guard, const std::vector<std::string>& command, const std::atomic<bool>& done) {
    for (; !done; std::this_thread::sleep_for(100ms)) {
        if (const protocol::Token token = guard.token(); token.value != 0) act(token, command);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto election = protocol::ElectionName::parse(argc > 3 ? argv[2] : "");
    if (!election) {
        std::fprintf(stderr, "usage: worker RUN_DIR ELECTION COMMAND...\n");
        return 2;
    }
    const std::vector<std::string> command{argv + 3, argv + argc};
    zmq::context_t context;
    client::Session session{context, argv[1], {.election = *election}};
    std::atomic<bool> done{false};
    std::thread worker;
    const auto stop = [&] {
        done = true;
        if (worker.joinable()) worker.join();
        done = false;
    };
    while (!session.is_over()) {
        const auto event = session.next(1s);
        if (!event) continue;
        if (const auto* granted = std::get_if<client::Granted>(&*event)) {
            std::printf("leading with token %llu\n", static_cast<unsigned long long>(granted->token.value));
            stop();
            worker = std::thread{work, session.guard(), command, std::cref(done)};
        } else if (std::holds_alternative<client::Revoke>(*event)) {
            stop();
            session.revoked();  // Not before the last act is over.
            std::printf("asked to stop\n");
        } else if (std::holds_alternative<client::Lost>(*event)) {
            stop();
            std::printf("lost\n");
        } else if (const auto* refused = std::get_if<client::Refused>(&*event)) {
            std::fprintf(stderr, "%s\n", refused->text.c_str());
        }
        std::fflush(stdout);
    }
    stop();
    return 1;
}
