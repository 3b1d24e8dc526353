#include "lathe/parser.hpp"

#include <charconv>
#include <stdexcept>
#include <string>

namespace lathe {

namespace {

double number(std::string_view text, int line) {
    double value = 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): from_chars takes no span before C++26, see #218
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{}) {
        throw std::runtime_error("line " + std::to_string(line) + ": not a number");
    }
    return value;
}

} // namespace

std::vector<Segment> parse(std::string_view program) {
    std::vector<Segment> path;
    Segment now{0, 0, 0};
    int line = 1;
    std::size_t at = 0;
    while (at < program.size()) {
        const std::size_t end = std::min(program.find_first_of(" \n", at), program.size());
        const std::string_view word = program.substr(at, end - at);
        if (!word.empty()) {
            const double value = number(word.substr(1), line);
            switch (word.front()) {
            case 'X': now.x = value; break;
            case 'Z': now.z = value; break;
            case 'F': now.feed = value; break;
            default: break;
            }
        }
        if (end < program.size() && program[end] == '\n') {
            path.push_back(now);
            ++line;
        }
        at = end + 1;
    }
    return path;
}

} // namespace lathe
