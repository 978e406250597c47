// What a local process sends, or a daemon to it. The first byte says which reader is meant; only control requests have
// a fuzzer of their own.
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "protocol/local_codec.hpp"
#include "protocol/metadata.hpp"
#include "protocol/session_codec.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace bellwether;

void read_announcement(std::span<const std::byte> frame) {
    const auto announcement = protocol::decode_announcement(frame);
    if (!announcement) return;
    fuzz::require(protocol::is_metadata(std::as_bytes(std::span{announcement->metadata})), "metadata that is none");
    fuzz::require(announcement->is_leader || !announcement->valid_until, "a deadline of one that does not lead");
    const auto again = protocol::decode_announcement(protocol::encode_announcement(*announcement, true));
    fuzz::require(again == announcement, "an announcement that was read is told as something else");
}

void read_reply(std::span<const std::byte> frame) {
    const auto reply = protocol::decode_reply(frame);
    if (!reply) return;
    fuzz::require(protocol::decode_reply(protocol::encode_reply(*reply)) == reply, "a reply is told as another");
}

void read_words_of_a_process(std::span<const std::byte> frame) {
    const auto words = protocol::session::decode_from_process(frame);
    if (!words) return;
    if (const auto* bad = std::get_if<protocol::BadRequest>(&*words)) {
        fuzz::require(!bad->text.empty(), "refused without a word");
        return;
    }
    const auto& message = std::get<protocol::session::FromProcess>(*words);
    const auto again = protocol::session::decode_from_process(protocol::session::encode(message));
    fuzz::require(again && std::holds_alternative<protocol::session::FromProcess>(*again) &&
                      std::get<protocol::session::FromProcess>(*again) == message,
                  "the words of a process are said as others");
}

void read_words_of_a_node(std::span<const std::byte> frame) {
    const auto heard = protocol::session::decode_from_node(frame);
    if (!heard) return;
    const auto again =
        protocol::session::decode_from_node(protocol::session::encode(heard->message, heard->incarnation));
    fuzz::require(again && again->message == heard->message && again->incarnation == heard->incarnation,
                  "the words of a node are said as others");
}

void read_as_json(std::span<const std::byte> frame) {
    const auto json = protocol::to_json(frame);
    fuzz::require(!json || nlohmann::json::accept(*json), "JSON that is none");
    // Whatever may be metadata can be shown: the one is no stricter than the other.
    fuzz::require(json || !protocol::is_metadata(frame) || frame.empty(), "metadata without JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto frame = fuzz::bytes_of(data, size).subspan(1);
    switch (data[0] % 5) {
        case 0: read_announcement(frame); break;
        case 1: read_reply(frame); break;
        case 2: read_as_json(frame); break;
        case 3: read_words_of_a_process(frame); break;
        default: read_words_of_a_node(frame);
    }
    return 0;
}
