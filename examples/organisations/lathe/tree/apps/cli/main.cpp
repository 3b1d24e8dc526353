#include <fmt/core.h>
#include <fstream>
#include <sstream>

#include "lathe/parser.hpp"

int main(int argc, char** argv) {
    if (argc < 3) {
        fmt::print(stderr, "usage: lathe check|run PROGRAM\n");
        return 2;
    }
    std::ifstream stream(argv[2]);
    std::stringstream text;
    text << stream.rdbuf();
    const auto path = lathe::parse(text.str());
    fmt::print("{} moves\n", path.size());
    return 0;
}
