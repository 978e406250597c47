// As much of SQLite as the state needs. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace bellwether::node {

class DatabaseError : public std::runtime_error {
public:
    DatabaseError(const std::string& sentence, bool damaged) : std::runtime_error(sentence), damaged_(damaged) {}

    // The file is not what was once written to it. Otherwise the disk, or who may use it, is in the way.
    [[nodiscard]] bool is_damage() const { return damaged_; }

private:
    bool damaged_;
};

class Database {
public:
    // Made if it is missing. Nothing is read or locked yet.
    explicit Database(const std::filesystem::path& file);

    void execute(const std::string& sql) const;
    [[nodiscard]] std::int64_t number(
        const std::string& sql);  // The first column of the first row; 0 if there is none.

    // For want of the right to write it; since the first read, also if its head says so.
    [[nodiscard]] bool is_read_only() const;

    [[nodiscard]] sqlite3* get() const { return handle_.get(); }
    [[noreturn]] void fail() const;  // With what went wrong last.

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
    std::filesystem::path file_;
};

// A prepared statement, reset by run() and by the end of its rows.
class Statement {
public:
    Statement(Database& database, std::string_view sql);

    // Parameters from left to right; the text must live until the statement has run.
    Statement& bind(std::uint64_t value);
    Statement& bind(std::string_view text);

    void run();
    [[nodiscard]] bool next();

    [[nodiscard]] std::uint64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;

private:
    void reset();

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bound_ = 0;
};

}  // namespace bellwether::node
