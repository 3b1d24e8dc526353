#include <fstream>
#include <nlohmann/json.hpp>

#include "lathe/planner.hpp"

namespace lathe {

/// Read the limits of a machine from its profile (schemas/machine-profile.schema.json).
Limits read_profile(const char* path) {
    std::ifstream stream(path);
    const auto profile = nlohmann::json::parse(stream);
    return {profile.at("max_feed").get<double>(), profile.at("max_acceleration").get<double>()};
}

} // namespace lathe
