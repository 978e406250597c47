// Somebody who sends far more than anybody should.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <sys/types.h>

#include <zmq.hpp>

namespace bellwether::testing {

// The sanitizers keep freed memory, and much of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_can_be_measured = false;
#else
inline constexpr bool memory_can_be_measured = true;
#endif

// Sends from a process of its own, so that the memory of this one is what the flood does to it. Make it before any
// thread: it goes on in a copy of this process.
class Flooder {
public:
    explicit Flooder(const std::function<void()>& flood);
    ~Flooder();
    Flooder(const Flooder&) = delete;
    Flooder& operator=(const Flooder&) = delete;

private:
    pid_t pid_;
};

// For a flooder to run. Prepares the socket, connects until somebody listens, uses it and stays; never returns.
void flood(
    zmq::socket_type type, const std::string& endpoint, const std::function<void(zmq::socket_t&)>& use,
    const std::function<void(zmq::socket_t&)>& prepare = [](zmq::socket_t&) {});

void send_a_million_parts(zmq::socket_t& socket, std::size_t size);
void subscribe_a_million_times(zmq::socket_t& socket, const std::string& beginning, std::size_t size);

}  // namespace bellwether::testing
