// bellwether transfer: the node named shall lead.
#include <memory>

#include "node/config_duration.hpp"
#include "protocol/params.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/order.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {

void add_transfer(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<OrderOptions>();
    CLI::App* transfer = app.add_subcommand("transfer", "Make another node the leader; may be asked of any node");
    transfer->add_option("target", options->target, "Who shall lead")->required()->type_name("NAME");
    add_duration(
        *transfer, "--for", options->hold,
        "Nobody of a higher priority takes over for so long; default " + node::to_text(protocol::default_hold));
    add_election_option(*transfer, options->election);
    add_order_options(*transfer, *options);
    transfer->footer("Example: bellwether transfer bravo --for 1h");
    transfer->callback([options, &exit_status] { exit_status = give_order("transfer", *options); });
}

}  // namespace bellwether::cli
