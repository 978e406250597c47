#include "tests/explore/explorer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "tests/explore/play.hpp"
#include "tests/explore/visited.hpp"

namespace bellwether::explore {

using namespace protocol;

std::string_view to_string(Outcome outcome) {
    constexpr std::array<std::string_view, 3> words{"finished", "violated", "not finished"};
    return words.at(static_cast<std::size_t>(outcome));
}

namespace {

using Clock = std::chrono::steady_clock;

class Search {
public:
    Search(const Bounds& bounds, std::uint64_t most_states, const Progress& progress)
        : setting_{bounds}, play_{setting_}, most_states_{most_states}, progress_{progress} {}

    Report run() {
        World first = play_.first();
        most_term_ = {first.highest_term.value + setting_.bounds.terms};
        if (!play_.breaches().empty()) {
            report_.outcome = Outcome::violated;
            report_.breaches = play_.breaches();
        } else {
            visit(std::move(first));
            while (!path_.empty() && report_.outcome == Outcome::finished) {
                advance();
            }
        }
        finish();
        return std::move(report_);
    }

private:
    // A state on the way to the present one, and which of its moves comes next.
    struct Stage {
        World world;
        std::vector<Move> moves;
        std::size_t next{};
    };

    void advance() {
        Stage& stage = path_.back();
        if (stage.next == stage.moves.size()) {
            path_.pop_back();
            return;
        }
        const Move& move = stage.moves[stage.next++];
        World world = stage.world;
        play_.make(world, move);
        ++report_.transitions;
        if (!play_.breaches().empty()) {
            report_.outcome = Outcome::violated;
            report_.breaches = play_.breaches();
            report_.history = history();
            return;
        }
        visit(std::move(world));
    }

    void visit(World world) {
        if (!visited_.insert(world.fingerprint(setting_))) return;
        ++report_.states;
        if (visited_.size() >= most_states_) {
            report_.outcome = Outcome::full;
        }
        if (progress_ && report_.states % 16'384 == 0) {
            tell_progress();
        }
        if (world.highest_term > most_term_) {
            ++report_.beyond_terms;
        } else if (setting_.bounds.grains != 0 && world.at - world.since >= setting_.bounds.grains) {
            ++report_.beyond_time;
        } else {
            std::vector<Move> next = moves(world, setting_);
            path_.push_back({std::move(world), std::move(next), 0});
            report_.deepest = std::max(report_.deepest, path_.size());
        }
    }

    void tell_progress() {
        const auto now = Clock::now();
        if (now - told_ < std::chrono::seconds{5}) return;
        told_ = now;
        finish();
        progress_(report_, path_.size());
    }

    void finish() {
        report_.seconds = std::chrono::duration<double>{Clock::now() - begun_}.count();
        report_.bytes = visited_.bytes();
        report_.decided = play_.decided();
    }

    [[nodiscard]] std::vector<Move> history() const {
        std::vector<Move> made;
        made.reserve(path_.size());
        for (const Stage& stage : path_) {
            made.push_back(stage.moves[stage.next - 1]);
        }
        return made;
    }

    Setting setting_;
    Play play_;
    std::uint64_t most_states_;
    const Progress& progress_;
    Term most_term_{};
    Visited visited_;
    std::vector<Stage> path_;
    Report report_;
    Clock::time_point begun_ = Clock::now();
    Clock::time_point told_ = begun_;
};

}  // namespace

Report explore(const Bounds& bounds, std::uint64_t most_states, const Progress& progress) {
    return Search{bounds, most_states, progress}.run();
}

Report simplest(const Bounds& bounds, const Report& violation, std::uint64_t most_states) {
    Bounds fewer = bounds;
    for (fewer.faults = 0; fewer.faults < bounds.faults && fewer.faults < 255; ++fewer.faults) {
        Report report = explore(fewer, most_states);
        if (report.outcome == Outcome::violated) return report;
    }
    return violation;
}

std::string story(const Bounds& bounds, const Report& violation) {
    std::string text;
    std::uint32_t since = 0;
    const Setting setting{bounds};
    const auto tell = [&](std::uint32_t at, std::size_t seat, const std::string& what, bool notable) {
        if (!notable || at < since) return;
        const std::string who = seat == setting.seats()       ? "*"
                                : seat < setting.bounds.nodes ? std::to_string(seat + 1) + " >"
                                                              : "2' >";
        std::string when = std::to_string(at - since);
        when.insert(0, 3 - std::min<std::size_t>(3, when.size()), ' ');
        text += "[" + when + "] " + who + " " + what + "\n";
    };
    Play play{setting, tell};
    World world = play.first();
    since = world.since;
    if (bounds.start == Start::led) {
        text.clear();  // How it came to be led.
    }
    for (const Move& move : violation.history) {
        play.make(world, move);
    }
    for (const std::string& breach : play.breaches()) {
        text += breach + "\n";
    }
    return text;
}

}  // namespace bellwether::explore
