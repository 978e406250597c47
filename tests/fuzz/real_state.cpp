#include "tests/fuzz/real_state.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "node/state_file.hpp"
#include "protocol/quorum.hpp"

namespace bellwether::fuzz {

namespace fs = std::filesystem;
using namespace protocol;

ScratchDirectory::ScratchDirectory() {
    const fs::path memory = "/dev/shm";
    std::error_code ignored;
    const fs::path parent = fs::is_directory(memory, ignored) ? memory : fs::temp_directory_path();
    std::string name = (parent / "bellwether-fuzz.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void ScratchDirectory::clear() const {
    for (const auto& entry : fs::directory_iterator{path_}) fs::remove_all(entry.path());
}

Durable some_record() {
    Durable record;
    record.incarnation = {1'700'000'000'000'042};
    record.membership = single_list({{1}, {2}, {3}});
    record.largest_promise = std::chrono::milliseconds{300};
    record.floor = {7};
    record.elections = {{*ElectionName::parse("default"), {9}, {{2}, {1'700'000'000'000'002}}},
                        {*ElectionName::parse("jobs"), {4}, {}}};
    return record;
}

StateFiles real_state() {
    const ScratchDirectory directory;
    Durable record = some_record();
    node::StateFile{directory.path()}.write(record);  // An earlier life, so it is in the database.
    node::StateFile file{directory.path()};
    ++record.incarnation.value;
    record.elections.front().term = {10};
    file.write(record);
    const auto content = [&](const char* name) {
        std::ifstream stream{directory.path() / name, std::ios::binary};
        return Input{std::istreambuf_iterator<char>{stream}, {}};
    };
    return {content("state.sqlite3"), content("state.sqlite3-wal")};
}

}  // namespace bellwether::fuzz
