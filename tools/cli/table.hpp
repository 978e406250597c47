// Rows of text in aligned columns.
#pragma once

#include <string>
#include <vector>

namespace bellwether::cli {

using Row = std::vector<std::string>;

// A line per row, two blanks between columns, nothing at the end of a line. Counts characters of UTF-8, not bytes.
[[nodiscard]] std::string table(const std::vector<Row>& rows);

}  // namespace bellwether::cli
