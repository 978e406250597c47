// bellwether drain, undrain: take a node out of every election before work on its host, and back.
#include <memory>

#include "node/config_duration.hpp"
#include "protocol/params.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/order.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {

void add_drain(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<OrderOptions>();
    CLI::App* drain = app.add_subcommand(
        "drain", "Lead nothing on this node until undrained: its leaderships are handed over, it goes on voting");
    // Without it the daemon decides: the longest that it takes.
    add_duration(*drain, "--for", options->hold,
                 "Undrain by itself after so long; default and longest: " + node::to_text(protocol::max_hold));
    add_order_options(*drain, *options);
    drain->footer("Example: bellwether drain && reboot");
    drain->callback([options, &exit_status] { exit_status = give_order("drain", *options); });
}

void add_undrain(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<OrderOptions>();
    CLI::App* undrain = app.add_subcommand("undrain", "Let this node lead again");
    add_order_options(*undrain, *options);
    undrain->footer("Example: bellwether undrain");
    undrain->callback([options, &exit_status] { exit_status = give_order("undrain", *options); });
}

}  // namespace bellwether::cli
