#include "node/config_host.hpp"

#include <cerrno>
#include <vector>

#include <grp.h>

namespace bellwether::node {

std::optional<gid_t> find_group(const std::string& name) {
    group entry{};
    group* found = nullptr;
    std::vector<char> text(1024);
    while (getgrnam_r(name.c_str(), &entry, text.data(), text.size(), &found) == ERANGE) {
        text.resize(text.size() * 2);
    }
    return found == nullptr ? std::nullopt : std::optional{entry.gr_gid};
}

Mistakes mistakes_on_this_host(const Config& config) {
    Mistakes mistakes;
    if (const std::string& group = config.local.group; !group.empty() && !find_group(group)) {
        report(mistakes, config.local.group_place,
               "local.group: this host has no group " + quote(group) +
                   ": create it, or name one that exists on every host");
    }
    return mistakes;
}

}  // namespace bellwether::node
