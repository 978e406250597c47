#include "node/refusals.hpp"

#include <cstddef>

#include <spdlog/spdlog.h>

namespace bellwether::node {
namespace {

constexpr std::chrono::minutes quiet{1};
// Peers are few, but strangers may come from any address.
constexpr std::size_t max_told = 1024;

}  // namespace

Refusals::Refusals(std::initializer_list<std::string_view> kinds) {
    for (const std::string_view kind : kinds) counts_.emplace(kind, 0);
}

void Refusals::count(std::string_view kind) {
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find(kind);
    if (found == counts_.end()) {
        counts_.emplace(kind, 1);
    } else {
        ++found->second;
    }
}

void Refusals::report(std::string_view kind, std::string_view who, std::string_view sentence) {
    count(kind);
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock{mutex_};
    if (told_.size() >= max_told) told_.clear();
    const auto [entry, first] = told_.try_emplace({std::string{kind}, std::string{who}}, Told{now, 0});
    Told& told = entry->second;
    if (!first && now - told.at < quiet) {
        ++told.untold;
        return;
    }
    if (told.untold > 0) {
        spdlog::warn("{}: {} ({} more of this kind since the last such line)", who, sentence, told.untold);
    } else {
        spdlog::warn("{}: {}", who, sentence);
    }
    told = {now, 0};
}

void Refusals::append_counters(std::vector<protocol::Counter>& counters) const {
    const std::lock_guard lock{mutex_};
    for (const auto& [kind, count] : counts_) counters.push_back({kind, count});
}

std::uint64_t Refusals::of(std::string_view kind) const {
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find(kind);
    return found == counts_.end() ? 0 : found->second;
}

}  // namespace bellwether::node
