// What the loop waits for: all its descriptors in one epoll set. A node has some thirty of them; to hand the kernel the
// list at each wake-up, and to ask each socket once more, was a third of the work of a node's thread (perf).
#pragma once

#include <vector>

#include <sys/epoll.h>

#include "node/descriptor.hpp"
#include "node/doorbell.hpp"

namespace bellwether::node {

class Poller {
public:
    Poller();  // Throws std::system_error.

    // All that is watched is watched until the end, and stays where it is.
    void watch(int fd);  // Wakes; what there is to read its owner finds out.
    void watch(Doorbell& bell);

    // Until there is something to read, or something else to wake up for. Not if `at_once`.
    void wait(bool at_once);

    // Has each doorbell ring that has something by now.
    void look() { look_for(0); }

private:
    void watch(int fd, Doorbell* bell);
    void look_for(int timeout);

    Descriptor epoll_;
    std::vector<Doorbell*> bells_;
    std::vector<epoll_event> ready_;  // Room for all.
};

}  // namespace bellwether::node
