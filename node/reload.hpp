// SIGHUP and `bellwether reload`: the configuration file is read once more, and its keys are those from then on. All
// else that it says differently takes a restart, and a file with a mistake changes nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "node/config.hpp"
#include "node/config_secret.hpp"
#include "node/descriptor.hpp"
#include "protocol/local_messages.hpp"

namespace bellwether::node {

// Of who asked at control.sock.
struct Asking {
    std::uint64_t caller{};
    std::uint64_t request{};
};

// What is to be made of a reading.
struct NewKeys {
    const Config& config;    // The running one with the keys of the file.
    const NodeConfig& self;  // Of that.
    const KeyPair* own;      // Null: has not changed.
};

// Used from the loop's thread. Reads on a thread of its own, as a disk may take its time.
class Reload {
public:
    // `running`, of which `self` is a node, as it was read at the start; `own` is empty without encryption.
    Reload(Config running, const NodeConfig& self, std::string own);
    ~Reload();
    Reload(const Reload&) = delete;
    Reload& operator=(const Reload&) = delete;

    // Nobody is told of a reading that a signal asked for. False: too many wait for one already.
    [[nodiscard]] bool ask(std::optional<Asking> asking);

    // Readable when there is something to take.
    [[nodiscard]] int event_fd() const { return event_.get(); }

    // If a reading has come to its end: puts its keys to use through `apply`, logs what became of it, and hands each
    // that asked for it the answer.
    using Answer = std::function<void(std::uint64_t caller, const protocol::ControlReply&)>;
    void take(const std::function<void(const NewKeys&)>& apply, const Answer& answer);

private:
    struct Reading {
        Config config;
        std::optional<KeyPair> own;
    };
    using Result = std::variant<Reading, std::vector<std::string>>;  // What is wrong, a line each.

    void begin();
    [[nodiscard]] Result read() const;
    [[nodiscard]] std::vector<std::string> changes_of(const Reading& reading) const;
    [[nodiscard]] protocol::ControlReply finish(Result& result, const std::function<void(const NewKeys&)>& apply);

    Config running_;
    std::string self_;
    std::string own_;
    std::vector<Asking> waiting_;  // For the next reading.
    std::vector<Asking> served_;  // By the one under way.
    bool again_ = false;
    Descriptor event_;  // eventfd
    std::mutex mutex_;
    std::optional<Result> result_;
    std::thread thread_;
};

}  // namespace bellwether::node
