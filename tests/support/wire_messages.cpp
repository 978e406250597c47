#include "tests/support/wire_messages.hpp"

#include <array>
#include <charconv>

#include "protocol/params.hpp"

namespace bellwether::tests {

using namespace protocol;

Bytes encoded(const Message& message) {
    Bytes frame;
    codec.encode(message, frame);
    return frame;
}

Bytes bytes_of(std::string_view hex) {
    Bytes bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); ++at) {
        unsigned byte = 0;
        if (std::from_chars(&hex[at], &hex[at] + 2, byte, 16).ptr != &hex[at] + 2) continue;
        bytes.push_back(static_cast<std::byte>(byte));
        ++at;
    }
    return bytes;
}

std::string hex_of(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        hex += hex.empty() ? "" : " ";
        hex += {digits[value >> 4U], digits[value & 0xfU]};
    }
    return hex;
}

std::vector<Message> one_of_each() {
    const ElectionName jobs = *ElectionName::parse("jobs");
    Heartbeat heartbeat{.sender{1},
                        .incarnation{0x1234567890},
                        .sent{1'000'000'007},
                        .lease = 300ms,
                        .membership{.generation = 1, .phase = 0, .voters_hash = 0xfeed},
                        .config_hash = 0xc0ffee,
                        .votes = true,
                        .new_state = true,
                        .floor{3},
                        .ceiling{8},
                        .largest_promise = 500ms,
                        .acks{{.peer{2}, .incarnation{22}, .heard{999}, .ceiling{7}},
                              {.peer{3}, .incarnation{33}, .heard{1000}, .ceiling{8}}},
                        .elections{{.name = jobs,
                                    .stands = Stands::leading,
                                    .term{8},
                                    .heir{2},
                                    .supports{{1}, {0x1234567890}},
                                    .pending = true,
                                    .voted{8},
                                    .priority{10},
                                    .eligible = Eligible::yes,
                                    .holder = 1,
                                    .reason = Reason::transfer,
                                    .hold_ms = 60'000,
                                    .metadata_version = 0xabcdef01}}};
    return {heartbeat,
            VoteRequest{.sender{2},
                        .incarnation{22},
                        .sent{1001},
                        .request = 5,
                        .election = jobs,
                        .term{9},
                        .priority{20},
                        .probe = true},
            VoteReply{.sender{3},
                      .request = 5,
                      .incarnation{22},
                      .election = jobs,
                      .term{9},
                      .verdict = Verdict::bound,
                      .ack{1001},
                      .voter_term{8},
                      .retry_after_ms = 112},
            Transfer{.sender{1}, .incarnation{11}, .request = 6, .election = jobs, .step = TransferStep::unable},
            Request{.sender{2},
                    .incarnation{22},
                    .request = 7,
                    .election = jobs,
                    .kind = RequestKind::metadata,
                    .target{3},
                    .hold_ms = 1000,
                    .metadata_version = 9},
            Response{.sender{1},
                     .request = 7,
                     .incarnation{22},
                     .election = jobs,
                     .done = true,
                     .reason = "limit",
                     .text = "no more",
                     .metadata{0x81, 0xa1, 'a', 0x01}}};
}

std::uint64_t RandomMessages::upto(std::uint64_t max) {
    switch (dice_() % 8) {
        case 0: return 0;
        case 1: return max;
        default: break;
    }
    // As often short as long, in bits.
    const std::uint64_t number = dice_() >> (dice_() % 64);
    return max == UINT64_MAX ? number : number % (max + 1);
}

NodeId RandomMessages::node() { return {static_cast<std::uint16_t>(1 + upto(UINT16_MAX - 1))}; }

Incarnation RandomMessages::incarnation() { return {1 + upto(UINT64_MAX - 1)}; }

Duration RandomMessages::lease() {
    return Duration{static_cast<std::int64_t>(upto(static_cast<std::uint64_t>(max_lease.count())))};
}

std::string RandomMessages::letters(std::size_t size) {
    constexpr std::string_view all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    std::string text;
    while (text.size() < size) text += all[dice_() % all.size()];
    return text;
}

ElectionName RandomMessages::election() { return *ElectionName::parse(letters(1 + upto(ElectionName::max_size - 1))); }

ElectionView RandomMessages::view() {
    return {.name = election(),
            .stands = static_cast<Stands>(upto(2)),
            .term = term(),
            .heir{static_cast<std::uint16_t>(upto(UINT16_MAX))},
            .supports = coin() ? Instance{node(), incarnation()} : Instance{},
            .pending = coin(),
            .voted = term(),
            .priority{static_cast<std::uint16_t>(upto(max_priority))},
            .eligible = static_cast<Eligible>(upto(2)),
            .holder = static_cast<std::uint16_t>(upto(max_holder)),
            .reason = static_cast<Reason>(upto(reason_count - 1)),
            .hold_ms = static_cast<std::uint32_t>(upto(max_hold / 1ms)),
            .metadata_version = static_cast<std::uint32_t>(upto(UINT32_MAX))};
}

Heartbeat RandomMessages::heartbeat(std::size_t acks, std::size_t elections) {
    Heartbeat heartbeat{.sender = node(),
                        .incarnation = incarnation(),
                        .sent = sent(),
                        .lease = lease(),
                        .membership{.generation = upto(UINT64_MAX),
                                    .phase = static_cast<std::uint8_t>(upto(UINT8_MAX)),
                                    .voters_hash = upto(UINT64_MAX)},
                        .config_hash = upto(UINT64_MAX),
                        .votes = coin(),
                        .quarantine = coin(),
                        .new_state = coin(),
                        .leaving = coin(),
                        .floor = term(),
                        .ceiling = term(),
                        .largest_promise = lease(),
                        .acks = {},
                        .elections = {}};
    while (heartbeat.acks.size() < acks) heartbeat.acks.push_back({node(), incarnation(), sent(), term()});
    while (heartbeat.elections.size() < elections) heartbeat.elections.push_back(view());
    return heartbeat;
}

VoteRequest RandomMessages::vote_request() {
    return {.sender = node(),
            .incarnation = incarnation(),
            .sent = sent(),
            .request = upto(UINT64_MAX),
            .election = election(),
            .term = term(),
            .priority{static_cast<std::uint16_t>(upto(max_priority))},
            .probe = coin()};
}

VoteReply RandomMessages::vote_reply() {
    return {.sender = node(),
            .request = upto(UINT64_MAX),
            .incarnation = incarnation(),
            .election = election(),
            .term = term(),
            .verdict = static_cast<Verdict>(upto(verdict_count - 1)),
            .ack = sent(),
            .voter_term = term(),
            .retry_after_ms = static_cast<std::uint32_t>(upto(UINT32_MAX))};
}

Request RandomMessages::request() {
    return {.sender = node(),
            .incarnation = incarnation(),
            .request = upto(UINT64_MAX),
            .election = election(),
            .kind = static_cast<RequestKind>(upto(1)),
            .target{static_cast<std::uint16_t>(upto(UINT16_MAX))},
            .hold_ms = static_cast<std::uint32_t>(upto(max_hold / 1ms)),
            .metadata_version = static_cast<std::uint32_t>(upto(UINT32_MAX))};
}

Response RandomMessages::response() {
    Response response{.sender = node(),
                      .request = upto(UINT64_MAX),
                      .incarnation = incarnation(),
                      .election = election(),
                      .done = coin(),
                      .reason = letters(upto(max_reason_bytes)),
                      .text = letters(upto(max_text_bytes)),
                      .metadata = {}};
    if (coin()) response.metadata = {0x82, 0xa1, 'a', 0x01, 0xa1, 'b', 0x80};
    return response;
}

Message RandomMessages::next() {
    switch (dice_() % 6) {
        case 0: return heartbeat(dice_() % 6, dice_() % 4);
        case 1: return vote_request();
        case 2: return vote_reply();
        case 3:
            return Transfer{.sender = node(),
                            .incarnation = incarnation(),
                            .request = upto(UINT64_MAX),
                            .election = election(),
                            .step = static_cast<TransferStep>(upto(2))};
        case 4: return request();
        default: return response();
    }
}

}  // namespace bellwether::tests
