// How a connection begins in ZMTP, the bytes under ZeroMQ, and whether it may go on.
//
// A ROUTER knows its peers by routing ids. libzmq 4.3.4 names one that has none by a zero byte and the next number of a
// counter, lets any peer claim such a name for itself, and ends the process when it then comes to that number
// (router.cpp, identify_peer: "Assertion failed: ok"). Names that begin with a zero byte are reserved, so nobody else
// may have one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bellwether::node {

enum class Greeting : std::uint8_t {
    incomplete,  // More bytes will tell.
    harmless,  // Whatever is still to come. What is no ZMTP at all is up to libzmq.
    refused,  // It claims a reserved routing id, or may do so in a way that is not looked at.
};

// By so many bytes no greeting is incomplete any more.
inline constexpr std::size_t max_greeting_bytes = 64 + 9 + 1024;

// `begun`: what the one who connected has sent so far, from the first byte on.
//   Refused are ZMTP 1 and 2, which name the peer elsewhere (libzmq has spoken 3 since its version 4.0), and a READY of
// more than 1 KiB. Behind encryption nothing can be seen: who gets there has a key of the mesh.
[[nodiscard]] Greeting judge_greeting(std::span<const std::byte> begun);

}  // namespace bellwether::node
