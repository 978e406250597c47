// A worker that acts only while its host leads: a loop of events, a thread that works, and a token that goes along with
// each act. `worker RUN_DIR ELECTION COMMAND...` calls the command with the token each 100 ms while it may.
#include <chrono>
#include <cstdio>
#include <functional>
#include <future>
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
void work(const client::Guard& guard, const std::vector<std::string>& command, const std::future<void>& stopped) {
    do {
        if (const protocol::Token token = guard.token(); token.value != 0) act(token, command);
    } while (stopped.wait_for(100ms) == std::future_status::timeout);
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
    // An act is a process that nobody names: it may outlive this one, so the lease is waited for.
    client::Session session{context, argv[1], {.election = *election, .forks = true}};
    std::promise<void> stop;
    std::thread worker;
    const auto stop_work = [&] {
        if (!worker.joinable()) return;
        stop.set_value();
        worker.join();
    };
    while (!session.is_over()) {
        const auto event = session.next(1s);
        if (!event) continue;
        if (const auto* granted = std::get_if<client::Granted>(&*event)) {
            std::printf("leading with token %llu\n", static_cast<unsigned long long>(granted->token.value));
            stop_work();
            stop = {};
            worker = std::thread{work, session.guard(), std::cref(command), stop.get_future()};
        } else if (std::holds_alternative<client::Revoke>(*event)) {
            stop_work();
            session.revoked();  // Not before the last act is over.
            std::printf("asked to stop\n");
        } else if (std::holds_alternative<client::Lost>(*event)) {
            stop_work();
            std::printf("lost\n");
        } else if (const auto* refused = std::get_if<client::Refused>(&*event)) {
            std::fprintf(stderr, "%s\n", refused->text.c_str());
        }
        std::fflush(stdout);
    }
    stop_work();
    return 1;
}
