// Where there is no libFuzzer: every file of the corpus, then a number of inputs made of them, always the same ones.
// Whatever ends the process, the input that did is written to stderr.
//
//     NAME_fuzz CORPUS_DIRECTORY DICTIONARY MUTATIONS
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <sanitizer/common_interface_defs.h>
#endif

#include "tests/fuzz/dictionary.hpp"
#include "tests/fuzz/mutator.hpp"
#include "tests/fuzz/target.hpp"

namespace {

namespace fs = std::filesystem;
using bellwether::fuzz::Input;

// Of the run under way, for last_words().
const Input* current = nullptr;
std::size_t runs = 0;

void say(std::string_view text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

// The process is beyond help: nothing here allocates or locks.
void last_words() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 20> number{};
    say("the finding came in run ");
    say({number.data(), std::to_chars(number.begin(), number.end(), runs).ptr});
    say(", of the input ");
    for (const std::uint8_t byte : *current) {
        const std::array<char, 2> hex{digits[byte >> 4U], digits[byte & 0xfU]};
        say({hex.data(), hex.size()});
    }
    say("\n");
}

void on_signal(int signal) {
    last_words();
    std::_Exit(128 + signal);
}

void listen_for_the_end() {
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) {
        (void)std::signal(signal, on_signal);
    }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    __sanitizer_set_death_callback(last_words);
#endif
}

void run(const Input& input) {
    constexpr unsigned longest_run_s = 20;  // More is a hang, under whatever sanitizer.
    current = &input;
    ++runs;
    ::alarm(longest_run_s);
    (void)LLVMFuzzerTestOneInput(input.data(), input.size());
    ::alarm(0);
}

Input content_of(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

std::vector<Input> corpus_of(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{directory}) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<Input> corpus;
    std::transform(files.begin(), files.end(), std::back_inserter(corpus), content_of);
    return corpus;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY DICTIONARY MUTATIONS\n", argv[0]);
        return 2;
    }
    const std::vector<Input> corpus = corpus_of(argv[1]);
    if (corpus.empty()) {
        std::fprintf(stderr, "%s is empty\n", argv[1]);
        return 2;
    }
    listen_for_the_end();
    run({});
    for (const Input& input : corpus) run(input);

    bellwether::fuzz::Mutator mutator{corpus, bellwether::fuzz::read_dictionary(argv[2])};
    const unsigned long mutations = std::strtoul(argv[3], nullptr, 10);
    for (unsigned long i = 0; i < mutations; ++i) run(mutator.next());
    std::printf("%zu runs, of them %zu of the corpus\n", runs, corpus.size());
    return 0;
}
