#include "node/control_desk.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "protocol/params.hpp"

namespace bellwether::node {

using protocol::Command;
using protocol::CommandKind;
using protocol::ControlReply;
using protocol::ControlRequest;
using protocol::Duration;

namespace {

constexpr std::size_t max_waiting = 1024;

std::optional<CommandKind> kind_of(std::string_view type) {
    if (type == "stepdown") return CommandKind::stepdown;
    if (type == "transfer") return CommandKind::transfer;
    if (type == "drain") return CommandKind::drain;
    if (type == "undrain") return CommandKind::undrain;
    return std::nullopt;
}

// Who works on a host undrains it when the work is done; the others are to pass by themselves.
Duration default_hold_of(CommandKind kind) {
    return kind == CommandKind::drain ? protocol::max_hold : protocol::default_hold;
}

ControlReply refuse(const ControlRequest& request, std::string reason, std::string text) {
    return {.id = request.id, .done = false, .reason = std::move(reason), .text = std::move(text)};
}

}  // namespace

ControlDesk::Outcome ControlDesk::accept(std::uint64_t caller, const ControlRequest& request) {
    if (auto refusal = mistake_in(request)) return *std::move(refusal);
    if (waiting_.size() >= max_waiting) {
        return refuse(request, "limit", fmt::format("{} requests are waiting for an answer already", max_waiting));
    }
    waiting_[++last_id_] = {caller, request.id};
    const auto& members = setup_->members;
    const auto target = std::find_if(members.begin(), members.end(),
                                     [&](const protocol::Member& member) { return member.name == request.target; });
    return Command{.id = last_id_,
                   .kind = *kind_of(request.type),
                   .election = request.election,
                   .target = target == members.end() ? protocol::nobody : target->id,
                   .hold = request.hold.value_or(default_hold_of(*kind_of(request.type)))};
}

std::optional<ControlDesk::Delivery> ControlDesk::answer(const protocol::Answer& answer) {
    const auto place = waiting_.find(answer.id);
    if (place == waiting_.end()) return std::nullopt;
    const Waiting waiting = place->second;
    waiting_.erase(place);
    return Delivery{waiting.caller,
                    {.id = waiting.request, .done = answer.done, .reason = answer.reason, .text = answer.text}};
}

std::string ControlDesk::names_of_nodes() const {
    std::string names;
    for (const protocol::Member& member : setup_->members) {
        names += (names.empty() ? "" : ", ") + member.name;
    }
    return names;
}

std::optional<ControlReply> ControlDesk::mistake_in(const ControlRequest& request) const {
    const auto kind = kind_of(request.type);
    if (!kind) {
        return refuse(
            request, "unknown_type",
            fmt::format("\"{}\" is not a request; there are status, stepdown, transfer, drain, undrain, reload, and of "
                        "sessions campaign, answer, alive, holds, revoked, resign",
                        request.type));
    }
    if (request.target.empty() && kind == CommandKind::transfer) {
        return refuse(request, "no_target", "transfer needs a target, one of " + names_of_nodes());
    }
    const bool is_named = std::any_of(setup_->members.begin(), setup_->members.end(),
                                      [&](const protocol::Member& member) { return member.name == request.target; });
    if (!request.target.empty() && !is_named) {
        return refuse(request, "unknown_node",
                      fmt::format("there is no node \"{}\"; there are {}", request.target, names_of_nodes()));
    }
    if (request.hold && (*request.hold <= Duration::zero() || *request.hold > protocol::max_hold)) {
        return refuse(request, "bad_duration", "the time must be more than 0 and at most 24h");
    }
    return std::nullopt;
}

}  // namespace bellwether::node
