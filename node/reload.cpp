#include "node/reload.hpp"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "node/config_difference.hpp"

namespace bellwether::node {
namespace {

constexpr std::size_t max_waiting = 64;

std::string lines_of(const std::vector<std::string>& lines) { return fmt::format("{}", fmt::join(lines, "\n")); }

// The running configuration, but for the keys.
Config with_keys_of(Config running, const Config& read) {
    for (NodeConfig& node : running.nodes) {
        const NodeConfig* same = read.find(node.name);
        node.public_keys = same == nullptr ? std::vector<std::string>{} : same->public_keys;
    }
    return running;
}

// A file whose own mode is off may lack keys. To the daemon that runs encrypted, each would be one that was taken away.
std::optional<std::string> missing_key(const Config& running, const Config& read) {
    for (const NodeConfig& node : running.nodes) {
        const NodeConfig* same = read.find(node.name);
        if (same == nullptr || !same->public_keys.empty()) continue;
        return fmt::format(
            "{}: {} has no public_key, and this daemon runs with security.mode = {}: list its key until all daemons "
            "have been restarted without",
            running.file.string(), node.name, quote(to_string(running.security.mode)));
    }
    return std::nullopt;
}

}  // namespace

Reload::Reload(Config running, const NodeConfig& self, std::string own)
    : running_{std::move(running)},
      self_{self.name},
      own_{std::move(own)},
      event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (!event_) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

Reload::~Reload() {
    if (thread_.joinable()) thread_.join();
}

bool Reload::ask(std::optional<Asking> asking) {
    if (waiting_.size() >= max_waiting) return false;
    if (asking) waiting_.push_back(*asking);
    again_ = true;
    if (!thread_.joinable()) begin();
    return true;
}

void Reload::begin() {
    again_ = false;
    served_ = std::exchange(waiting_, {});
    thread_ = std::thread{[this] {
        Result result = read();
        const std::lock_guard lock{mutex_};
        result_ = std::move(result);
        ::eventfd_write(event_.get(), 1);
    }};
}

// On its own thread. What it looks at does not change until it has ended.
Reload::Result Reload::read() const {
    // Nobody may ever write to a pipe again, and the end of the daemon would wait for that.
    if (std::error_code ignored;
        std::filesystem::exists(running_.file, ignored) && !std::filesystem::is_regular_file(running_.file, ignored)) {
        return std::vector{fmt::format("{}: is no regular file, so it cannot be read again", running_.file.string())};
    }
    auto loaded = load(running_.file);
    if (const auto* mistakes = std::get_if<Mistakes>(&loaded)) {
        std::vector<std::string> lines;
        for (const Mistake& mistake : *mistakes) lines.push_back(to_line(running_.file, mistake));
        return lines;
    }
    Reading reading{.config = std::get<Config>(std::move(loaded)), .own = {}};
    const NodeConfig* self = reading.config.find(self_);
    if (self == nullptr) return std::vector{fmt::format("{}: has no node {} any more", running_.file.string(), self_)};
    if (running_.security.mode == SecurityMode::off) return reading;
    if (const auto refusal = missing_key(running_, reading.config)) return std::vector{*refusal};
    Config keys = with_keys_of(running_, reading.config);
    auto own = read_key_pair_of(keys, *keys.find(self_), ::geteuid());
    if (const auto* refusal = std::get_if<std::string>(&own)) return std::vector{*refusal};
    reading.own = std::get<KeyPair>(std::move(own));
    return reading;
}

void Reload::take(const std::function<void(const NewKeys&)>& apply, const Answer& answer) {
    std::optional<Result> result;
    {
        const std::lock_guard lock{mutex_};
        result = std::exchange(result_, std::nullopt);
    }
    if (!result) return;
    eventfd_t rung = 0;
    ::eventfd_read(event_.get(), &rung);
    thread_.join();
    protocol::ControlReply reply = finish(*result, apply);
    for (const Asking& asking : std::exchange(served_, {})) {
        reply.id = asking.request;
        answer(asking.caller, reply);
    }
    if (again_) begin();
}

protocol::ControlReply Reload::finish(Result& result, const std::function<void(const NewKeys&)>& apply) {
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&result)) {
        for (const std::string& line : *mistakes) spdlog::error("{}", line);
        spdlog::error("the configuration was read again, and nothing of it is used");
        return {.id = 0, .done = false, .reason = "bad_config", .text = lines_of(*mistakes)};
    }
    auto& reading = std::get<Reading>(result);
    const std::vector<std::string> changes = changes_of(reading);
    for (const std::string& line : changes) spdlog::info("the configuration was read again: {}", line);
    running_ = with_keys_of(std::move(running_), reading.config);
    if (reading.own) {
        const bool is_new = std::exchange(own_, reading.own->public_key) != reading.own->public_key;
        apply({.config = running_, .self = *running_.find(self_), .own = is_new ? &*reading.own : nullptr});
    }
    return {.id = 0, .done = true, .reason = "", .text = lines_of(changes)};
}

// A line each.
std::vector<std::string> Reload::changes_of(const Reading& reading) const {
    std::vector<std::string> lines;
    const auto rekeyed = rekeyed_nodes(running_, reading.config);
    if (!reading.own) {
        lines.emplace_back("security.mode is \"off\", so there are no keys to change");
    } else if (!rekeyed.empty()) {
        lines.push_back(fmt::format("the public keys of {} have changed", fmt::join(rekeyed, ", ")));
    }
    if (reading.own && reading.own->public_key != own_) lines.emplace_back("this node has another secret key");
    if (lines.empty()) lines.emplace_back("no key has changed");
    if (const auto others = differences(running_, reading.config); !others.empty()) {
        lines.push_back(fmt::format("what else differs takes a restart: {}", fmt::join(others, ", ")));
    }
    return lines;
}

}  // namespace bellwether::node
