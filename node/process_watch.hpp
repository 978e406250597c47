// Processes by their pidfds: a pid may be given again, a pidfd means one process and tells when that is dead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "node/descriptor.hpp"

namespace bellwether::node {

// Used from one thread. However many are watched, there is one descriptor to poll.
class ProcessWatch {
public:
    ProcessWatch();  // Throws std::system_error.

    // Of one watched process; never given twice.
    using Key = std::uint64_t;

    // From now on; nothing, with `errno` of the kernel, if there is none of that number (ESRCH), or EMFILE if as many
    // are watched as may be.
    [[nodiscard]] std::optional<Key> watch(std::uint32_t pid);
    void forget(Key key) { watched_.erase(key); }

    // It was alive at the last take_dead().
    [[nodiscard]] bool is_watched(Key key) const { return watched_.contains(key); }
    // It is dead, though take_dead() may not have told it yet.
    [[nodiscard]] bool is_dead(Key key) const;

    // Whether kill() would be allowed.
    [[nodiscard]] bool may_kill(Key key) const;
    // With SIGKILL. Those that are not watched any more are left alone.
    void kill(Key key) const;

    // Readable while somebody is dead of whom take_dead() has not told.
    [[nodiscard]] int fd() const { return epoll_.get(); }
    // Each is told once and then forgotten; a cap a call.
    [[nodiscard]] std::vector<Key> take_dead();

    [[nodiscard]] std::size_t size() const { return watched_.size(); }

private:
    Descriptor epoll_;
    std::unordered_map<Key, Descriptor> watched_;
    Key last_key_ = 0;
    std::size_t most_;
};

}  // namespace bellwether::node
