#include "node/database.hpp"

#include <sqlite3.h>

#include <system_error>

namespace bellwether::node {

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Database::Database(const std::filesystem::path& file) : file_(file) {
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);  // There is one to close even after most errors.
    if (handle == nullptr) throw std::bad_alloc{};
    sqlite3_extended_result_codes(handle, 1);
    if (result != SQLITE_OK) fail();
}

void Database::execute(const std::string& sql) const {
    if (sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::int64_t Database::number(const std::string& sql) {
    Statement statement{*this, sql};
    return statement.next() ? static_cast<std::int64_t>(statement.number(0)) : 0;
}

bool Database::is_read_only() const { return sqlite3_db_readonly(get(), "main") == 1; }

void Database::fail() const {
    const int code = sqlite3_extended_errcode(get());
    std::string sentence = file_.string() + ": " + sqlite3_errmsg(get());
    const int system_error = sqlite3_system_errno(get());
    if (system_error != 0) sentence += " (" + std::generic_category().message(system_error) + ")";
    const int kind = code & 0xff;
    // SQLITE_ERROR while we only speak SQL of our own: the tables are not ours.
    throw DatabaseError(sentence, kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_ERROR ||
                                      code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_CORRUPTFS);
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
    sqlite3_stmt* statement = nullptr;
    const int size = static_cast<int>(sql.size());
    if (sqlite3_prepare_v2(database.get(), sql.data(), size, &statement, nullptr) != SQLITE_OK) database.fail();
    statement_.reset(statement);
}

// SQLite's integers are signed: the same bits, only the sign of a person's query is off above 2^63.
Statement& Statement::bind(std::uint64_t value) {
    if (sqlite3_bind_int64(statement_.get(), ++bound_, static_cast<std::int64_t>(value)) != SQLITE_OK)
        database_->fail();
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    const int size = static_cast<int>(text.size());
    if (sqlite3_bind_text(statement_.get(), ++bound_, text.data(), size, SQLITE_STATIC) != SQLITE_OK) database_->fail();
    return *this;
}

void Statement::run() {
    while (next()) {
    }
}

bool Statement::next() {
    const int result = sqlite3_step(statement_.get());
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) database_->fail();
    reset();
    return false;
}

std::uint64_t Statement::number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return text == nullptr
               ? std::string{}
               : std::string{text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    bound_ = 0;
}

}  // namespace bellwether::node
