// bellwether stepdown: this node lets another one lead.
#include <memory>

#include "node/config_duration.hpp"
#include "protocol/params.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/order.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {

void add_stepdown(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<OrderOptions>();
    CLI::App* stepdown =
        app.add_subcommand("stepdown", "Let another node lead; the node asked gives up its leadership and stays out");
    stepdown->add_option("--to", options->target, "Let this node lead; default: the best that can")->type_name("NAME");
    add_duration(*stepdown, "--for", options->hold,
                 "Stay out for so long; default " + node::to_text(protocol::default_hold));
    add_election_option(*stepdown, options->election);
    add_order_options(*stepdown, *options);
    stepdown->footer(
        "Nobody leads twice: the next one begins when this one has let go. Refused if no other node can lead.\n"
        "Example: bellwether stepdown --for 10m");
    stepdown->callback([options, &exit_status] { exit_status = give_order("stepdown", *options); });
}

}  // namespace bellwether::cli
