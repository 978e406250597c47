#include "node/doorbell.hpp"

#include <poll.h>

namespace bellwether::node {

bool Doorbell::rings() {
    if (!touched_ && looks_itself_) {
        pollfd bell{.fd = fd_, .events = POLLIN, .revents = 0};
        touched_ = ::poll(&bell, 1, 0) != 0;
    }
    return touched_;
}

bool Doorbell::has_more() {
    if (touched_) touched_ = (socket_->get(zmq::sockopt::events) & ZMQ_POLLIN) != 0;
    return touched_;
}

}  // namespace bellwether::node
