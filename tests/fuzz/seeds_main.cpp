// Writes the corpora of tests/fuzz/corpus, or compares them with what it would write.
//
//     fuzz-seeds DIRECTORY            writes DIRECTORY/FUZZER/NAME
//     fuzz-seeds --check DIRECTORY    ends with 1 if a file there is missing or differs
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "tests/fuzz/seeds.hpp"

namespace {

namespace fs = std::filesystem;
using bellwether::fuzz::Input;

void write(const fs::path& file, const Input& bytes) {
    fs::create_directories(file.parent_path());
    std::ofstream stream{file, std::ios::binary};
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    stream.exceptions(std::ios::failbit | std::ios::badbit);
    stream.close();
}

bool is_there(const fs::path& file, const Input& bytes) {
    std::ifstream stream{file, std::ios::binary};
    const Input found{std::istreambuf_iterator<char>{stream}, {}};
    if (stream && found == bytes) return true;
    std::fprintf(stderr, "%s is not what fuzz-seeds writes\n", file.c_str());
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    const bool check = argc == 3 && std::string_view{argv[1]} == "--check";
    const std::string_view last = argc > 1 ? argv[argc - 1] : "--help";
    if ((!check && argc != 2) || last.starts_with('-')) {
        const bool is_asked_for = argc == 2 && last == "--help";
        std::fprintf(is_asked_for ? stdout : stderr,
                     "usage: fuzz-seeds [--check] DIRECTORY\nExample: fuzz-seeds --check tests/fuzz/corpus\n");
        return is_asked_for ? 0 : 2;
    }
    const fs::path directory = last;
    bool good = true;
    for (const auto& [fuzzer, seeds] : bellwether::fuzz::all_seeds()) {
        for (const auto& [name, bytes] : seeds) {
            if (check) {
                good &= is_there(directory / fuzzer / name, bytes);
            } else {
                write(directory / fuzzer / name, bytes);
            }
        }
    }
    return good ? 0 : 1;
}
