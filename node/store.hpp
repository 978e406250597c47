// Writes the durable state on a thread of its own, so that a disk that stalls delays a vote and nothing else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "node/descriptor.hpp"
#include "node/state_file.hpp"
#include "protocol/durable.hpp"
#include "protocol/local_codec.hpp"

namespace bellwether::node {

// All but the constructor and the destructor from the loop's thread, and none of it ever waits for the disk.
class Store {
public:
    explicit Store(StateFile file);
    ~Store();  // Finishes what was begun; waits for the disk.
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // A record that still waits is superseded: the newer one makes it needless. Numbers rise.
    void begin_write(std::uint64_t write, protocol::Durable record);

    // Readable when there is something to take.
    [[nodiscard]] int event_fd() const { return event_.get(); }

    // The latest write that is on disk, with every older one; nothing if that is no news. Throws DatabaseError once a
    // write has failed: what is on disk is unknown then, so the daemon ends.
    [[nodiscard]] std::optional<std::uint64_t> take_stored();

    [[nodiscard]] std::vector<protocol::Counter> counters() const;

private:
    struct Write {
        std::uint64_t number{};
        protocol::Durable record;
    };

    void run();
    [[nodiscard]] std::optional<Write> await_write();
    void perform(const Write& write);
    void tell() const;

    StateFile file_;  // The thread's.
    Descriptor event_;

    mutable std::mutex mutex_;  // Over all that follows; held for moments only.
    std::condition_variable wake_;
    std::optional<Write> waiting_;
    std::optional<std::uint64_t> stored_;
    std::exception_ptr failure_;
    bool ending_ = false;
    std::uint64_t writes_ = 0;
    std::uint64_t superseded_ = 0;
    std::uint64_t longest_us_ = 0;

    std::thread thread_;  // Last: it uses the others.
};

}  // namespace bellwether::node
