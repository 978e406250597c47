#include "client/locate.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/access.hpp"
#include "client/control.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::client {

namespace fs = std::filesystem;

namespace {

// Enough for <mesh>/<cluster>/run/<cluster>/<node>, and an end for a directory somebody put elsewhere.
constexpr int max_depth = 4;
constexpr std::size_t max_found = 1024;

struct Findings {
    std::vector<fs::path> nodes;
    std::vector<fs::path> closed;  // May not be looked into.
};

void collect(const fs::path& dir, int depth, Findings& found) {
    std::error_code error;
    if (fs::is_socket(dir / protocol::control_socket, error)) {
        found.nodes.push_back(dir);
        return;
    }
    fs::directory_iterator entry;
    if (error != std::errc::permission_denied && depth > 0) entry = fs::directory_iterator{dir, error};
    if (error == std::errc::permission_denied) found.closed.push_back(dir);
    // What is gone meanwhile holds no node that could be asked.
    for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
        if (found.nodes.size() + found.closed.size() >= max_found) return;
        std::error_code gone;
        if (entry->is_directory(gone) && !entry->is_symlink(gone)) collect(entry->path(), depth - 1, found);
    }
}

Findings look_below(const fs::path& dir) {
    // Without a trailing slash, so that the last component is the node's name.
    fs::path start = fs::absolute(dir).lexically_normal();
    if (!start.has_filename()) start = start.parent_path();
    Findings found;
    collect(start, max_depth, found);
    std::sort(found.nodes.begin(), found.nodes.end());
    std::sort(found.closed.begin(), found.closed.end());
    return found;
}

bool is_wanted(const fs::path& run_dir, const Wanted& wanted) {
    return (!wanted.node || run_dir.filename() == *wanted.node) &&
           (!wanted.cluster || run_dir.parent_path().filename() == *wanted.cluster);
}

std::string name_of(const fs::path& run_dir) {
    return run_dir.parent_path().filename().string() + '/' + run_dir.filename().string();
}

std::string wanted_name(const Wanted& wanted) {
    if (!wanted.node && !wanted.cluster) return "daemon";
    if (!wanted.node) return "daemon of cluster " + *wanted.cluster;
    return "node " + *wanted.node + (wanted.cluster ? " of cluster " + *wanted.cluster : "");
}

std::string joined(const std::vector<fs::path>& paths) {
    std::string text;
    for (const fs::path& path : paths) text += (text.empty() ? "" : ", ") + path.string();
    return text;
}

NotFound several(const std::vector<fs::path>& candidates) {
    std::string names;
    for (const fs::path& candidate : candidates) names += (names.empty() ? "" : ", ") + name_of(candidate);
    return {.why = NotFound::Why::ambiguous,
            .text = "several nodes are on this host: " + names + "; name one, for example --run-dir " +
                    candidates.front().string()};
}

NotFound forbidden(const fs::path& closed, const Wanted& wanted) {
    return {.why = NotFound::Why::forbidden,
            .text = "no " + wanted_name(wanted) + " that this user may ask: " + why_forbidden(closed)};
}

}  // namespace

std::vector<fs::path> default_run_bases() {
    const char* runtime_dir = std::getenv("XDG_RUNTIME_DIR");
    std::vector<fs::path> bases{protocol::default_run_base(::geteuid(), runtime_dir == nullptr ? "" : runtime_dir)};
    if (bases.front() != protocol::system_run_base) bases.emplace_back(protocol::system_run_base);
    return bases;
}

std::vector<fs::path> nodes_below(const fs::path& dir) { return look_below(dir).nodes; }

std::variant<fs::path, NotFound> locate(const Wanted& wanted) {
    const std::vector<fs::path> bases = wanted.run_dir ? std::vector{*wanted.run_dir} : default_run_bases();
    std::vector<fs::path> candidates;
    std::vector<fs::path> closed;
    for (const fs::path& base : bases) {
        Findings found = look_below(base);
        for (fs::path& run_dir : found.nodes) {
            if (is_wanted(run_dir, wanted)) candidates.push_back(std::move(run_dir));
        }
        closed.insert(closed.end(), found.closed.begin(), found.closed.end());
    }
    if (!wanted.run_dir && candidates.size() > 1) {
        std::erase_if(candidates, [](const fs::path& run_dir) { return why_not_reachable(run_dir).has_value(); });
    }
    if (candidates.size() == 1) return candidates.front();
    if (!candidates.empty()) return several(candidates);
    // If one that may not be looked into is that of the node, it says so to whoever asks there.
    const auto likely =
        std::find_if(closed.begin(), closed.end(), [&](const fs::path& dir) { return is_wanted(dir, wanted); });
    if (wanted.cluster && wanted.node) {
        if (likely != closed.end()) return *likely;
        return fs::path{protocol::run_directory(bases.front().string(), *wanted.cluster, *wanted.node)};
    }
    if (!closed.empty()) return forbidden(likely == closed.end() ? closed.front() : *likely, wanted);
    return NotFound{.why = NotFound::Why::none, .text = "no " + wanted_name(wanted) + " at or below " + joined(bases)};
}

}  // namespace bellwether::client
