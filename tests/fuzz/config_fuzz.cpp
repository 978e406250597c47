// The configuration: any text is either a list of mistakes that people can read, or a mesh that every node of it can
// be run with.
#include <algorithm>
#include <string>
#include <variant>

#include "node/config.hpp"
#include "node/setup_of_config.hpp"
#include "protocol/codec.hpp"
#include "protocol/metadata.hpp"
#include "protocol/quorum.hpp"
#include "protocol/state_machine.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace bellwether;
using node::Config;
using node::Mistakes;

bool is_line(const std::string& text) {
    return !text.empty() &&
           std::none_of(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\x1b' || c == '\0'; });
}

void check(const Mistakes& mistakes) {
    for (const node::Mistake& mistake : mistakes) {
        const std::string line = node::to_line("mesh.toml", mistake);
        fuzz::require(is_line(line), "not one line: " + line);
        fuzz::require(mistake.line >= 0 && mistake.column >= 0, "a mistake at no place");
    }
}

// From a start with an empty disk to its first heartbeat, which its peers must be able to read.
void start(const Config& config, const node::NodeConfig& self) {
    protocol::Setup setup = node::setup_of(config, self);
    protocol::Durable state;
    state.incarnation = {1};
    state.new_state = true;
    state.largest_promise = config.params.lease;
    if (self.is_voter()) state.membership = protocol::single_list(setup.voters());
    const protocol::Time now{std::chrono::seconds{1}};
    protocol::StateMachine machine{std::move(setup), std::move(state), now};
    const protocol::Codec codec{config.cluster};
    for (const protocol::Action& action : machine.step(now, protocol::Deadline{})) {
        const auto* publish = std::get_if<protocol::Publish>(&action);
        if (publish == nullptr) continue;
        std::vector<std::byte> frame;
        protocol::Message read;
        codec.encode(publish->heartbeat, frame);
        fuzz::require(codec.decode(frame, read) == protocol::DecodeError::none, "a heartbeat that peers refuse");
    }
    fuzz::require(machine.next_deadline() > now, "nothing happens any more, or all the time");
}

void check(const Config& config) {
    fuzz::require(config.params.validate().empty(), "numbers that break a rule");
    fuzz::require(!config.voters().empty() && config.nodes.size() <= protocol::max_nodes,
                  "no voters, or too many nodes");
    fuzz::require(!config.cluster.empty(), "a mesh without a name");
    fuzz::require(!config.safety_settings().empty(), "nothing that nodes agree on");
    for (const node::NodeConfig& self : config.nodes) {
        fuzz::require(config.find(self.name) == &self, "two nodes of one name, or none");
        fuzz::require(protocol::is_metadata(std::as_bytes(std::span{self.metadata})), "metadata that is none");
    }
    start(config, config.nodes.front());
    start(config, config.nodes.back());
    check(config.warnings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto parsed = node::parse(text, "mesh.toml", node::PortRange{32768, 60999});
    if (const auto* mistakes = std::get_if<Mistakes>(&parsed)) {
        fuzz::require(!mistakes->empty(), "refused without a mistake");
        check(*mistakes);
    } else {
        check(std::get<Config>(parsed));
    }
    return 0;
}
