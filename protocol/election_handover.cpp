// Hand-over: letting go, then an election whose winner is known to be able, unless nobody stands here any more.
// docs/protocol.md, "Hand-over". It needs no safety rule of its own.
#include <algorithm>
#include <cassert>
#include <utility>

#include "protocol/election.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

bool Election::is_able(NodeId heir) const {
    const auto heard = heard_.find(heir);
    return heard != heard_.end() && heard->second.view.eligible == Eligible::yes && heir != host_.self.node &&
           host_.is_linked(heir);
}

NodeId Election::best_heir(const std::vector<NodeId>& except) const {
    Rank best{};
    for (const auto& [id, heard] : heard_) {
        if (is_able(id) && std::find(except.begin(), except.end(), id) == except.end()) {
            best = std::max(best, Rank{heard.view.priority, id});
        }
    }
    return best.node;
}

NodeId Election::best_untried_heir() const {
    std::vector<NodeId> failed;
    for (const auto& [id, heard] : heard_) {
        if (host_.now < heard.next_handover) {
            failed.push_back(id);
        }
    }
    const NodeId heir = best_heir(failed);
    return heir != nobody ? heir : best_heir({});
}

void Election::step_down(NodeId target, Duration hold, Requester requester) {
    const auto* leader = std::get_if<Leader>(&role_);
    if (leader == nullptr) {
        tell(requester, false, "not_leader", "this node does not lead");
        return;
    }
    if (leader->handover) {
        tell(requester, false, "busy", "a hand-over is under way already");
        return;
    }
    const NodeId heir = target == nobody ? best_heir({}) : target;
    if (heir == nobody || !is_able(heir)) {
        tell(requester, false, "no_heir", "no eligible node is linked that could lead instead; this one leads on");
        return;
    }
    begin_handover(heir, Reason::stepdown, hold, target == nobody, requester);
}

void Election::transfer(NodeId target, Duration hold, Requester requester) {
    const auto* leader = std::get_if<Leader>(&role_);
    if (leader == nullptr) {
        tell(requester, false, "not_leader", "this node does not lead any more");
    } else if (leader->handover) {
        tell(requester, false, "busy", "a hand-over is under way already");
    } else if (target == host_.self.node) {
        hold_until_ = host_.now + hold;
        tell(requester, true, "", "it leads already, and nobody preempts it for the time given");
    } else if (!is_able(target)) {
        tell(requester, false, "not_eligible", "that node is not linked, or not eligible to lead");
    } else {
        begin_handover(target, Reason::transfer, hold, false, requester);
    }
}

void Election::hand_over_to_leave(Leader& leader) {
    if (const NodeId heir = best_heir({}); heir != nobody) {
        begin_handover(heir, Reason::shutdown, {}, true, {});
    } else {
        // Nobody can follow: it goes all the same, once nobody here believes any more.
        leader.handover = HandOver{.reason = Reason::shutdown, .phase = HandOver::Phase::expiring};
    }
}

void Election::begin_handover(NodeId heir, Reason reason, Duration hold, bool any_heir, Requester requester) {
    auto& leader = std::get<Leader>(role_);
    assert(!leader.handover);
    leader.handover = HandOver{.reason = reason, .hold = hold, .any_heir = any_heir, .requester = requester};
    prepare(*leader.handover, heir);
}

void Election::prepare(HandOver& handover, NodeId heir) {
    handover.heir = heir;
    handover.tried.push_back(heir);
    handover.phase = HandOver::Phase::probing;
    handover.request = host_.next_request();
    handover.deadline = host_.now + 2 * host_.params().campaign_timeout;
    decide({.rule = Rule::handover_prepare, .peer = heir, .reason = handover.reason});
    host_.send(heir, Transfer{.sender = host_.self.node,
                              .incarnation = host_.self.incarnation,
                              .request = handover.request,
                              .election = name_,
                              .step = TransferStep::prepare});
}

