#include "tests/fuzz/mutator.hpp"

#include <algorithm>
#include <array>

namespace bellwether::fuzz {

namespace {

constexpr std::size_t longest = 64UL * 1024;
constexpr std::size_t longest_piece = 64;

using Place = std::ptrdiff_t;

}  // namespace

const Input& Mutator::next() {
    input_ = any_of_the_corpus();
    for (std::size_t changes = 1 + upto(7); changes > 0; --changes) change();
    if (input_.size() > longest) input_.resize(longest);
    return input_;
}

void Mutator::change() {
    switch (upto(9)) {
        case 0: flip_a_bit(); break;
        case 1: replace_a_byte(); break;
        case 2: insert({static_cast<std::uint8_t>(dice_())}); break;
        case 3: insert(a_word()); break;
        case 4: write_over(a_word()); break;
        case 5: write_over(an_extreme()); break;
        case 6: erase(); break;
        case 7: repeat(); break;
        case 8: cross(); break;
        default: input_.resize(upto(input_.size())); break;
    }
}

void Mutator::flip_a_bit() {
    if (input_.empty()) return;
    auto& byte = input_[upto(input_.size() - 1)];
    byte = static_cast<std::uint8_t>(byte ^ (1U << upto(7)));
}

void Mutator::replace_a_byte() {
    if (!input_.empty()) input_[upto(input_.size() - 1)] = static_cast<std::uint8_t>(dice_());
}

void Mutator::insert(std::vector<std::uint8_t> bytes) {
    input_.insert(input_.begin() + static_cast<Place>(upto(input_.size())), bytes.begin(), bytes.end());
}

void Mutator::write_over(const std::vector<std::uint8_t>& bytes) {
    const std::size_t begin = upto(input_.size());
    input_.resize(std::max(input_.size(), begin + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), input_.begin() + static_cast<Place>(begin));
}

void Mutator::erase() {
    const std::size_t begin = upto(input_.size());
    const std::size_t size = upto(std::min(input_.size() - begin, longest_piece));
    const auto first = input_.begin() + static_cast<Place>(begin);
    input_.erase(first, first + static_cast<Place>(size));
}

// A piece of it once more, somewhere.
void Mutator::repeat() {
    const std::size_t begin = upto(input_.size());
    const auto first = input_.begin() + static_cast<Place>(begin);
    insert({first, first + static_cast<Place>(upto(std::min(input_.size() - begin, longest_piece)))});
}

// Its beginning, another's end.
void Mutator::cross() {
    const Input& other = any_of_the_corpus();
    input_.resize(upto(input_.size()));
    input_.insert(input_.end(), other.begin() + static_cast<Place>(upto(other.size())), other.end());
}

std::vector<std::uint8_t> Mutator::a_word() {
    if (words_.empty()) return an_extreme();
    const std::string& word = words_[upto(words_.size() - 1)];
    return {word.begin(), word.end()};
}

// Of 1, 2, 4 or 8 bytes: what overflows, truncates or ends something.
std::vector<std::uint8_t> Mutator::an_extreme() {
    constexpr std::array<std::uint8_t, 6> bytes{0x00, 0xff, 0x7f, 0x80, 0x01, 0xfe};
    std::vector<std::uint8_t> number(std::size_t{1} << upto(3), bytes[upto(1)]);
    number.front() = bytes[upto(bytes.size() - 1)];
    return number;
}

}  // namespace bellwether::fuzz
