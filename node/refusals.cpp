#include "node/refusals.hpp"

#include <cstddef>

#include <spdlog/spdlog.h>

namespace bellwether::node {
namespace {

constexpr std::chrono::minutes quiet{1};
constexpr std::size_t max_told = 8;  // Of a kind, in a minute.

}  // namespace

Refusals::Refusals(std::initializer_list<std::string_view> kinds) {
    for (const std::string_view kind : kinds) kinds_.emplace(kind, Kind{});
}

void Refusals::count(std::string_view kind) {
    const std::lock_guard lock{mutex_};
    counted(kind);
}

Refusals::Kind& Refusals::counted(std::string_view kind) {
    auto found = kinds_.find(kind);
    if (found == kinds_.end()) found = kinds_.emplace(kind, Kind{}).first;
    ++found->second.count;
    return found->second;
}

void Refusals::report(std::string_view kind, std::string_view who, std::string_view sentence,
                      std::chrono::steady_clock::time_point now) {
    const std::lock_guard lock{mutex_};
    Kind& of_kind = counted(kind);
    if (of_kind.told.empty() || now - of_kind.minute >= quiet) {
        of_kind.minute = now;
        of_kind.told.clear();
    }
    if (of_kind.told.size() > max_told || !of_kind.told.emplace(who).second) {
        ++of_kind.untold;
    } else if (of_kind.told.size() > max_told) {
        ++of_kind.untold;
        spdlog::warn("{}: more than {} peers or strangers in a minute, the others are counted only", kind, max_told);
    } else if (of_kind.untold > 0) {
        spdlog::warn("{}: {} ({} more of {} since the last such line)", who, sentence, of_kind.untold, kind);
        of_kind.untold = 0;
    } else {
        spdlog::warn("{}: {}", who, sentence);
    }
}

void Refusals::append_counters(std::vector<protocol::Counter>& counters) const {
    const std::lock_guard lock{mutex_};
    for (const auto& [name, kind] : kinds_) counters.push_back({name, kind.count});
}

std::uint64_t Refusals::of(std::string_view kind) const {
    const std::lock_guard lock{mutex_};
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? 0 : found->second.count;
}

}  // namespace bellwether::node