void Election::on_transfer(const Transfer& transfer) {
    if (transfer.step == TransferStep::prepare) {
        const bool can_follow = eligible() == Eligible::yes && std::holds_alternative<Follower>(role_) &&
                                (is_free() || binding_->to == Instance{transfer.sender, transfer.incarnation});
        probe_ = Probe{.leader = transfer.sender,
                       .transfer = transfer.request,
                       .request = host_.next_request(),
                       .deadline = host_.now + host_.params().campaign_timeout};
        if (!can_follow) {
            end_probe(false);
            return;
        }
        decide({.rule = Rule::heir_probe, .peer = transfer.sender});
        probe_->tally.count(host_.self.node, Verdict::granted);
        host_.send_to_voters(VoteRequest{.sender = host_.self.node,
                                         .incarnation = host_.self.incarnation,
                                         .sent = host_.next_sent(),
                                         .request = probe_->request,
                                         .election = name_,
                                         .term = highest_term_,
                                         .priority = rank().priority,
                                         .probe = true});
        return;
    }
    auto* leader = std::get_if<Leader>(&role_);
    if (leader == nullptr || !leader->handover || leader->handover->request != transfer.request ||
        leader->handover->heir != transfer.sender || leader->handover->phase != HandOver::Phase::probing) {
        return;  // Of an earlier hand-over.
    }
    if (transfer.step == TransferStep::unable) {
        handover_failed(*leader, Rule::handover_refused);
        return;
    }
    leader->handover->phase = HandOver::Phase::expiring;
    const Duration left = std::max(Duration{}, leader->believed_until - host_.now);
    decide({.rule = Rule::handover_expire, .peer = transfer.sender, .span = left});
}

void Election::drive_probe() {
    if (!probe_) {
        return;
    }
    if (host_.quorum.reached([&](NodeId voter) { return probe_->tally.granted_by(voter); })) {
        end_probe(true);
    } else if (host_.now >= probe_->deadline ||
               !host_.quorum.reached([&](NodeId voter) { return !probe_->tally.refused_by(voter); })) {
        end_probe(false);
    }
}

void Election::end_probe(bool ready) {
    decide({.rule = ready ? Rule::heir_ready : Rule::heir_unable,
            .peer = probe_->leader,
            .have = probe_->tally.grants(),
            .need = host_.quorum.voters()});
    host_.send(probe_->leader, Transfer{.sender = host_.self.node,
                                        .incarnation = host_.self.incarnation,
                                        .request = probe_->transfer,
                                        .election = name_,
                                        .step = ready ? TransferStep::ready : TransferStep::unable});
    probe_.reset();
}

void Election::drive_handover(Leader& leader) {
    HandOver& handover = *leader.handover;
    if (handover.phase == HandOver::Phase::probing) {
        if (host_.now >= handover.deadline) {
            handover_failed(leader, Rule::handover_late);
        }
        return;
    }
    if (handover.reason == Reason::session_ended) {
        if (sessions_.front() != nullptr && leader.holder < max_holder) {
            leader.handover.reset();  // One stands again.
            return;
        }
        handover.heir = best_untried_heir();
    }
    if (host_.now < leader.believed_until && !planted(Bug::lets_go_while_believed)) {
        return;  // A process here may still believe the last deadline it was given.
    }
    if (handover.heir != nobody && !is_able(handover.heir)) {
        handover_failed(leader, Rule::handover_refused);
        return;
    }
    if (!holder_has_stopped(leader)) {
        return;
    }
    depart(leader, handover.heir, handover.reason);
}

// The next try towards a node that failed waits twice as long as the last one did.
void Election::wait_longer_for(NodeId heir) {
    Heard& heard = heard_[heir];
    heard.handover_wait = std::clamp<Duration>(2 * std::max(heard.handover_wait, settings_.preempt_delay),
                                               host_.params().lease, max_handover_backoff);
    heard.next_handover = host_.now + heard.handover_wait;
}

// The leader leads on. A hand-over that did not name its heir
// goes to the next best; a shutdown goes without any in the end.
void Election::handover_failed(Leader& leader, Rule why) {
    HandOver& handover = *leader.handover;
    decide({.rule = why, .peer = handover.heir, .span = 2 * host_.params().campaign_timeout});
    wait_longer_for(handover.heir);
    if (const NodeId next = best_heir(handover.tried); handover.any_heir && next != nobody) {
        prepare(handover, next);
    } else if (host_.leaving) {
        leader.handover = HandOver{.reason = Reason::shutdown, .phase = HandOver::Phase::expiring};
    } else {
        lead_on(leader, "no node that was asked could win; this one leads on");
    }
}

