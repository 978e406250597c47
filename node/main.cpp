// bellwetherd: the daemon of one node.
#include <sys/utsname.h>
#include <zmq.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "build_version.hpp"
#include "node/config.hpp"
#include "node/config_host.hpp"
#include "node/daemon.hpp"
#include "node/database.hpp"
#include "node/directories.hpp"
#include "node/exit_status.hpp"
#include "node/log.hpp"
#include "node/service.hpp"
#include "node/state_file.hpp"
#include "protocol/messages.hpp"

namespace {

using namespace bellwether;
using namespace bellwether::node;

struct Options {
    std::filesystem::path config;
    std::string node;
    Bases bases;
    std::string log_level = "info";
    std::string log_format = "text";
    bool adopt_voters = false;
};

const std::map<std::string, LogLevel> levels{
    {"error", LogLevel::error}, {"warn", LogLevel::warn}, {"info", LogLevel::info}, {"debug", LogLevel::debug}};
const std::map<std::string, LogFormat> formats{{"text", LogFormat::text}, {"json", LogFormat::json}};

std::string version_text() {
    int major = 0;
    int minor = 0;
    int patch = 0;
    zmq_version(&major, &minor, &patch);
    return fmt::format("bellwetherd {}\nlibzmq {}.{}.{}\nwire version {}\nstate version {}", version, major, minor,
                       patch, protocol::wire_version, state_version);
}

constexpr const char* example = R"(
Exit status: 0 asked to end and did, 1 a failure, 2 the call or the configuration is wrong.

Example: bellwetherd /etc/bellwether.toml --node alpha
         bellwetherd mesh.toml --node alpha --state-dir /tmp/mesh/state --run-dir /tmp/mesh/run)";

void add_options(CLI::App& app, Options& options) {
    app.add_option("CONFIG", options.config, "the file that describes the mesh")
        ->envname("BELLWETHERD_CONFIG")
        ->required();
    app.add_option("--node", options.node, "which of its nodes to be; the one named as this host where not given")
        ->envname("BELLWETHERD_NODE")
        ->type_name("NAME");
    app.add_option("--state-dir", options.bases.state, "base of the durable state; /<cluster>/<node> is appended")
        ->envname("BELLWETHERD_STATE_DIR")
        ->type_name("DIR");
    app.add_option("--run-dir", options.bases.run, "base of the local sockets; /<cluster>/<node> is appended")
        ->envname("BELLWETHERD_RUN_DIR")
        ->type_name("DIR");
    app.add_option("--log-level", options.log_level, "error, warn, info (the default) or debug")
        ->envname("BELLWETHERD_LOG_LEVEL")
        ->check(CLI::IsMember(levels).description(""))
        ->type_name("LEVEL");
    app.add_option("--log-format", options.log_format, "text (the default) or json, one object a line")
        ->envname("BELLWETHERD_LOG_FORMAT")
        ->check(CLI::IsMember(formats).description(""))
        ->type_name("FORMAT");
    app.add_flag("--adopt-voters", options.adopt_voters,
                 "take the voters of CONFIG though the state has others; only with all nodes stopped before")
        ->envname("BELLWETHERD_ADOPT_VOTERS");
    app.set_version_flag("--version", version_text(), "print the versions of program, library, wire and state");
    app.footer(example);
}

std::string host_name() {
    utsname host{};
    return ::uname(&host) == 0 ? host.nodename : "";
}

// Prints every mistake; nothing if there is one.
std::optional<Config> read_config(const std::filesystem::path& file) {
    auto result = load(file);
    auto* config = std::get_if<Config>(&result);
    const Mistakes mistakes = config == nullptr ? std::get<Mistakes>(result) : mistakes_on_this_host(*config);
    for (const Mistake& mistake : mistakes) std::cerr << to_line(file, mistake) << '\n';
    return mistakes.empty() ? std::optional{std::move(*config)} : std::nullopt;
}

const NodeConfig& choose_node(const Config& config, const std::string& name) {
    const NodeConfig* found = name.empty() ? config.find_for_host(host_name()) : config.find(name);
    if (found != nullptr) return *found;
    std::string names;
    for (const NodeConfig& node : config.nodes) names += (names.empty() ? "" : ", ") + node.name;
    throw WrongCall(
        name.empty()
            ? fmt::format("no node is named as this host, \"{}\": say --node, one of {}", host_name(), names)
            : fmt::format("there is no node {} in {}; there are {}", quote(name), config.file.string(), names));
}

// Without destroying anything: what is stuck cannot be waited for.
[[noreturn]] void end_at_once(ExitStatus status) {
    spdlog::shutdown();
    std::_Exit(static_cast<int>(status));
}

// Everything that has a thread lives and dies in here.
ExitStatus run_daemon(const Options& options, const Config& config, const NodeConfig& self,
                      const Directories& directories) {
    prepare_process();
    Signals signals;
    const Log log{{.level = levels.at(options.log_level), .format = formats.at(options.log_format)}};
    try {
        for (const Mistake& warning : config.warnings) spdlog::warn("{}", to_line(config.file, warning));
        Daemon daemon{config, self, directories, options.adopt_voters, signals};
        const ExitStatus status = daemon.run();
        if (status != ExitStatus::clean) end_at_once(status);
        return status;
    } catch (const WrongCall& mistake) {
        spdlog::error("{}", mistake.what());
        return ExitStatus::wrong_call;
    } catch (const DatabaseError& failure) {
        spdlog::error("{}: a node that cannot be sure to remember its votes does not go on", failure.what());
        return ExitStatus::failure;
    } catch (const std::exception& failure) {
        spdlog::error("{}", failure.what());
        return ExitStatus::failure;
    }
}

ExitStatus run(const Options& options) {
    const auto config = read_config(options.config);
    if (!config) return ExitStatus::wrong_call;
    try {
        const NodeConfig& self = choose_node(*config, options.node);
        const auto directories =
            directories_of(config->cluster, self.name, options.bases, Surroundings::of_this_process());
        return run_daemon(options, *config, self, directories);
    } catch (const WrongCall& mistake) {
        std::cerr << "bellwetherd: " << mistake.what() << '\n';
        return ExitStatus::wrong_call;
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"One node of a mesh that elects a leader.", "bellwetherd"};
    Options options;
    add_options(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return static_cast<int>(app.exit(error) == 0 ? ExitStatus::clean : ExitStatus::wrong_call);
    }
    try {
        return static_cast<int>(run(options));
    } catch (const std::exception& failure) {
        std::cerr << "bellwetherd: " << failure.what() << '\n';
        return static_cast<int>(ExitStatus::failure);
    }
}
