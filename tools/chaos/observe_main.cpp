// bellwether-observe: watches the leader topics of a mesh while it is tormented, and judges.
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>

#include "client/clock.hpp"
#include "node/config_duration.hpp"
#include "tools/chaos/mark_source.hpp"
#include "tools/chaos/observer.hpp"
#include "tools/chaos/report.hpp"
#include "tools/chaos/report_text.hpp"

namespace {

using namespace bellwether;

volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int /*signal*/) { stop_asked = 1; }

struct Options {
    std::vector<std::filesystem::path> run_dirs;
    std::optional<protocol::Duration> length;
    std::string record;
    std::string marks;
    bool json{};
};

protocol::Duration duration_of(const std::string& text) {
    const auto parsed = node::parse_duration(text);
    if (const auto* refusal = std::get_if<node::Refusal>(&parsed)) {
        throw CLI::ValidationError{"--for", "\"" + text + "\" " + refusal->why};
    }
    return std::get<protocol::Duration>(parsed);
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--run-dir", options.run_dirs, "Directories below which the nodes have theirs")
        ->type_name("BASE")
        ->required();
    app.add_option_function<std::string>(
           "--for", [&options](const std::string& text) { options.length = duration_of(text); },
           "How long; default: until Ctrl-C or SIGTERM")
        ->type_name("DURATION");
    app.add_option("--record", options.record, "Write all that is heard here, a JSON object a line")
        ->type_name("FILE.jsonl");
    app.add_option("--marks", options.marks, "Read marks here, a pipe or a growing file; default: standard input")
        ->type_name("FILE");
    app.add_flag("--json", options.json, "The report as one JSON object");
    app.footer(
        "A mark is a line that says what is done to a node at that moment: kill, term, stop, restart, cont NAME.\n"
        "Exit status 0 if there were never two leaders and tokens only grew, 1 if not, 3 if nobody led.\n"
        "Example: bellwether-observe --run-dir /tmp/bellwether-mesh-$UID/five/run --for 60s");
}

void print_report(const chaos::Observer& observer, const chaos::Report& report, protocol::Time begin, bool json) {
    const chaos::History& history = observer.history();
    if (json) {
        auto object = chaos::to_json(history, report, begin);
        object["nodes"] = observer.nodes();
        std::printf("%s\n", object.dump().c_str());
        return;
    }
    std::printf("%s\n%zu nodes observed for %.1f s\n%s", chaos::timeline(history, report, begin).c_str(),
                observer.nodes(), std::chrono::duration<double>{client::now() - begin}.count(),
                chaos::summary(history, report).c_str());
}

int observe(const Options& options) {
    std::ofstream record;
    if (!options.record.empty()) {
        record.open(options.record);
        if (!record) throw std::runtime_error{"cannot write " + options.record};
    }
    const auto marks = options.marks.empty() ? std::make_unique<chaos::MarkSource>()
                                             : std::make_unique<chaos::MarkSource>(options.marks);
    const protocol::Time begin = client::now();
    chaos::Observer observer{options.run_dirs, record.is_open() ? &record : nullptr};
    observer.run(options.length ? begin + *options.length : protocol::never, *marks, [] { return stop_asked != 0; });

    const chaos::Report report = chaos::make_report(observer.history());
    print_report(observer, report, begin, options.json);
    if (!report.is_safe()) return 1;
    return report.elections.empty() ? 3 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Watches who leads a mesh according to each of its nodes, and reports gaps and faults at the end"};
    Options options;
    add_options(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    struct sigaction action {};
    action.sa_handler = ask_to_stop;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    try {
        return observe(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bellwether-observe: %s\n", error.what());
        return 2;
    }
}
