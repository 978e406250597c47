#include "client/locate.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/control.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::client {

namespace fs = std::filesystem;

namespace {

// Enough for <mesh>/<cluster>/run/<cluster>/<node>, and an end for a directory somebody put elsewhere.
constexpr int max_depth = 4;
constexpr std::size_t max_nodes_found = 1024;

void collect(const fs::path& dir, int depth, std::vector<fs::path>& found) {
    std::error_code error;
    if (fs::is_socket(dir / protocol::control_socket, error)) {
        found.push_back(dir);
        return;
    }
    if (depth == 0) return;
    // What may not be read, or is gone meanwhile, holds no node that could be asked.
    for (fs::directory_iterator entry{dir, error}, end; !error && entry != end; entry.increment(error)) {
        if (found.size() >= max_nodes_found) return;
        std::error_code gone;
        if (entry->is_directory(gone) && !entry->is_symlink(gone)) collect(entry->path(), depth - 1, found);
    }
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
    return {.ambiguous = true,
            .text = "several nodes are on this host: " + names + "; name one, for example --run-dir " +
                    candidates.front().string()};
}

}  // namespace

std::vector<fs::path> default_run_bases() {
    const char* runtime_dir = std::getenv("XDG_RUNTIME_DIR");
    std::vector<fs::path> bases{protocol::default_run_base(::geteuid(), runtime_dir == nullptr ? "" : runtime_dir)};
    if (bases.front() != protocol::system_run_base) bases.emplace_back(protocol::system_run_base);
    return bases;
}

std::vector<fs::path> nodes_below(const fs::path& dir) {
    // Without a trailing slash, so that the last component is the node's name.
    fs::path start = fs::absolute(dir).lexically_normal();
    if (!start.has_filename()) start = start.parent_path();
    std::vector<fs::path> found;
    collect(start, max_depth, found);
    std::sort(found.begin(), found.end());
    return found;
}

std::variant<fs::path, NotFound> locate(const Wanted& wanted) {
    const std::vector<fs::path> bases = wanted.run_dir ? std::vector{*wanted.run_dir} : default_run_bases();
    std::vector<fs::path> candidates;
    for (const fs::path& base : bases) {
        for (fs::path& run_dir : nodes_below(base)) {
            if (is_wanted(run_dir, wanted)) candidates.push_back(std::move(run_dir));
        }
    }
    if (!wanted.run_dir && candidates.size() > 1) {
        std::erase_if(candidates, [](const fs::path& run_dir) { return !why_not_reachable(run_dir).empty(); });
    }
    if (candidates.size() == 1) return candidates.front();
    if (!candidates.empty()) return several(candidates);
    if (wanted.cluster && wanted.node) {
        return fs::path{protocol::run_directory(bases.front().string(), *wanted.cluster, *wanted.node)};
    }
    return NotFound{.ambiguous = false, .text = "no " + wanted_name(wanted) + " at or below " + joined(bases)};
}

}  // namespace bellwether::client
