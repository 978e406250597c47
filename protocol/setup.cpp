#include "protocol/setup.hpp"

#include <algorithm>
#include <cassert>

namespace bellwether::protocol {

std::uint32_t metadata_version(const std::vector<std::uint8_t>& metadata) {
    if (metadata.empty()) {
        return 0;
    }
    const std::uint64_t hash = fingerprint({reinterpret_cast<const char*>(metadata.data()), metadata.size()});
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U)) | 1U;
}

const Member* Setup::find(NodeId id) const {
    const auto place = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.id == id; });
    return place == members.end() ? nullptr : &*place;
}

const Member& Setup::member(NodeId id) const {
    const Member* found = find(id);
    assert(found != nullptr);
    return *found;
}

std::vector<NodeId> Setup::voters() const {
    std::vector<NodeId> ids;
    for (const Member& member : members) {
        if (member.voter) {
            ids.push_back(member.id);
        }
    }
    return ids;
}

std::string_view Setup::name_of(NodeId id) const {
    const Member* found = find(id);
    return found == nullptr ? std::string_view{} : std::string_view{found->name};
}

}  // namespace bellwether::protocol
