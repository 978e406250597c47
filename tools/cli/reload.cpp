// bellwether reload: the daemon reads its configuration once more.
#include <memory>

#include "tools/cli/order.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {

void add_reload(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<OrderOptions>();
    CLI::App* reload = app.add_subcommand(
        "reload", "Let the daemon read its configuration again and put the keys in it to use, without a restart");
    add_order_options(*reload, *options);
    reload->footer(
        "Says what was put to use, and what takes a restart. Of a file with a mistake nothing is.\n"
        "Example: bellwether check mesh.toml && bellwether reload");
    reload->callback([options, &exit_status] { exit_status = give_order("reload", *options); });
}

}  // namespace bellwether::cli
