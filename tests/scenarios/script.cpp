#include "tests/scenarios/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

namespace bellwether::tests {

namespace {

class Mistake : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

unsigned number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc{} || end != text.end()) throw Mistake{"no number: " + std::string{text}};
    return value;
}

Id id(std::string_view text) { return static_cast<Id>(number(text)); }

Duration span(std::string_view text) {
    if (text.ends_with("us")) return std::chrono::microseconds{number(text.substr(0, text.size() - 2))};
    if (text.ends_with("ms")) return std::chrono::milliseconds{number(text.substr(0, text.size() - 2))};
    if (text.ends_with("s")) return std::chrono::seconds{number(text.substr(0, text.size() - 1))};
    throw Mistake{"no duration: " + std::string{text}};
}

// "transfer 3 to 1 for 5s" matches "transfer N to N for N".
bool reads(const std::vector<std::string>& words, std::string_view pattern) {
    std::istringstream stream{std::string{pattern}};
    std::size_t i = 0;
    for (std::string word; stream >> word; ++i) {
        if (i >= words.size() || (word != "N" && word != words[i])) return false;
    }
    return i == words.size();
}

Condition condition(const std::vector<std::string>& words, std::size_t begin, std::size_t end) {
    const std::vector<std::string> rest(words.begin() + static_cast<long>(begin),
                                        words.begin() + static_cast<long>(end));
    if (reads(rest, "leads N")) return leads(id(rest[1]));
    if (reads(rest, "all follow N")) return all_follow(id(rest[2]));
    if (reads(rest, "somebody leads")) return somebody_leads();
    if (reads(rest, "nobody leads")) return nobody_leads();
    if (reads(rest, "session N acts")) return acts({number(rest[1])});
    throw Mistake{"not a condition"};
}

}  // namespace

Script::Script(const std::string& text) {
    std::istringstream stream{text};
    bool in_expectation = false;
    for (std::string line; std::getline(stream, line);) {
        if (in_expectation && (line.empty() || line.starts_with(' '))) {
            if (line.empty()) {
                in_expectation = false;
                as_it_went_ += "\n";
            }
            continue;
        }
        in_expectation = line == "expect:";
        as_it_went_ += line + "\n";
        if (in_expectation) {
            take_down_chapter();
            continue;
        }
        try {
            play(line);
        } catch (const Mistake& mistake) {
            ADD_FAILURE() << line << ": " << mistake.what();
            return;
        }
        if (mesh_ && mesh_->has_failed()) return;
    }
}

Cluster& Script::mesh() {
    if (!mesh_) {
        mesh_ = std::make_unique<Cluster>(options_);
        for (const auto& [node, latency] : disks_) {
            mesh_->write_slowly(node, latency);
        }
        for (const Id node : subscribers_) {
            mesh_->subscribe(node);
        }
    }
    return *mesh_;
}

void Script::take_down_chapter() {
    std::istringstream chapter{mesh().story().chapter()};
    for (std::string line; std::getline(chapter, line);) {
        as_it_went_ += "    " + line + "\n";
    }
    mesh().mark();
}

void Script::play(const std::string& line) {
    Words words;
    std::istringstream stream{line};
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    if (words.empty() || words.front().starts_with('#')) return;
    if (words.front() == "answer") return answer(words);
    if (!describe(words) && !wait(words) && !do_to_node(words) && !do_to_wires(words) && !ask_of_node(words) &&
        !ask_of_process(words)) {
        throw Mistake{"not a line of a story"};
    }
}

bool Script::describe(const Words& words) {
    if (words[0] == "disk" && mesh_) {
        mesh().write_slowly(id(words.at(1)), span(words.at(2)));
    } else if (reads(words, "disk N N")) {
        disks_.emplace_back(id(words[1]), span(words[2]));
    } else if (reads(words, "subscribe N")) {
        subscribers_.push_back(id(words[1]));
    } else if (reads(words, "nodes N")) {
        options_.nodes = id(words[1]);
    } else if (reads(words, "priority N N")) {
        options_.priorities[id(words[1])] = static_cast<std::uint16_t>(number(words[2]));
    } else if (reads(words, "observer N")) {
        options_.observers.push_back(id(words[1]));
    } else if (reads(words, "asleep N")) {
        options_.asleep.push_back(id(words[1]));
    } else if (reads(words, "first boot")) {
        options_.first_boot = true;
    } else if (reads(words, "preempt off")) {
        options_.election.preempt = false;
    } else if (reads(words, "sessions")) {
        options_.election.candidate = protocol::Candidacy::session;
    } else if (reads(words, "handover timeout N")) {
        options_.election.handover_timeout = span(words[2]);
    } else {
        return false;
    }
    return true;
}

