#include "tools/cli/order.hpp"

#include <cstdio>
#include <utility>
#include <variant>

#include "client/control.hpp"
#include "protocol/local_codec.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/terminal.hpp"

namespace bellwether::cli {

void add_order_options(CLI::App& app, OrderOptions& options) {
    add_daemon_options(app, options.daemon);
    add_duration(app, "--timeout", options.timeout, "Wait so long for the outcome");
    app.add_flag("--json", options.json, "The reply as one JSON object");
}

namespace {

protocol::Frame reply_to(const std::string& type, const OrderOptions& options) {
    const protocol::ControlRequest request{
        .id = 1, .type = type, .election = options.election, .target = options.target, .hold = options.hold};
    auto answer = client::ask(locate_daemon(options.daemon), request, options.timeout);
    if (const auto* none = std::get_if<client::NoReply>(&answer)) {
        throw Failure{none->was_asked() ? exit_no : exit_no_daemon, none->text};
    }
    return std::get<protocol::Frame>(std::move(answer));
}

}  // namespace

int give_order(const std::string& type, const OrderOptions& options) {
    const protocol::Frame frame = reply_to(type, options);
    const auto reply = protocol::decode_reply(frame);
    if (!reply) throw Failure{exit_no, "the daemon's reply cannot be read; is it a newer version?"};
    if (options.json) {
        (void)print_line(protocol::to_json(frame).value_or("{}"));
    } else if (reply->done) {
        (void)print_line(reply->text.empty() ? "done" : reply->text);
    } else {
        std::fprintf(stderr, "bellwether: refused, %s: %s\n", reply->reason.c_str(), reply->text.c_str());
    }
    return reply->done ? exit_done : exit_no;
}

}  // namespace bellwether::cli
