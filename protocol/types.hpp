// The words of the protocol as types: a term is not a node id, and the compiler knows.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bellwether::protocol {

template <class Tag, std::unsigned_integral Rep>
struct Strong {
    Rep value{};
    friend auto operator<=>(const Strong&, const Strong&) = default;
};

using NodeId = Strong<struct NodeIdTag, std::uint16_t>;            // 1...65535; 0 is nobody.
using Incarnation = Strong<struct IncarnationTag, std::uint64_t>;  // One life of a daemon: says who, never when.
using Term = Strong<struct TermTag, std::uint64_t>;                // Per election; at most max_term.
using Priority = Strong<struct PriorityTag, std::uint16_t>;        // 0...1000; 0 votes and never leads.

// The send time of a message on its sender's own clock in nanoseconds, strictly rising within an incarnation:
// it is the sequence number and, echoed, the measure of a lease.
using Sent = Strong<struct SentTag, std::uint64_t>;

// One process's stand for an election: chosen by the shell, never given twice in an incarnation; 0 is none.
using SessionId = Strong<struct SessionIdTag, std::uint64_t>;

inline constexpr NodeId nobody{};
inline constexpr Term max_term{std::uint64_t{1} << 43U};  // A token of it still fits a JSON number.

// Who leads does so as one holder after another: token = term * 1000 + holder.
inline constexpr std::uint16_t max_holder = 999;
using Token = Strong<struct TokenTag, std::uint64_t>;
[[nodiscard]] constexpr Token token_of(Term term, std::uint16_t holder) { return {term.value * 1000 + holder}; }

// A node in one incarnation: what a vote, a promise or an ack is given to.
struct Instance {
    NodeId node{};
    Incarnation incarnation{};
    friend auto operator<=>(const Instance&, const Instance&) = default;
};

// The larger wins. The order of the fields is the order of the comparison.
struct Rank {
    Priority priority{};
    NodeId node{};
    friend auto operator<=>(const Rank&, const Rank&) = default;
};

// The name of an election, 1-64 of [a-zA-Z0-9_-], held in place: copying one costs no allocation.
class ElectionName {
public:
    static constexpr std::size_t max_size = 64;

    // Nothing if the text is not a name.
    [[nodiscard]] static std::optional<ElectionName> parse(std::string_view text);

    // "default", the election that always exists.
    ElectionName();

    [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }
    [[nodiscard]] std::string str() const { return std::string{view()}; }

    friend bool operator==(const ElectionName& a, const ElectionName& b) { return a.view() == b.view(); }
    friend std::strong_ordering operator<=>(const ElectionName& a, const ElectionName& b) {
        return a.view() <=> b.view();
    }

private:
    std::array<char, max_size> text_{};
    std::uint8_t size_{};
};

// Why the present leadership, or its absence, is so. The word travels in heartbeats and announcements.
enum class Reason : std::uint8_t {
    unknown,  // Not heard yet.
    elected,
    renewed,  // The node that led before leads again, under a new term.
    stepdown,
    transfer,
    drain,
    shutdown,
    health,
    preempted,
    session_ended,
    lease_lost,
    no_quorum,
};
inline constexpr std::uint8_t reason_count = 12;
[[nodiscard]] std::string_view to_string(Reason reason);

// FNV-1a, 64 bits: names a cluster, a voter list or a configuration in messages. Not a defence against forgery.
[[nodiscard]] std::uint64_t fingerprint(std::string_view text);

}  // namespace bellwether::protocol

template <class Tag, class Rep>
struct std::hash<bellwether::protocol::Strong<Tag, Rep>> {
    std::size_t operator()(const bellwether::protocol::Strong<Tag, Rep>& strong) const noexcept {
        return std::hash<Rep>{}(strong.value);
    }
};
template <>
struct std::hash<bellwether::protocol::ElectionName> {
    std::size_t operator()(const bellwether::protocol::ElectionName& name) const noexcept {
        return std::hash<std::string_view>{}(name.view());
    }
};
