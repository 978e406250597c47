#include "tests/explore/canon.hpp"

#include <algorithm>
#include <variant>

namespace bellwether::explore {

using namespace protocol;

namespace {

// Apart from every age there is.
constexpr std::uint64_t no_time = ~std::uint64_t{0};
constexpr std::uint64_t past = no_time - 1;
constexpr std::uint64_t always = no_time - 2;

}  // namespace

void Canon::until(Time time) {
    if (time <= now_) {
        add(past);
    } else if (time == never) {
        add(always);
    } else {
        add(time - now_);
    }
}

void Canon::since(Time time, Duration longest) {
    if (time == never) {
        add(no_time);
    } else if (time == long_ago) {
        add(always);
    } else {
        add(std::min<Duration>(now_ - time, longest));
    }
}

void Canon::age(NodeId sender, Sent sent, Duration old) {
    if (sent == Sent{}) return add(no_time);
    const Duration age = setting_.local(sender, at_) - at_ns(sent.value);
    if (age > old) return add(past);
    add(age);
}

void Canon::add(const ElectionView& view) {
    add(view.stands);
    add(view.term);
    add(view.heir);
    add(view.supports);
    add(view.pending);
    add(view.voted);
    add(view.priority);
    add(view.eligible);
    add(view.holder);
    add(view.reason);
    add(view.hold_ms);
}

// Of its acks a receiver reads those of itself.
void Canon::add(const Heartbeat& heartbeat) {
    add(heartbeat.sender);
    add(heartbeat.incarnation);
    sent(heartbeat.sender, heartbeat.sent);
    add(heartbeat.lease);
    add(heartbeat.votes);
    add(heartbeat.quarantine);
    add(heartbeat.new_state);
    add(heartbeat.leaving);
    add(heartbeat.floor);
    add(heartbeat.ceiling);
    add(heartbeat.largest_promise);
    for (const ElectionView& view : heartbeat.elections) {
        add(view);
    }
}

void Canon::add(const VoteRequest& request) {
    add(request.sender);
    add(request.incarnation);
    sent(request.sender, request.sent);
    add(request.request);
    add(request.term);
    add(request.probe);
}

void Canon::add(const VoteReply& reply, NodeId to) {
    add(reply.sender);
    add(reply.request);
    add(reply.incarnation);
    add(reply.term);
    add(reply.verdict);
    sent(to, reply.ack);
    add(reply.voter_term);
}

void Canon::add(const Transfer& transfer) {
    add(transfer.sender);
    add(transfer.incarnation);
    add(transfer.request);
    add(transfer.step);
}

void Canon::add(const Durable& durable) {
    add(durable.incarnation);
    add(durable.largest_promise);
    add(durable.floor);
    add(durable.new_state);
    for (const ElectionRecord& record : durable.elections) {
        add(record.term);
        add(record.vote);
    }
}

std::uint64_t Canon::letter(const Setting& setting, std::uint32_t at, NodeId to, const Event& letter) {
    Canon canon{setting, at, setting.local(to, at)};
    canon.add(letter.index());
    if (const auto* down = std::get_if<LinkDown>(&letter)) {
        canon.add(down->peer);
        return canon.value();
    }
    const Message& message = std::get<Received>(letter).message;
    canon.add(message.index());
    if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
        canon.add(*heartbeat);
        for (const Ack& ack : heartbeat->acks) {
            if (ack.peer == to) {
                canon.add(ack.incarnation);
                canon.sent(to, ack.heard);
                canon.add(ack.ceiling);
            }
        }
    } else if (const auto* request = std::get_if<VoteRequest>(&message)) {
        canon.add(*request);
    } else if (const auto* reply = std::get_if<VoteReply>(&message)) {
        canon.add(*reply, to);
    } else {
        // Neither commands are passed on nor metadata asked for in an explored mesh.
        canon.add(std::get<Transfer>(message));
    }
    return canon.value();
}

}  // namespace bellwether::explore
