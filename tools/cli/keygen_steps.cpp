#include "tools/cli/keygen_steps.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "node/config_secret.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/new_secrets.hpp"
#include "tools/cli/whole_file.hpp"

namespace bellwether::cli {

namespace {

using node::NodeConfig;
using std::filesystem::path;

path secret_of(const KeyedMesh& mesh, const NodeConfig& node) { return node::secret_file(mesh.config(), node); }

path next_secret_of(const KeyedMesh& mesh, const NodeConfig& node) { return secret_of(mesh, node).string() + ".next"; }

// A link to nowhere is there as well.
bool is_there(const path& file) {
    std::error_code error;
    const auto status = std::filesystem::symlink_status(file, error);
    if (std::filesystem::status_known(status)) return std::filesystem::exists(status);
    throw Failure{exit_no, file.string() + ": cannot be looked for: " + error.message() +
                               ": be the user to whom the secrets belong, or root"};
}

std::string public_key_in(const path& secret) {
    auto pair = node::read_key_pair(secret, expected_owner(secret));
    if (const auto* wrong = std::get_if<std::string>(&pair)) throw Failure{exit_no, *wrong};
    return std::get<node::KeyPair>(std::move(pair)).public_key;
}

// Nothing if the secret is not on this host.
std::optional<std::string> public_key_here(const path& secret) {
    return is_there(secret) ? std::optional{public_key_in(secret)} : std::nullopt;
}

bool lists(const NodeConfig& node, const std::string& key) {
    return std::find(node.public_keys.begin(), node.public_keys.end(), key) != node.public_keys.end();
}

NodeReport report_of_listed(const KeyedMesh& mesh, const NodeConfig& node) {
    const path secret = secret_of(mesh, node);
    const auto here = public_key_here(secret);
    if (!here) return {node.name, "has a key; there is no " + secret.string() + ", so it is left alone"};
    if (!lists(node, *here)) {
        throw Failure{exit_no, secret.string() + ": its public key is " + node::quote(*here) +
                                   ", which is no public_key of " + node.name + " in " + mesh.file().string() +
                                   ": add it there, or move the file away"};
    }
    return {node.name, "has a key, its secret is " + secret.string()};
}

// A secret that is there already is one whose public key did not come to be written down.
NodeReport give_key(const KeyedMesh& mesh, const NodeConfig& node, NewSecrets& secrets, ConfigEdit& edit) {
    const path secret = secret_of(mesh, node);
    if (const auto here = public_key_here(secret)) {
        edit.public_keys[node.name] = {*here};
        return {node.name, "its secret was in " + secret.string() + ", its public key is written now", true};
    }
    edit.public_keys[node.name] = {secrets.create(secret)};
    return {node.name, "new key, its secret is " + secret.string(), true};
}

// Security that is off is turned on; on the way there, it stays where it is.
std::optional<node::SecurityMode> mode_to_write(const KeyedMesh& mesh, std::optional<node::SecurityMode> wanted) {
    const node::SecurityMode now = mesh.config().security.mode;
    const auto then = wanted.value_or(now == node::SecurityMode::off ? node::SecurityMode::enforce : now);
    return then == now ? std::nullopt : std::optional{then};
}

// The keys of a node with one more behind them.
std::vector<std::string> with(const NodeConfig& node, const std::string& key) {
    std::vector<std::string> keys = node.public_keys;
    keys.push_back(key);
    return keys;
}

void require_key(const KeyedMesh& mesh, const NodeConfig& node) {
    if (!node.public_keys.empty()) return;
    throw Failure{exit_no, node.name + " has no key yet: `bellwether keygen --mesh " + mesh.file().string() +
                               "` makes its first one"};
}

NodeReport add_new_key(const KeyedMesh& mesh, const NodeConfig& node, NewSecrets& secrets, ConfigEdit& edit) {
    require_key(mesh, node);
    const path secret = next_secret_of(mesh, node);
    const auto here = public_key_here(secret);
    if (here && lists(node, *here)) return {node.name, "has a new key already, its secret is " + secret.string()};
    if (!here && node.public_keys.size() > 1) return {node.name, "has a new key already beside an old one"};
    edit.public_keys[node.name] = with(node, here ? *here : secrets.create(secret));
    return {node.name, "new key beside the old one, its secret is " + secret.string(), true};
}

// That its new secret is here, or in use already. Throws otherwise.
void require_new_key(const KeyedMesh& mesh, const NodeConfig& node) {
    require_key(mesh, node);
    const path next = next_secret_of(mesh, node);
    const auto waiting = public_key_here(next);
    if (waiting && !lists(node, *waiting)) {
        throw Failure{exit_no, next.string() + ": its public key is " + node::quote(*waiting) +
                                   ", which is no public_key of " + node.name + " in " + mesh.file().string() +
                                   ": the others would not admit it"};
    }
    if (!waiting && public_key_here(secret_of(mesh, node)) != node.public_keys.back()) {
        throw Failure{exit_no, "there is no " + next.string() + ": this step is taken where the secret of " +
                                   node.name +
                                   " is, after --new-key; if that file is lost, take the last public_key of " +
                                   node.name + " out of " + mesh.file().string() + " and begin again with --new-key"};
    }
}

// Root does this on the host of a service, whose user must be able to read the new one.
void keep_owner(const KeyedMesh& mesh, const NodeConfig& node) {
    const path next = next_secret_of(mesh, node);
    if (is_there(next)) belong_like(next, secret_of(mesh, node));
}

NodeReport use_new_key(const KeyedMesh& mesh, const NodeConfig& node) {
    const path next = next_secret_of(mesh, node);
    const path secret = secret_of(mesh, node);
    if (!is_there(next)) return {node.name, "uses its newest key"};
    rename_file(next, secret);
    return {node.name, "its new secret is " + secret.string() + " now, the old one is gone", true};
}

NodeReport drop_old_key(const KeyedMesh& mesh, const NodeConfig& node, ConfigEdit& edit) {
    if (node.public_keys.size() < 2) return {node.name, "has no second key"};
    const std::string& newest = node.public_keys.back();
    const auto here = public_key_here(secret_of(mesh, node));
    if (is_there(next_secret_of(mesh, node)) || (here && *here != newest)) {
        throw Failure{exit_no, node.name + " does not use its newest key yet, by what is in " +
                                   secret_of(mesh, node).parent_path().string() + ": --use-new-key " + node.name +
                                   " is the step before this one"};
    }
    edit.public_keys[node.name] = {newest};
    const std::string unseen =
        "; no secret of " + node.name + " is here to look at: its host must use the new key already";
    return {node.name, "only its newest key is left, " + newest + (here ? "" : unseen), true};
}

const std::string bring = "copy it to every host and `bellwether reload` there; ";

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
    return all;
}

}  // namespace

