#include "node/doorbell.hpp"

#include <poll.h>

namespace bellwether::node {

bool Doorbell::rings() {
    if (!touched_) {
        pollfd bell{.fd = fd_, .events = POLLIN, .revents = 0};
        touched_ = ::poll(&bell, 1, 0) != 0;
    }
    return touched_;
}

zmq::pollitem_t Doorbell::poll_item() const {
    if (touched_) return {socket_->handle(), 0, ZMQ_POLLIN, 0};
    return {nullptr, fd_, ZMQ_POLLIN, 0};
}

}  // namespace bellwether::node
