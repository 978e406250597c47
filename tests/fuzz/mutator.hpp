// Inputs made of other inputs. Deterministic: the same ones in the same order each time, on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace bellwether::fuzz {

using Input = std::vector<std::uint8_t>;

class Mutator {
public:
    // Both outlive nothing: they are copied. The corpus is not empty.
    Mutator(std::vector<Input> corpus, std::vector<std::string> words)
        : corpus_{std::move(corpus)}, words_{std::move(words)} {}

    // One of the corpus with one to eight changes. Valid until the next call.
    [[nodiscard]] const Input& next();

private:
    [[nodiscard]] std::size_t upto(std::size_t most) { return static_cast<std::size_t>(dice_() % (most + 1)); }
    [[nodiscard]] const Input& any_of_the_corpus() { return corpus_[upto(corpus_.size() - 1)]; }
    void change();
    void flip_a_bit();
    void replace_a_byte();
    void insert(std::vector<std::uint8_t> bytes);
    void write_over(const std::vector<std::uint8_t>& bytes);
    void erase();
    void repeat();
    void cross();
    [[nodiscard]] std::vector<std::uint8_t> a_word();
    [[nodiscard]] std::vector<std::uint8_t> an_extreme();

    std::vector<Input> corpus_;
    std::vector<std::string> words_;
    std::mt19937_64 dice_;  // Its default seed, and no distribution: those differ between libraries.
    Input input_;
};

}  // namespace bellwether::fuzz
