// A process that stands for leadership and says what it is told, for tests that kill it.
//
//     stander RUN_DIR ELECTION [child]    With `child` it works through one, which only others end.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <variant>

#include <unistd.h>
#include <zmq.hpp>

#include "client/clock.hpp"
#include "client/session.hpp"

namespace {

using namespace bellwether;
using namespace std::chrono_literals;

constexpr unsigned longest_life_s = 120;  // Of a child that nobody ends.

pid_t start_child() {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::alarm(longest_life_s);
    for (;;) ::pause();
}

class Teller {
public:
    Teller(client::Session& session, pid_t child) : session_{session}, child_{child} {}

    void operator()(const client::Joined& joined) const {
        std::printf("joined %llu\n", static_cast<unsigned long long>(joined.session));
        if (child_ != 0) (void)session_.hold(static_cast<std::uint32_t>(child_));
    }
    void operator()(const client::Granted& granted) const { say("granted", granted.token); }
    void operator()(const client::Extended& /*extended*/) const {}
    void operator()(const client::Revoke& revoke) const {
        say("revoke", revoke.token);
        session_.revoked();
    }
    void operator()(const client::Lost& lost) const { say("lost", lost.token); }
    void operator()(const client::HeldProcess& held) const { std::printf("held %u %d\n", held.pid, held.killable); }
    void operator()(const client::Refused& refused) const {
        std::printf("refused %s %s\n", refused.reason.c_str(), refused.text.c_str());
    }
    void operator()(const client::Waiting& waiting) const { std::printf("waiting %s\n", waiting.text.c_str()); }
    void operator()(const protocol::Announcement& announcement) const {
        std::printf("announcement %s\n", announcement.leader.c_str());
    }

private:
    // With the moment, in nanoseconds of CLOCK_BOOTTIME.
    static void say(const char* word, protocol::Token token) {
        std::printf("%s %llu %llu\n", word, static_cast<unsigned long long>(token.value),
                    static_cast<unsigned long long>(protocol::ns_of(client::now())));
    }

    client::Session& session_;
    pid_t child_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const auto election = protocol::ElectionName::parse(argv[2]);
    if (!election) return 2;
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const pid_t child = argc > 3 && std::string_view{argv[3]} == "child" ? start_child() : 0;
    zmq::context_t context;
    client::Session session{context, argv[1], {.election = *election}};
    while (!session.is_over()) {
        if (const auto event = session.next(1s)) std::visit(Teller{session, child}, *event);
    }
    return 1;
}