bool Script::wait(const Words& words) {
    if (reads(words, "elapse N")) {
        mesh().elapse(span(words[1]));
    } else if (words[0] == "until") {
        mesh().elapse_until(condition(words, 1, words.size()));
    } else if (words[0] == "without" && words.size() > 3) {
        mesh().elapse_without(condition(words, 1, words.size() - 2), span(words.back()));
    } else if (reads(words, "mark")) {
        mesh().mark();
    } else {
        return false;
    }
    return true;
}

bool Script::do_to_node(const Words& words) {
    if (words.size() != 2) return false;
    const std::string& what = words[0];
    const Id node = what == "heal" ? Id{} : id(words[1]);
    if (what == "kill") {
        mesh().kill(node);
    } else if (what == "start") {
        mesh().start(node);
    } else if (what == "wipe") {
        mesh().wipe(node);
    } else if (what == "pause") {
        mesh().pause(node);
    } else if (what == "resume") {
        mesh().resume(node);
    } else {
        return false;
    }
    return true;
}

bool Script::do_to_wires(const Words& words) {
    if (reads(words, "cut N N")) {
        mesh().cut(id(words[1]), id(words[2]));
    } else if (reads(words, "cut N -> N")) {
        mesh().cut_one_way(id(words[1]), id(words[3]));
    } else if (reads(words, "cut N -> N votes")) {
        mesh().cut_one_way(id(words[1]), id(words[3]), Channel::votes);
    } else if (words[0] == "split") {
        const auto bar = std::find(words.begin(), words.end(), "|");
        if (bar == words.end()) throw Mistake{"a split has two sides: split 1 2 | 3 4 5"};
        for (auto one = words.begin() + 1; one != bar; ++one) {
            for (auto other = bar + 1; other != words.end(); ++other) {
                mesh().cut(id(*one), id(*other));
            }
        }
    } else if (reads(words, "heal")) {
        mesh().heal();
    } else if (reads(words, "heal N N")) {
        mesh().heal(id(words[1]), id(words[2]));
    } else {
        return false;
    }
    return true;
}

bool Script::ask_of_node(const Words& words) {
    if (reads(words, "stepdown N")) {
        last_command_ = mesh().stepdown(id(words[1]));
    } else if (reads(words, "stepdown N for N")) {
        last_command_ = mesh().stepdown(id(words[1]), span(words[3]));
    } else if (reads(words, "stepdown N to N")) {
        last_command_ = mesh().stepdown(id(words[1]), protocol::default_hold, id(words[3]));
    } else if (reads(words, "transfer N to N")) {
        last_command_ = mesh().transfer(id(words[1]), id(words[3]));
    } else if (reads(words, "transfer N to N for N")) {
        last_command_ = mesh().transfer(id(words[1]), id(words[3]), span(words[5]));
    } else if (reads(words, "drain N")) {
        last_command_ = mesh().drain(id(words[1]));
    } else if (reads(words, "undrain N")) {
        last_command_ = mesh().undrain(id(words[1]));
    } else if (reads(words, "shutdown N")) {
        last_command_ = mesh().shutdown(id(words[1]));
    } else {
        return false;
    }
    return true;
}

bool Script::ask_of_process(const Words& words) {
    if (reads(words, "campaign N")) {
        (void)mesh().campaign(id(words[1]));
    } else if (reads(words, "campaign N with children")) {
        (void)mesh().campaign(id(words[1]), {.has_children = true});
    } else if (reads(words, "campaign N and stop after N")) {
        (void)mesh().campaign(id(words[1]), {.stops_after = span(words[5])});
    } else if (reads(words, "campaign N and never stop")) {
        (void)mesh().campaign(id(words[1]), {.has_children = true, .stops_after = {}});
    } else if (reads(words, "resign session N")) {
        mesh().resign({number(words[2])});
    } else if (reads(words, "kill session N")) {
        mesh().kill_process({number(words[2])});
    } else if (reads(words, "hush session N")) {
        mesh().hush({number(words[2])});
    } else {
        return false;
    }
    return true;
}

void Script::answer(const Words& words) {
    mesh().elapse_until(is_answered(last_command_));
    const auto answer = mesh().answer(last_command_);
    if (!answer) return;
    const std::string was = answer->done ? "answer done" : "answer refused " + answer->reason;
    std::string expected = words[0];
    for (std::size_t i = 1; i < words.size(); ++i) {
        expected += " " + words[i];
    }
    EXPECT_EQ(expected, was) << answer->text << "\n" << mesh().story().all();
}

}  // namespace bellwether::tests
