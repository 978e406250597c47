#include "node/state_file.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

#include <unistd.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "node/crash_point.hpp"
#include "node/state_directory.hpp"

namespace bellwether::node {

namespace fs = std::filesystem;
using protocol::Durable;

namespace {

// FULL: a commit is on disk before it is called one. EXCLUSIVE: nobody else has it open, so the index of the log needs
// no file. The memory is for a dozen pages; the file has hardly more.
constexpr const char* settings = R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 256;
    PRAGMA cache_size = -64;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA cell_size_check = ON;
)";

std::string why_not_written(const fs::path& file) {
    const bool may = ::access(file.c_str(), W_OK) == 0;
    return "cannot be written" + (may ? "" : ": " + std::generic_category().message(errno));
}

std::runtime_error written_by_newer(const fs::path& file, std::int64_t version) {
    return std::runtime_error(
        fmt::format("{} was written by a newer version of bellwether (state version {}, this one "
                    "knows {}): run that version, or a newer one",
                    file.string(), version, state_version));
}

}  // namespace

StateFile::StateFile(const fs::path& directory) : directory_(directory), file_(directory / "state.sqlite3") {
    try {
        open();
    } catch (const DatabaseError& error) {
        if (!error.is_damage()) throw;
        rows_.reset();
        database_.reset();
        set_aside(error.what());
        open();
    }
}

void StateFile::open() {
    database_ = std::make_unique<Database>(file_);
    // SQLite makes do with reading where it may not write, and also what the head of a file says.
    if (database_->is_read_only()) throw DatabaseError(file_.string() + ": " + why_not_written(file_), false);
    database_->execute("PRAGMA locking_mode = EXCLUSIVE");
    const std::int64_t version = database_->number("PRAGMA user_version");
    if (database_->is_read_only()) throw DatabaseError(file_.string() + ": its head says that it is only read", true);
    database_->execute(settings);
    if (version > state_version) throw written_by_newer(file_, version);
    check_pages();
    if (version == state_version) return load();
    // An empty file is what a death before the first write leaves. Anything else is ours no more, and a node that took
    // it for empty would fail at its first write, and again in each life.
    if (version != 0 || database_->number("SELECT count(*) FROM sqlite_master") != 0) {
        throw DatabaseError(fmt::format("{} has tables of state version {}", file_.string(), version), true);
    }
}

void StateFile::load() {
    rows_ = std::make_unique<StateRows>(*database_);
    content_ = rows_->read();
    // Rewrites what is only in the log, so that nothing rests on a sync that failed in an earlier life.
    database_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

// Also those that are read only when something is written, as the list of free ones.
void StateFile::check_pages() {
    Statement check{*database_, "PRAGMA quick_check(1)"};
    const std::string verdict = check.next() ? check.text(0) : "no answer";
    if (verdict != "ok") {
        const std::string last_line = verdict.substr(verdict.rfind('\n') + 1);
        throw DatabaseError(fmt::format("{}: {}", file_.string(), last_line), true);
    }
}

void StateFile::write(const Durable& record) {
    if (content_ == record) return;
    crash_point(CrashPoint::before_write);
    database_->execute("BEGIN IMMEDIATE");
    if (!rows_) create_tables();
    rows_->write(content_.value_or(Durable{}), record);
    crash_point(CrashPoint::before_commit);
    database_->execute("COMMIT");
    const bool is_first = !content_;
    content_ = record;
    if (is_first) sync_directory(directory_);
    crash_point(CrashPoint::after_commit);
}

// In the transaction of the first write: tables without a node are never seen.
void StateFile::create_tables() {
    StateRows::create_tables(*database_);
    database_->execute(fmt::format("PRAGMA user_version = {}", state_version));
    rows_ = std::make_unique<StateRows>(*database_);
}

void StateFile::set_aside(const std::string& why) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    const std::string name = fmt::format("{}.damaged-{}", file_.string(), now.count());
    spdlog::error(
        "the state is lost: {}. It is kept as {}; this node votes again when enough of the others have told "
        "it what it may have forgotten",
        why, name);
    content_.reset();
    // The file before its log: the other way round a death in between would leave an old state that looks whole.
    for (const char* part : std::array{"", "-wal", "-shm", "-journal"}) {
        if (::rename((file_.string() + part).c_str(), (name + part).c_str()) != 0 && errno != ENOENT) {
            throw std::system_error(errno, std::generic_category(), "cannot rename " + file_.string() + part);
        }
    }
    sync_directory(directory_);
    crash_point(CrashPoint::after_set_aside);
}

}  // namespace bellwether::node
