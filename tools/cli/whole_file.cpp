#include "tools/cli/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "node/descriptor.hpp"
#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {

namespace {

using node::Descriptor;

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
    throw Failure{exit_no, file.string() + ": " + what + ": " + std::strerror(errno)};
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : ".";
}

// A name is on the disk when its directory is.
void sync_directory(const std::filesystem::path& directory) {
    const Descriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened || ::fsync(opened.get()) != 0) fail(directory, "cannot be written to the disk");
}

// A new file beside the one that is meant, which it becomes when it is complete; gone otherwise.
class NewFile {
public:
    explicit NewFile(const std::filesystem::path& file) : file_(file), name_(file.string() + ".XXXXXX") {
        descriptor_ = Descriptor{::mkostemp(name_.data(), O_CLOEXEC)};
        if (!descriptor_) fail(file, "cannot be written");
    }
    ~NewFile() { ::unlink(name_.c_str()); }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    // Before the mode, of which a new owner takes bits away. What is so already need not be allowed.
    void belong_to(const struct stat& model) {
        struct stat own {};
        const bool is_known = ::fstat(descriptor_.get(), &own) == 0;
        const bool is_so = is_known && own.st_uid == model.st_uid && own.st_gid == model.st_gid;
        if (!is_so && ::fchown(descriptor_.get(), model.st_uid, model.st_gid) != 0) fail(file_, "cannot get its owner");
    }

    void set_mode(mode_t mode) {
        if (::fchmod(descriptor_.get(), mode) != 0) fail(file_, "cannot get its mode");
    }

    void write(std::string_view content) {
        while (!content.empty()) {
            const ssize_t written = ::write(descriptor_.get(), content.data(), content.size());
            if (written < 0 && errno != EINTR) fail(file_, "cannot be written");
            if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(descriptor_.get()) != 0) fail(file_, "cannot be written to the disk");
    }

    void take_the_place() {
        if (::rename(name_.c_str(), file_.c_str()) != 0) fail(file_, "cannot be replaced");
        sync_directory(directory_of(file_));
    }

    // Unlike a renaming, a link takes nobody's place.
    void take_a_free_place() {
        if (::link(name_.c_str(), file_.c_str()) != 0) {
            if (errno != EEXIST) fail(file_, "cannot be made");
            throw Failure{exit_no, file_.string() +
                                       ": is there already, and stays, as it may be in use: name another file, or "
                                       "move it away"};
        }
        ::unlink(name_.c_str());
        sync_directory(directory_of(file_));
    }

private:
    std::filesystem::path file_;
    std::string name_;
    Descriptor descriptor_;
};

}  // namespace

void create_private_file(const std::filesystem::path& file, std::string_view content) {
    struct stat directory {};
    if (::stat(directory_of(file).c_str(), &directory) != 0) fail(file, "cannot be made");
    NewFile made{file};
    // Keys for a service are often made by root, in a directory of the service.
    if (::geteuid() == 0) made.belong_to(directory);
    made.set_mode(0600);
    made.write(content);
    made.take_a_free_place();
}

void replace_file(const std::filesystem::path& file, std::string_view content) {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::canonical(file, error);
    struct stat old {};
    if (error || ::stat(target.c_str(), &old) != 0) fail(file, "cannot be replaced");
    NewFile made{target};
    made.belong_to(old);
    made.set_mode(old.st_mode & 07777U);
    made.write(content);
    made.take_the_place();
}

void belong_like(const std::filesystem::path& file, const std::filesystem::path& other) {
    struct stat own {};
    struct stat model {};
    if (::stat(file.c_str(), &own) != 0) fail(file, "cannot be looked at");
    if (::stat(other.c_str(), &model) != 0) return;
    // The group of a file that only its owner may read matters to nobody who cannot give it.
    if (own.st_uid == model.st_uid && (own.st_gid == model.st_gid || ::geteuid() != 0)) return;
    if (::lchown(file.c_str(), model.st_uid, model.st_gid) == 0) return;
    throw Failure{exit_no, file.string() + ": cannot be given to the user " + std::to_string(model.st_uid) +
                               ", whose the old one is: " + std::strerror(errno) + ": be root"};
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) fail(from, "cannot be renamed");
    sync_directory(directory_of(to));
}

void make_private_directory(const std::filesystem::path& directory) {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) return;
    if (::mkdir(directory.c_str(), 0700) != 0 || ::chmod(directory.c_str(), 0700) != 0)
        fail(directory, "cannot be made");
    sync_directory(directory_of(directory));
}

}  // namespace bellwether::cli
