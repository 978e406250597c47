// Where processes stand, and for what.
#include "tests/sim/planner.hpp"

namespace bellwether::sim {

using namespace protocol;

// Some for each election of the file, on every voter at least one; in half of the runs also for one that no file names.
void Planner::draw_sessions() {
    std::vector<ElectionName> names;
    const Duration handover_timeout = dice_.between(100ms, 2s);
    const Duration session_timeout = dice_.between(800ms, 3s);
    for (NodePlan& node : plan_.nodes) {
        node.setup.session_timeout = session_timeout;
        names.clear();
        for (auto& [name, settings] : node.setup.elections) {
            settings.candidate = Candidacy::session;
            settings.handover_timeout = handover_timeout;
            node.setup.dynamic = settings;
            names.push_back(name);
        }
    }
    if (dice_.once_in(2)) names.push_back(ElectionName::parse("created").value());
    for (std::uint16_t id = 1; id <= voters_; ++id) {
        for (const ElectionName& name : names) {
            const auto crowd = static_cast<unsigned>(dice_.between(1, 3));
            for (unsigned i = 0; i < crowd; ++i) {
                plan_.processes.push_back({{id}, name, dice_.between(Duration{}, 1s)});
            }
        }
    }
    // They come and go, and who leads with them; so it is asked for a leader alone.
    plan_.expectation.terms_at_most = 100;
    plan_.expectation.leader_within += session_timeout + handover_timeout + 1s;
    plan_.expectation.steady_after = plan_.expectation.favourite_within = Duration{24h};
}

}  // namespace bellwether::sim