KeygenReport make_missing_keys(KeyedMesh& mesh, std::optional<node::SecurityMode> mode) {
    KeygenReport report;
    ConfigEdit edit;
    NewSecrets secrets;
    make_private_directory(mesh.config().security.secret_key_dir);
    for (const NodeConfig& node : mesh.config().nodes) {
        report.nodes.push_back(node.public_keys.empty() ? give_key(mesh, node, secrets, edit)
                                                        : report_of_listed(mesh, node));
    }
    edit.mode = mode_to_write(mesh, mode);
    report.is_changed = mesh.write(edit);
    secrets.keep();
    const bool has_new_keys = !edit.public_keys.empty();
    report.next = has_new_keys ? "copy " + mesh.file().string() +
                                     " to every host, and each secret to the host of its node and nowhere else: 0600, "
                                     "owned by the user of the daemon"
                               : "copy it to every host, and restart the daemons there one after the other";
    return report;
}

KeygenReport add_new_keys(KeyedMesh& mesh, const std::vector<std::string>& names) {
    KeygenReport report;
    ConfigEdit edit;
    NewSecrets secrets;
    make_private_directory(mesh.config().security.secret_key_dir);
    for (const std::string& name : names) {
        report.nodes.push_back(add_new_key(mesh, mesh.find(name), secrets, edit));
    }
    report.is_changed = mesh.write(edit);
    secrets.keep();
    report.next = bring +
                  "then move each new secret to where the old one is, if that is not here, and there --use-new-key " +
                  joined(names);
    return report;
}

KeygenReport use_new_keys(const KeyedMesh& mesh, const std::vector<std::string>& names) {
    KeygenReport report;
    // No secret is replaced before those of all have been looked at: an old one does not come back.
    for (const std::string& name : names) require_new_key(mesh, mesh.find(name));
    for (const std::string& name : names) keep_owner(mesh, mesh.find(name));
    for (const std::string& name : names) {
        report.nodes.push_back(use_new_key(mesh, mesh.find(name)));
        report.is_changed = report.is_changed || report.nodes.back().is_changed;
    }
    report.next =
        "`bellwether reload` on that host; when `bellwether status` shows all links up again, --drop-old-key " +
        joined(names);
    return report;
}

KeygenReport drop_old_keys(KeyedMesh& mesh, const std::vector<std::string>& names) {
    KeygenReport report;
    ConfigEdit edit;
    for (const std::string& name : names) {
        report.nodes.push_back(drop_old_key(mesh, mesh.find(name), edit));
    }
    report.is_changed = mesh.write(edit);
    report.next = bring + "then the old key opens nothing any more";
    return report;
}

}  // namespace bellwether::cli