void Election::lead_on(Leader& leader, const char* why) {
    tell(leader.handover->requester, false, "unable", why);
    leader.handover.reset();
}

void Election::depart(Leader& leader, NodeId heir, Reason reason) {
    decide(
        {.rule = Rule::handover_let_go, .peer = heir, .term = leader.term, .have = sessions_.size(), .reason = reason});
    const Duration patience = host_.params().campaign_timeout;
    departed_ = Departed{.heir = heir,
                         .reason = reason,
                         .until = host_.now + (heir == nobody ? 1 : 2) * patience,
                         .hold_until = reason == Reason::transfer ? host_.now + leader.handover->hold : long_ago,
                         .requester = leader.handover->requester};
    if (reason == Reason::stepdown) {
        ineligible_until_ = host_.now + leader.handover->hold;
    }
    heir_wait_until_ = host_.now + patience;
    hold_until_ = long_ago;
    leader.handover.reset();
    let_go(reason);
}

// A claim has been heard, or the heir has had its time.
void Election::end_departure(NodeId claimant) {
    const Departed departed = *std::exchange(departed_, std::nullopt);
    if (departed.heir != nobody && claimant == departed.heir) {
        heard_[departed.heir].handover_wait = {};
    } else if (departed.heir != nobody) {
        wait_longer_for(departed.heir);
    }
    const bool as_asked = claimant == departed.heir || (claimant != nobody && departed.reason != Reason::transfer);
    if (claimant == nobody) {
        ineligible_until_ = long_ago;  // Its word was to make room for an heir; there is none.
        tell(departed.requester, false, "unable", "the chosen node did not win");
    } else {
        tell(departed.requester, as_asked, as_asked ? "" : "unable",
             std::string{host_.setup.name_of(claimant)} + " leads");
    }
}

void Election::pass_on_transfer(NodeId target, Duration hold, std::uint64_t command) {
    const NodeId leader = known_leader().leader;
    if (leader == nobody || leader == host_.self.node) {
        tell({.command = command}, false, "unknown_leader", "this node knows no leader to pass the command to");
        return;
    }
    const std::uint64_t request = host_.next_request();
    passed_on_.push_back({command, request, leader, host_.now + settings_.handover_timeout});
    host_.send(leader, Request{.sender = host_.self.node,
                               .incarnation = host_.self.incarnation,
                               .request = request,
                               .election = name_,
                               .kind = RequestKind::transfer,
                               .target = target,
                               .hold_ms = static_cast<std::uint32_t>(hold / 1ms)});
}

void Election::on_response(const Response& response) {
    if (response.done && fetched_.asked != 0 && response.request == fetched_.asked &&
        response.sender == fetched_.asked_node && response.metadata.size() <= max_metadata) {
        fetched_.asked = 0;
        fetched_.node = fetched_.asked_node;
        fetched_.version = fetched_.asked_version;
        fetched_.bytes = response.metadata;
    }
    const auto passed = std::find_if(passed_on_.begin(), passed_on_.end(), [&](const PassedOn& p) {
        return p.request == response.request && p.to == response.sender;
    });
    if (passed != passed_on_.end()) {
        tell({.command = passed->command}, response.done, response.reason, response.text);
        passed_on_.erase(passed);
    }
}

void Election::tell(const Requester& requester, bool done, std::string reason, std::string text) {
    if (requester.command != 0) {
        host_.actions.emplace_back(Answer{requester.command, done, std::move(reason), std::move(text)});
    } else if (requester.peer != nobody) {
        host_.send(requester.peer,
                   Response{.sender = host_.self.node,
                            .request = requester.request,
                            .incarnation = requester.incarnation,
                            .election = name_,
                            .done = done,
                            .reason = std::move(reason),
                            .text = std::move(text),
                            .metadata = {}},
                   requester.route);
    }
}

}  // namespace bellwether::protocol
