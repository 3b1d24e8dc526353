#pragma once
#include <string_view>
#include <vector>

#include "lathe/planner.hpp"

namespace lathe {

/// Read a part program.
/// @throws std::runtime_error with the line number of the first word that is not understood
std::vector<Segment> parse(std::string_view program);

} // namespace lathe
