// What a node is told at its start and never again: who it is, who the others are, the numbers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "protocol/params.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

struct Member {
    NodeId id{};
    std::string name{};
    bool voter = true;
    Priority priority{1};
    std::vector<std::uint8_t> metadata{};  // msgpack map; told to every subscriber while this node leads.
};

// Names one state of a metadata map: 0 is the empty one.
[[nodiscard]] std::uint32_t metadata_version(const std::vector<std::uint8_t>& metadata);

struct Setup {
    std::string cluster{};
    NodeId self{};
    std::vector<Member> members{};  // All of the mesh, self included, sorted by id; at least one voter.
    Params params{};
    std::vector<std::pair<ElectionName, ElectionSettings>> elections{};  // Those the file declares; "default" is one.
    ElectionSettings dynamic{};  // For elections it does not.
    Duration session_timeout = 10s;  // A session that says nothing for so long has ended.
    std::uint64_t config_hash{};  // Shown in status, compared by people.

    [[nodiscard]] const Member& member(NodeId id) const;  // Must exist.
    [[nodiscard]] const Member* find(NodeId id) const;
    [[nodiscard]] const Member& own() const { return member(self); }
    [[nodiscard]] std::vector<NodeId> voters() const;
    [[nodiscard]] std::string_view name_of(NodeId id) const;  // "" for an unknown one.
};

}  // namespace bellwether::protocol
